// Command bento-credctl goes round the socket.
package main

import (
	_ "github.com/99designs/keyring" // want depguard: list 'keyring'
	_ "github.com/kardianos/service" // want depguard: list 'service'
	_ "github.com/spf13/cobra"

	_ "github.com/bento-cred/bento-cred/configs" // want depguard: list 'configs'
	_ "github.com/bento-cred/bento-cred/daemon"  // want depguard: list 'face'
	_ "github.com/bento-cred/bento-cred/ipc"
	_ "github.com/bento-cred/bento-cred/ipc/server" // want depguard: list 'face'
)

func main() {}
