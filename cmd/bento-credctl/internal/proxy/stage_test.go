package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
	"github.com/bento-cred/bento-cred/internal/credential"
)

const (
	firstToken  = "made-up-token-one"
	secondToken = "made-up-token-two"
)

// stage is a proxy before an upstream that a test makes.
type stage struct {
	t        *testing.T
	proxy    *proxy.Proxy
	port     int
	upstream *httptest.Server

	mu      sync.Mutex
	token   string          // guarded by mu; what the daemon gives
	err     error           // guarded by mu; or why it gives nothing
	asked   int             // guarded by mu
	arrived []*http.Request // guarded by mu; at the upstream
}

// newStage starts a proxy, with what configure changes, before handler.
func newStage(t *testing.T, handler http.HandlerFunc, configure func(*proxy.Config)) *stage {
	t.Helper()
	s := &stage{t: t, token: firstToken}
	s.upstream = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.arrived = append(s.arrived, r.Clone(context.Background()))
		s.mu.Unlock()
		handler(w, r)
	}))
	s.upstream.Config.Protocols = new(http.Protocols)
	s.upstream.Config.Protocols.SetHTTP1(true)
	s.upstream.Config.Protocols.SetUnencryptedHTTP2(true)
	s.upstream.Start()
	t.Cleanup(s.upstream.Close)
	config := proxy.Config{Upstream: s.upstream.URL, Inject: s.inject}
	if configure != nil {
		configure(&config)
	}
	s.start(config, false)
	return s
}

// start starts the proxy, which sends all requests by net/http's Transport if usual.
func (s *stage) start(config proxy.Config, usual bool) {
	t := s.t
	t.Helper()
	var err error
	if s.proxy, err = proxy.New(config); err != nil {
		t.Fatal(err)
	}
	if usual {
		s.proxy.ByTransport()
	}
	listener, err := proxy.Listen(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Port()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.proxy.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the proxy does not end")
		}
	})
}

func (s *stage) inject(context.Context) (proxy.Injection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return proxy.Injection{Header: "Authorization", Scheme: "Bearer", Value: credential.NewSecret(s.token)}, s.err
}

func (s *stage) set(token string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.err = token, err
}

// last returns the last request that arrived at the upstream.
func (s *stage) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.arrived) == 0 {
		return nil
	}
	return s.arrived[len(s.arrived)-1]
}

func (s *stage) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.arrived)
}

func (s *stage) address() string { return fmt.Sprintf("http://127.0.0.1:%d", s.port) }

// request returns a request with the capability.
func (s *stage) request(method, path string, body io.Reader) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.address()+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.proxy.Capability().Reveal())
	return r
}

// reply is an answer, read to its end.
type reply struct {
	status int // 0 where there was none
	header http.Header
	text   string
}

// send sends a request and returns the answer.
func (s *stage) send(r *http.Request) reply {
	s.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		s.t.Error(err)
	}
	return reply{got.StatusCode, got.Header, string(text)}
}
