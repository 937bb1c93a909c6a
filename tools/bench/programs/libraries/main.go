// Command libraries is a daemon that imports what ours imports, and uses none of it, so that
// the linker leaves most of it out: what is left is what the libraries do when they are only
// there. The socket is its one argument.
package main

import (
	"io"
	"net"
	_ "net/http"
	"os"

	_ "github.com/99designs/keyring" //nolint:depguard // To link it is all it is for.
	_ "github.com/BurntSushi/toml"
	_ "github.com/coreos/go-systemd/v22/activation"
	_ "github.com/coreos/go-systemd/v22/daemon"
	_ "github.com/coreos/go-systemd/v22/journal"
	_ "github.com/fsnotify/fsnotify"
	_ "github.com/godbus/dbus/v5"
	_ "github.com/kardianos/service" //nolint:depguard // As above.
	_ "go.yaml.in/yaml/v3"
	_ "golang.org/x/crypto/argon2"

	"github.com/bento-cred/bento-cred/tools/bench/listen"
)

func main() {
	listen.Forever(os.Args[1], func(conn net.Conn) {
		_, _ = io.Copy(conn, conn) // whoever asks may leave
	})
}
