// Package table is the face's own, and no foundation.
package table

import (
	_ "github.com/bento-cred/bento-cred/daemon" // want depguard: list 'face'
	_ "github.com/bento-cred/bento-cred/ipc"
)
