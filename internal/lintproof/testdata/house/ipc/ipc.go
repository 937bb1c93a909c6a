// Package ipc imports what the conversation must not.
package ipc

import (
	_ "net/http" // want depguard: list 'ipc'

	_ "golang.org/x/sys/unix" // want depguard: list 'ipc'

	_ "github.com/bento-cred/bento-cred/internal/credential"
	_ "github.com/bento-cred/bento-cred/internal/endpoint" // want depguard: list 'ipc'
	_ "github.com/bento-cred/bento-cred/internal/version"
)
