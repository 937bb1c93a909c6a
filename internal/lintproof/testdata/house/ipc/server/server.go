// Package server may ask the kernel, and nothing else of its own.
package server

import (
	_ "net/http" // want depguard: list 'ipc-server'

	_ "golang.org/x/sys/unix"

	_ "github.com/bento-cred/bento-cred/internal/endpoint" // want depguard: list 'ipc-server'
	_ "github.com/bento-cred/bento-cred/ipc"
)
