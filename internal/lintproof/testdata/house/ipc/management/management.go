// Package management imports the other end.
package management

import (
	_ "github.com/bento-cred/bento-cred/ipc"
	_ "github.com/bento-cred/bento-cred/ipc/server" // want depguard: list 'ipc'
)
