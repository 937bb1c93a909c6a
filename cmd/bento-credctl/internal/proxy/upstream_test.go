package proxy_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"
)

const plainOK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// ATTACK: an upstream, or who can make it split an answer in two, sends more than one answer
// to a request, so that a later request, of another client, gets the second.
// THIS TEST VERIFIES that a request gets an answer that was sent after it, or none.
func TestAnswersAreNotMixedUp(t *testing.T) {
	const evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
	eachWay(t, func(t *testing.T, usual bool) {
		for what, raw := range map[string]string{
			"another answer":                  plainOK + evil,
			"more than the length":            plainOK + "more",
			"a body without leave":            "HTTP/1.1 204 No Content\r\n\r\n" + evil,
			"a body that did not change":      "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n" + evil,
			"another after chunks":            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + evil,
			"a length and chunks":             "HTTP/1.1 200 OK\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + evil,
			"another after HTTP/1.0":          "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok" + evil,
			"another where it said to close":  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok" + evil,
			"another, after 100 milliseconds": plainOK + "LATER" + evil,
		} {
			s := newRawStage(t, usual, func(v visit) bool {
				if v.URL.Path == "/next" {
					v.say(plainOK)
					return true
				}
				now, later, _ := strings.Cut(raw, "LATER")
				v.say(now)
				if later != "" {
					time.Sleep(100 * time.Millisecond)
					v.say(later)
				}
				return true
			})
			if got := s.send(s.request(http.MethodGet, "/", nil)); strings.Contains(got.text, "evil") {
				t.Errorf("%s: %+v", what, got)
			}
			time.Sleep(200 * time.Millisecond)
			if got := s.get(http.MethodGet, "/next", http.StatusOK); got.text != "ok" || s.connections.Load() != 2 {
				t.Errorf("%s: the next answer is %q, over %d connections", what, got.text, s.connections.Load())
			}
		}
	})
}

// TestCutOff makes sure that an answer that breaks off looks broken, and one that cannot be
// understood is none.
func TestCutOff(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		long := "HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", 2<<20) + "\r\nContent-Length: 0\r\n\r\n"
		raws := map[string]string{
			"nothing": "", "half a head": "HTTP/1.1 200 OK\r\nContent-", "a head without end": long,
			"no HTTP": "SSH-2.0-x\r\n\r\n", "no status": "HTTP/1.1 abc\r\n\r\n", "no header": "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
			"two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "a length below 0": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
			"odd chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "a switch": "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
		}
		s := newRawStage(t, usual, func(v visit) bool {
			v.say(raws[v.Header.Get("X-Raw")])
			return false
		})
		for what := range raws {
			r := s.request(http.MethodPost, "/", strings.NewReader("body"))
			r.Header.Set("X-Raw", what)
			if got := s.send(r); got.status != http.StatusBadGateway || strings.Contains(got.text, "colon") {
				t.Errorf("%s: %+v", what, got)
			}
		}
		raws["short"] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
		raws["short chunk"] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
		raws["no last chunk"] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
		raws["short and large"] = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 300_000)
		for _, what := range []string{"short", "short chunk", "no last chunk", "short and large"} {
			r := s.request(http.MethodGet, "/", nil)
			r.Header.Set("X-Raw", what)
			reply, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				continue // cut off before its head went on, and seen
			}
			text, err := io.ReadAll(reply.Body)
			_ = reply.Body.Close()
			if err == nil {
				t.Errorf("%s: it looks whole: %q", what, text)
			}
		}
	})
}

// TestLargeAnswers arrive whole, and so do those behind them on the same connection.
func TestLargeAnswers(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			size, err := strconv.Atoi(v.Header.Get("X-Size"))
			if err != nil {
				return false
			}
			v.say("HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(size) + "\r\n\r\n" + pattern(size)[:size/3])
			if size%2 == 1 {
				time.Sleep(20 * time.Millisecond) // the rest comes later
			}
			v.say(pattern(size)[size/3:])
			return true
		})
		for _, size := range []int{0, 1, 4 << 10, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1_000_001, 5 << 20, 7} {
			r := s.request(http.MethodGet, "/", nil)
			r.Header.Set("X-Size", strconv.Itoa(size))
			if got := s.send(r); got.status != http.StatusOK || got.text != pattern(size) {
				t.Errorf("%d bytes: status %d, and %d bytes that are not the same", size, got.status, len(got.text))
			}
		}
	})
}

// pattern returns text of which no part is like the one before.
func pattern(size int) string {
	var text strings.Builder
	for n := 0; text.Len() < size; n++ {
		text.WriteString(strconv.Itoa(n))
	}
	return text.String()[:size]
}

// TestStaleConnections are not used, and what cannot be sent twice is not.
func TestStaleConnections(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			if v.nth > 1 && v.URL.Path == "/dropped" {
				return false // read, perhaps done, and not answered
			}
			v.say(plainOK)
			return v.URL.Path != "/closes"
		})
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodGet} {
			s.get(method, "/closes", http.StatusOK)
			time.Sleep(50 * time.Millisecond)
		}
		if n := s.connections.Load(); n != 3 {
			t.Errorf("%d connections for three that were closed", n)
		}
		s.get(http.MethodGet, "/", http.StatusOK)
		s.get(http.MethodHead, "/dropped", http.StatusOK)
		s.get(http.MethodPost, "/", http.StatusOK)
		before := s.requests.Load()
		s.get(http.MethodPost, "/dropped", http.StatusBadGateway)
		if n := s.requests.Load() - before; n != 1 {
			t.Errorf("it was sent %d times", n)
		}
	})
}

// TestKeptConnections are used again where an answer was whole.
func TestKeptConnections(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			_, _ = io.Copy(io.Discard, v.Body)
			switch {
			case v.Method == http.MethodHead:
				v.say("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
			case v.URL.Path == "/204":
				v.say("HTTP/1.1 204 No Content\r\n\r\n")
			case v.URL.Path == "/304":
				v.say("HTTP/1.1 304 Not Modified\r\nContent-Length: 40\r\n\r\n")
			case v.URL.Path == "/chunks":
				v.say("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n")
			default:
				v.say(plainOK)
			}
			return true
		})
		s.get(http.MethodGet, "/", http.StatusOK)
		if got := s.get(http.MethodHead, "/", http.StatusOK); got.header.Get("Content-Length") != "40" {
			t.Errorf("HEAD: %+v", got)
		}
		s.get(http.MethodGet, "/204", http.StatusNoContent)
		s.get(http.MethodGet, "/304", http.StatusNotModified)
		s.get(http.MethodPost, "/", http.StatusOK)
		s.get(http.MethodDelete, "/", http.StatusOK)
		reply, err := http.DefaultTransport.RoundTrip(s.request(http.MethodGet, "/chunks", nil))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = reply.Body.Close() }()
		if text, err := io.ReadAll(reply.Body); err != nil || string(text) != "ok" || reply.Trailer.Get("X-Sum") != "1" {
			t.Errorf("chunks: %q, %v, trailer %v", text, err, reply.Trailer)
		}
		if n := s.connections.Load(); n != 1 {
			t.Errorf("%d connections for what one can do", n)
		}
	})
}

// TestOldUpstream speaks HTTP/1.0, with and without a length.
func TestOldUpstream(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			if v.URL.Path == "/kept" {
				v.say("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
				return true
			}
			v.say("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nok")
			return false
		})
		for _, path := range []string{"/kept", "/kept", "/", "/kept", "/"} {
			if got := s.get(http.MethodGet, path, http.StatusOK); got.text != "ok" {
				t.Errorf("%s: %+v", path, got)
			}
		}
	})
}

// TestFirstAnswers pass on as what they are.
func TestFirstAnswers(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			v.say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 5\r\n\r\n" + plainOK)
			return true
		})
		for range 3 {
			var links []string
			r := s.request(http.MethodGet, "/", nil)
			got := s.send(r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
				Got1xxResponse: func(_ int, h textproto.MIMEHeader) error {
					links = append(links, h.Get("Link"))
					return nil
				},
			})))
			if got.text != "ok" || len(links) != 1 || links[0] != "</a>" || got.header.Get("Link") != "" {
				t.Errorf("%+v after %q", got, links)
			}
		}
	})
}

// TestSplitAnswer wants a header that holds a line of its own to stay one header.
func TestSplitAnswer(t *testing.T) {
	eachWay(t, func(t *testing.T, usual bool) {
		s := newRawStage(t, usual, func(v visit) bool {
			v.say("HTTP/1.1 200 OK\r\nX-A: a\rX-B: b\r\nContent-Length: 2\r\n\r\nok")
			return true
		})
		reply, err := http.DefaultTransport.RoundTrip(s.request(http.MethodGet, "/", nil))
		if err != nil {
			t.Fatal(errors.Join(errors.New("the answer cannot be read"), err))
		}
		defer func() { _ = reply.Body.Close() }()
		if len(reply.Header["X-B"]) != 0 {
			t.Errorf("%v", reply.Header)
		}
	})
}
