// Package audit is a room that keeps the rules.
package audit

import (
	_ "github.com/bento-cred/bento-cred/daemon/internal/private"
	_ "github.com/bento-cred/bento-cred/internal/endpoint"
)
