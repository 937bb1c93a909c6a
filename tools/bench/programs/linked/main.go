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

	"github.com/bento-cred/bento-cred/tools/bench/listen"
)

func main() {
	if len(os.Args) > 2 {
		neverCalled(os.Args[2])
	}
	listen.Forever(os.Args[1], func(conn net.Conn) {
		_, _ = io.Copy(conn, conn) // whoever asks may leave
	})
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
