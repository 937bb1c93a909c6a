package bentocloud_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
)

// TestCloudThatFloods has an endpoint send a gigabyte, with and without saying so first: it is
// hung up on long before, and that is an answer that is none.
func TestCloudThatFloods(t *testing.T) {
	t.Parallel()
	const flood, most = 1 << 30, 64 << 20 // what the system's own buffers take is between
	for name, announced := range map[string]string{"announced": "1073741824", "not announced": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int64
			cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if announced != "" {
					w.Header().Set("Content-Length", announced)
				}
				chunk := make([]byte, 64<<10)
				for sent.Load() < flood {
					n, err := w.Write(chunk)
					sent.Add(int64(n))
					if err != nil {
						return
					}
				}
			}))
			defer cloud.Close()
			_, err := client(t, bentocloud.Config{Timeout: 30 * time.Second}).Verify(t.Context(), cloud.URL, token)
			fails(t, err, bentocloud.ErrBadReply)
			cloud.CloseClientConnections()
			if n := sent.Load(); n > most {
				t.Errorf("%d bytes were taken", n)
			}
		})
	}
}

// TestCloudThatDrips has an endpoint send a byte now and then, for ever: the call ends in its
// time, however much comes.
func TestCloudThatDrips(t *testing.T) {
	t.Parallel()
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush() // whoever hangs up is seen by the next write
			time.Sleep(20 * time.Millisecond)
		}
	}))
	defer cloud.Close()
	began := time.Now()
	_, err := client(t, bentocloud.Config{Timeout: time.Second}).Verify(t.Context(), cloud.URL, token)
	fails(t, err, bentocloud.ErrTimeout)
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
}
