// Package daemon wires rooms and settings, and looks up.
package daemon

import (
	_ "github.com/bento-cred/bento-cred/configs"
	_ "github.com/bento-cred/bento-cred/daemon/internal/audit"
	_ "github.com/bento-cred/bento-cred/helper" // want depguard: list 'daemon'
	_ "github.com/bento-cred/bento-cred/ipc/server"
)
