package bentocloud_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// TestWritesGoOutOnce breaks the reply to a write in every way a network does, on a
// client that has kept a connection, over both versions of HTTP.
func TestWritesGoOutOnce(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		fault cloudtest.Fault
		kind  error
	}{
		"closed":  {cloudtest.Fault{Close: true}, bentocloud.ErrUnreachable},
		"cut":     {cloudtest.Fault{Cut: true, Body: `{"uid":"u9","token":"hunter2"`}, bentocloud.ErrUnreachable},
		"silence": {cloudtest.Fault{Hang: true}, bentocloud.ErrTimeout},
		"failed":  {cloudtest.Oops("t"), bentocloud.ErrServer},
	}
	for name, test := range faults {
		for _, secure := range []bool{false, true} {
			for _, what := range []string{"Create", "Delete"} {
				t.Run(name+"/"+what+"/"+map[bool]string{false: "1.1", true: "2"}[secure], func(t *testing.T) {
					t.Parallel()
					cloud := start(t, cloudtest.Config{TLS: secure})
					cfg := bentocloud.Config{}
					if test.fault.Hang {
						cfg.Timeout = 2 * time.Second // The first call must have its answer.
					}
					if secure {
						cfg.RootCAs = cloud.Authorities()
					}
					c := client(t, cfg)
					if err := c.Check(t.Context(), cloud.URL(), token); err != nil {
						t.Fatal(err)
					}
					cloud.Fail(calls[what].path, test.fault)
					fails(t, calls[what].call(t, c, cloud.URL()), test.kind)
					if got := cloud.Requests(); len(got) != 2 {
						t.Errorf("%d writes arrived, want 1: %v", len(got)-1, got)
					}
				})
			}
		}
	}
}

// The frames of HTTP/2 (RFC 9113) that the test below speaks.
const (
	http2Preface   = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	frameHeader    = 9
	frameData      = 0
	frameReset     = 3
	frameSettings  = 4
	flagEndStream  = 1
	codeProtocol   = 1
	streamOfFirst  = 1
	lengthOfReset  = 4
	offsetOfStream = 5
)

// TestWriteIsNotReplayedAfterAReset has a server take the whole request and reset its
// stream with PROTOCOL_ERROR, after which net/http sends anew what it can.
func TestWriteIsNotReplayedAfterAReset(t *testing.T) {
	t.Parallel()
	var bodies atomic.Int32
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, connection *tls.Conn, _ http.Handler) { resetStreams(connection, &bodies) },
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	authorities := x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	c := client(t, bentocloud.Config{RootCAs: authorities})
	_, err := c.Create(t.Context(), server.URL, token, bentocloud.Wish{Name: "new", Access: credential.Access{Developer: true}})
	fails(t, err, bentocloud.ErrUnreachable)
	if got := bodies.Load(); got != 1 {
		t.Errorf("the request arrived %d times, want once", got)
	}
}

// resetStreams takes requests and resets each when its body has come.
func resetStreams(connection *tls.Conn, bodies *atomic.Int32) {
	defer func() { _ = connection.Close() }()
	if _, err := io.ReadFull(connection, make([]byte, len(http2Preface))); err != nil {
		return
	}
	if _, err := connection.Write([]byte{0, 0, 0, frameSettings, 0, 0, 0, 0, 0}); err != nil {
		return
	}
	for {
		header := make([]byte, frameHeader)
		if _, err := io.ReadFull(connection, header); err != nil {
			return
		}
		length := int64(header[0])<<16 | int64(header[1])<<8 | int64(header[2])
		if _, err := io.CopyN(io.Discard, connection, length); err != nil {
			return
		}
		if header[3] != frameData || header[4]&flagEndStream == 0 {
			continue
		}
		bodies.Add(1)
		reset := append([]byte{0, 0, lengthOfReset, frameReset, 0}, header[offsetOfStream:]...)
		if _, err := connection.Write(binary.BigEndian.AppendUint32(reset, codeProtocol)); err != nil {
			return
		}
	}
}

// TestWritesWork over both versions of HTTP, one after the other.
func TestWritesWork(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		cloud := start(t, cloudtest.Config{TLS: secure})
		cloud.Fail(pathTokens, body(`{"token":"made-up-new","uid":"u9"}`))
		cloud.Fail(pathOne, says(204, ""))
		cfg := bentocloud.Config{}
		if secure {
			cfg.RootCAs = cloud.Authorities()
		}
		c := client(t, cfg)
		for range 3 {
			for _, what := range []string{"Create", "Delete"} {
				if err := calls[what].call(t, c, cloud.URL()); err != nil {
					t.Errorf("%s, TLS %v: %v", what, secure, err)
				}
			}
		}
	}
}
