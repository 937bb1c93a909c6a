// Package policy is a room with doors to everywhere.
package policy

import (
	_ "github.com/99designs/keyring" // want depguard: list 'keyring'

	_ "github.com/bento-cred/bento-cred/configs"               // want depguard: list 'configs'
	_ "github.com/bento-cred/bento-cred/daemon"                // want depguard: list 'rooms'
	_ "github.com/bento-cred/bento-cred/daemon/internal/audit" // want depguard: list 'rooms'
	_ "github.com/bento-cred/bento-cred/helper"                // want depguard: list 'daemon'
)
