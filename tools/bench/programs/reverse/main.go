// Command reverse is a proxy that adds one header, made of what the standard library has for
// that and tuned: idle connections for everybody, and buffers that are used again.
//
//	reverse ADDRESS UPSTREAM
package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
	"time"
)

func main() {
	upstream, err := url.Parse(os.Args[2])
	if err != nil {
		os.Exit(2)
	}
	transport := &http.Transport{
		MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute, DisableCompression: true,
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport, BufferPool: &buffers{},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(upstream)
			r.Out.Header.Set("Authorization", "Bearer made-up-token")
		},
	}
	server := &http.Server{Addr: os.Args[1], Handler: proxy, ReadHeaderTimeout: time.Minute}
	if err := server.ListenAndServe(); err != nil {
		os.Exit(1)
	}
}

// buffers is a pool of them.
type buffers struct{ pool sync.Pool }

// Get implements httputil.BufferPool.
func (b *buffers) Get() []byte {
	if buffer, ok := b.pool.Get().(*[32 << 10]byte); ok {
		return buffer[:]
	}
	return make([]byte, 32<<10)
}

// Put implements httputil.BufferPool.
func (b *buffers) Put(buffer []byte) { b.pool.Put((*[32 << 10]byte)(buffer)) }
