package store_test

import (
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
)

func TestFile(t *testing.T) {
	t.Parallel()
	storetest.TestStore(t, func(t *testing.T) store.Store { return openReady(t, fileConfig(t)) })
}
