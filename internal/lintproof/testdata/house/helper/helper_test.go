package helper

import (
	_ "net/http/httptest"

	_ "github.com/bento-cred/bento-cred/ipc/server"
)
