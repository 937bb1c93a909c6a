package lints

import (
	"os"
	"testing"
)

func TestModesAreFreeInTests(t *testing.T) {
	if err := os.WriteFile(t.TempDir()+"/x", nil, 0o666); err != nil {
		t.Fatal(err)
	}
}
