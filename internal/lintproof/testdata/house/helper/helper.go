// Package helper imports what the hot helper must not.
package helper

import (
	_ "log/slog" // want depguard: list 'helper'
	_ "net/http" // want depguard: list 'helper'

	_ "github.com/spf13/cobra" // want depguard: list 'helper' // want depguard: list 'cobra'

	_ "github.com/bento-cred/bento-cred/configs" // want depguard: list 'helper' // want depguard: list 'configs'
	_ "github.com/bento-cred/bento-cred/internal/credential"
	_ "github.com/bento-cred/bento-cred/internal/endpoint" // want depguard: list 'helper'
	_ "github.com/bento-cred/bento-cred/internal/version"
	_ "github.com/bento-cred/bento-cred/internal/version/buildinfo" // want depguard: list 'helper'
	_ "github.com/bento-cred/bento-cred/ipc"
	_ "github.com/bento-cred/bento-cred/ipc/server" // want depguard: list 'helper'
)
