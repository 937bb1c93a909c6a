package ipc_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bento-cred/bento-cred/ipc"
)

func TestMessageOnTheWire(t *testing.T) {
	var m ipc.Message
	m.Add("op", "get")
	m.Add("context", "")
	m.Add("value", ` a=b  "c" `)
	m.AddList("access", []string{"developer", "endpoints"})
	m.AddFlag("all", true)
	m.AddFlag("none", false)
	text, err := m.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "bento-cred/1\nop=get\nvalue= a=b  \"c\" \naccess[]=developer\naccess[]=endpoints\nall=true\n\n"
	if string(text) != want {
		t.Errorf("got  %q\nwant %q", text, want)
	}
}

func TestMessageThatCannotBeWritten(t *testing.T) {
	for name, pair := range map[string][2]string{
		"line feed":     {"value", "a\nb"},
		"NUL":           {"value", "a\x00b"},
		"upper case":    {"Value", "a"},
		"equals in key": {"a=b", "c"},
		"digit first":   {"1a", "b"},
		"no key":        {"", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			var m ipc.Message
			m.Add(pair[0], pair[1])
			if _, err := m.Append(nil); !errors.Is(err, ipc.BadRequest) {
				t.Errorf("error %v, want bad_request", err)
			}
		})
	}
}

func TestReaderRefuses(t *testing.T) {
	tests := map[string]string{
		"no version":         "op=ping\n\n",
		"version alone":      "bento-cred/\n\n",
		"version zero":       "bento-cred/0\n\n",
		"negative version":   "bento-cred/-1\n\n",
		"signed version":     "bento-cred/+1\n\n",
		"huge version":       "bento-cred/99999999999999999999\n\n",
		"another protocol":   "GET / HTTP/1.1\nhost: x\n\n",
		"line without value": "bento-cred/1\nop\n\n",
		"key twice":          "bento-cred/1\nop=ping\nop=get\n\n",
		"NUL in a value":     "bento-cred/1\nop=pi\x00ng\n\n",
		"too many":           "bento-cred/1\n" + strings.Repeat("a[]=b\n", 1000) + "\n",
		"too long":           "bento-cred/1\nop=" + strings.Repeat("x", ipc.MaxRequest) + "\n\n",
		"never ends":         strings.Repeat("x", 2*ipc.MaxRequest),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := ipc.NewReader(strings.NewReader(text), ipc.MaxRequest).Next()
			if !errors.Is(err, ipc.BadRequest) {
				t.Errorf("Next() = %v, %v; want bad_request", m, err)
			}
			if err != nil && strings.Contains(err.Error(), "xxxx") {
				t.Errorf("the error repeats what was sent: %v", err)
			}
		})
	}
}

func TestReaderEnds(t *testing.T) {
	tests := map[string]struct {
		text string
		want error
	}{
		"at once":       {"", io.EOF},
		"in the middle": {"bento-cred/1\nop=pi", io.ErrUnexpectedEOF},
		"before blank":  {"bento-cred/1\nop=ping\n", io.ErrUnexpectedEOF},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := ipc.NewReader(strings.NewReader(test.text), ipc.MaxRequest).Next(); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

// TestReaderSeparatesMessages guards against a value of one peer's request showing up
// in the next: the second message has nothing of the first.
func TestReaderSeparatesMessages(t *testing.T) {
	text := "bento-cred/1\nop=login\napi_token=made-up\n\nbento-cred/1\nop=ping\n\n"
	for name, stream := range map[string]io.Reader{
		"at once":      strings.NewReader(text),
		"byte by byte": iotest.OneByteReader(strings.NewReader(text)),
		"with the end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		t.Run(name, func(t *testing.T) {
			reader := ipc.NewReader(stream, ipc.MaxRequest)
			first, err := reader.Next()
			if err != nil || first.Get("op") != "login" || first.Get("api_token") != "made-up" {
				t.Fatalf("first: %v, %v", first, err)
			}
			second, err := reader.Next()
			if err != nil || second.Get("op") != "ping" || second.Get("api_token") != "" {
				t.Fatalf("second: %v, %v", second, err)
			}
			if _, err := reader.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("third: %v, want EOF", err)
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("bento-cred/1\nop=ping\n\n"))
	f.Add([]byte("bento-cred/1\nop=get\ncontext=a\naccess[]=x\naccess[]=y\n\nbento-cred/2\n\n"))
	f.Add([]byte("bento-cred/1\n=\n\n"))
	f.Add([]byte("\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		reader := ipc.NewReader(iotest.HalfReader(bytes.NewReader(data)), 4<<10)
		for {
			m, err := reader.Next()
			if err != nil {
				return
			}
			text, err := m.Append(nil)
			if err != nil {
				t.Fatalf("what was read cannot be written: %v", err)
			}
			again, err := ipc.NewReader(bytes.NewReader(text), 2*len(text)).Next()
			if err != nil {
				t.Fatalf("what was written cannot be read: %v", err)
			}
			second, err := again.Append(nil)
			if err != nil || !bytes.Equal(text, second) {
				t.Fatalf("round trip: %q, then %q, %v", text, second, err)
			}
		}
	})
}
