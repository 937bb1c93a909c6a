package format

import (
	_ "github.com/bento-cred/bento-cred/internal/credential" // want goimports: not properly // want gofumpt: not properly
	_ "os"
)
