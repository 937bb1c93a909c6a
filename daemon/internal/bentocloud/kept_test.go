package bentocloud_test

import (
	"errors"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// road is a way to a cloud that can be cut as a network is: what is sent over the
// connections there are goes nowhere, and nobody is told; new ones work.
type road struct {
	listener net.Listener
	target   string
	taken    atomic.Int32 // connections so far

	mu  sync.Mutex
	cut []*atomic.Bool // guarded by mu; one for each connection
}

func newRoad(t *testing.T, address string) *road {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r := &road{target: to.Host}
	r.open(t, "127.0.0.1:0")
	return r
}

// open lets connections in at address, until the test ends.
func (r *road) open(t *testing.T, address string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r.listener = listener
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			r.taken.Add(1)
			dead := &atomic.Bool{}
			r.mu.Lock()
			r.cut = append(r.cut, dead)
			r.mu.Unlock()
			carrying.Go(func() { r.carry(t, from, dead) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close() // the test may have closed it
		carrying.Wait()
	})
}

// carry carries bytes both ways until one end closes, or into nothing once dead.
func (r *road) carry(t *testing.T, from net.Conn, dead *atomic.Bool) {
	to, err := net.Dial("tcp", r.target)
	if err != nil {
		t.Error(err)
		_ = from.Close()
		return
	}
	var both sync.WaitGroup
	carry := func(from, to net.Conn) {
		defer func() { _ = from.Close(); _ = to.Close() }()
		buffer := make([]byte, 4096)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			if dead.Load() {
				continue
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
	both.Go(func() { carry(from, to) })
	both.Go(func() { carry(to, from) })
	both.Wait()
}

// sever cuts the connections there are.
func (r *road) sever() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, dead := range r.cut {
		dead.Store(true)
	}
}

// TestDeadConnectionHoldsNobodyUp has the network change, or the computer sleep, while a
// connection is kept.
func TestDeadConnectionHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	const timeout = 3 * time.Second
	token := cloudtest.Token{Value: "made-up-token-kept", Developer: true}
	tests := map[string]struct {
		tls    bool
		passes time.Duration // by the wall clock alone
		within time.Duration
	}{
		"HTTP/1.1, another network":  {false, 0, timeout * 2 / 3},
		"HTTP/2, another network":    {true, 0, timeout * 2 / 3},
		"HTTP/1.1, after sleep":      {false, 8 * time.Hour, timeout / 4},
		"HTTP/2, after sleep":        {true, 8 * time.Hour, timeout / 4},
		"HTTP/2, the clock set back": {true, -8 * time.Hour, timeout / 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, cloudtest.Config{TLS: test.tls, Tokens: []cloudtest.Token{token}})
			way := newRoad(t, cloud.URL())
			var moved atomic.Int64
			config := bentocloud.Config{Timeout: timeout, Now: func() time.Time {
				return time.Now().Add(time.Duration(moved.Load()))
			}}
			scheme := "http://"
			if test.tls {
				scheme, config.RootCAs = "https://", cloud.Authorities()
			}
			c := bentocloud.New(config)
			defer c.Close()
			address := scheme + way.listener.Addr().String()
			check := func() {
				t.Helper()
				if err := c.Check(t.Context(), address, credential.NewSecret(token.Value)); err != nil {
					t.Fatal(err)
				}
			}
			check()
			check()
			if taken := way.taken.Load(); taken != 1 {
				t.Fatalf("two calls took %d connections, want one that is kept", taken)
			}
			way.sever()
			moved.Store(int64(test.passes))
			begin := time.Now()
			check()
			if took := time.Since(begin); took > test.within {
				t.Errorf("over a dead connection a call took %v, want less than %v", took, test.within)
			}
			begin = time.Now()
			check()
			if took := time.Since(begin); took > timeout/4 {
				t.Errorf("the next call took %v", took)
			}
		})
	}
}

// TestEndpointThatGoesAndComesBack has the network be away and come back: one call fails
// at once, with that as its reason, and the next one works.
func TestEndpointThatGoesAndComesBack(t *testing.T) {
	t.Parallel()
	token := cloudtest.Token{Value: "made-up-token-back", Developer: true}
	cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{token}})
	way := newRoad(t, cloud.URL())
	address := way.listener.Addr().String()
	c := bentocloud.New(bentocloud.Config{Timeout: 3 * time.Second})
	defer c.Close()
	check := func() error {
		return c.Check(t.Context(), "http://"+address, credential.NewSecret(token.Value))
	}
	if err := check(); err != nil {
		t.Fatal(err)
	}
	_ = way.listener.Close() // the road's own end waits for what it carries
	way.sever()
	if err := check(); !errors.Is(err, bentocloud.ErrUnreachable) {
		t.Errorf("while there is no way: %v, want unreachable", err)
	}
	way.open(t, address)
	if err := check(); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}
