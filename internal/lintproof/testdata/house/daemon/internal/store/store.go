// Package store is the room with packages of its own.
package store

import (
	_ "github.com/bento-cred/bento-cred/daemon/internal/audit" // want depguard: list 'room-store'
	_ "github.com/bento-cred/bento-cred/daemon/internal/private"
	_ "github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)
