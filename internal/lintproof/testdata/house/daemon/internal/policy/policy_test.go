package policy_test

import (
	_ "github.com/bento-cred/bento-cred/daemon/internal/policy"
)
