// Command linked is a daemon that has the libraries in it which ours has, as the linker leaves
// them where they are called, and calls none of them. The socket is its one argument.
package main

import (
	"io"
	"net"
	"net/http"
	"os"

	"github.com/99designs/keyring" //nolint:depguard // To link it is all it is for.
	"github.com/BurntSushi/toml"
	"github.com/fsnotify/fsnotify"
	"github.com/godbus/dbus/v5"
	"github.com/kardianos/service" //nolint:depguard // As above.
	"golang.org/x/crypto/argon2"
)

func main() {
	if len(os.Args) > 2 {
		neverCalled(os.Args[2])
	}
	listener, err := net.Listen("unix", os.Args[1]) //nolint:noctx // It listens as long as it lives.
	if err != nil {
		os.Exit(1)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			_, _ = io.Copy(conn, conn) // whoever asks may leave
			_ = conn.Close()           // as above
		}()
	}
}

// neverCalled is there for the linker, which does not know that it is never called.
func neverCalled(text string) {
	var document any
	_, decoding := toml.Decode(text, &document)
	_, opening := keyring.Open(keyring.Config{})
	_, connecting := dbus.Connect(text)
	_, watching := fsnotify.NewWatcher()
	_, serving := service.New(nil, nil)
	reply, asking := http.Get(text) //nolint:gosec,noctx // It is never called.
	if asking == nil {
		_ = reply.Body.Close() // it never was
	}
	_ = argon2.IDKey([]byte(text), nil, 1, 1, 1, 1)
	println(decoding, opening, connecting, watching, serving, asking)
}
