// Package e2e may know everybody.
package e2e

import (
	_ "github.com/bento-cred/bento-cred/daemon"
	_ "github.com/bento-cred/bento-cred/helper"
	_ "github.com/bento-cred/bento-cred/ipc"
)
