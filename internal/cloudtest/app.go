package cloudtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// The parts of a deployment's application, which stands for a BentoML Service: its page,
// its schema, a call, and the API of OpenAI as far as its client needs it.
const (
	appWords = "tokens of a made up stream" // what a completion says, a word at a time
	appModel = "made-up-model"
	// wordTime is between two words of a stream: less than anybody waits for, and long
	// enough that a proxy which buffers is seen to.
	wordTime = 50 * time.Millisecond
)

// appPage stands for the page of a Service, where a person tries its calls: it makes a call
// of its own origin, by a click.
const appPage = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Made-up Service</title>
<h1>Made-up Service</h1><button id="try">Try it out</button><pre id="reply">nothing yet</pre>
<script>document.getElementById("try").onclick = async () => {
  const reply = await fetch("/hello", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"});
  document.getElementById("reply").textContent = reply.status + " " + await reply.text();
};</script></html>`

// appSchema is what BentoML's client asks a Service for before its first call.
const appSchema = `{"name":"made-up","type":"service","routes":[{"name":"hello","route":"/hello","doc":"Says hello.","batchable":false,
"input":{"properties":{},"title":"Input","type":"object"},
"output":{"properties":{"deployment":{"type":"string"},"hello":{"type":"string"}},"title":"AppOutput","type":"object"}}]}`

// app serves the application of a deployment to a caller of that name.
func app(deployment, caller string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]string{"deployment": deployment, "hello": caller})
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(headerContentType, "text/html; charset=utf-8")
		_, _ = io.WriteString(w, appPage) // whoever left needs no page
	})
	mux.HandleFunc("GET /schema.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(headerContentType, contentJSON)
		_, _ = io.WriteString(w, appSchema) // likewise
	})
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(headerContentType, r.Header.Get(headerContentType))
		_, _ = io.Copy(w, r.Body) // whoever left needs no echo
	})
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"object": "list", "data": []any{map[string]any{"id": appModel, "object": "model", "created": 0, "owned_by": "nobody"}}})
	})
	mux.HandleFunc("POST /v1/chat/completions", serveCompletion)
	return mux
}

// serveCompletion answers a chat, whole or as a stream of events.
func serveCompletion(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Stream bool `json:"stream"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, `{"error":{"message":"no JSON"}}`, http.StatusBadRequest)
		return
	}
	if !asked.Stream {
		reply(w, completion("chat.completion", map[string]any{
			"message": map[string]any{"role": "assistant", "content": appWords}, "finish_reason": "stop", "index": 0,
		}))
		return
	}
	w.Header().Set(headerContentType, "text/event-stream")
	flusher := http.NewResponseController(w)
	for word := range strings.SplitAfterSeq(appWords, " ") {
		event, err := json.Marshal(completion("chat.completion.chunk", map[string]any{
			"delta": map[string]any{"content": word}, "finish_reason": nil, "index": 0,
		}))
		if err != nil {
			return // it is made of plain values
		}
		_, _ = io.WriteString(w, "data: "+string(event)+"\n\n") // the context tells of who left
		if flusher.Flush() != nil || r.Context().Err() != nil {
			return
		}
		time.Sleep(wordTime)
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n") // likewise
}

func completion(object string, choice map[string]any) map[string]any {
	return map[string]any{"id": "made-up", "object": object, "created": 0, "model": appModel, "choices": []any{choice}}
}
