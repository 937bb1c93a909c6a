package pages_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/bento-cred/bento-cred/daemon/internal/pages"
)

// TestKeep: what is kept is what was given, stands elsewhere, and of one value once.
func TestKeep(t *testing.T) {
	t.Parallel()
	var safe pages.Safe
	kept := make(map[string]string)
	for n := range 3000 { // more than one piece of memory holds
		value := fmt.Sprintf("made-up-%d-%s", n, strings.Repeat("x", n%50))
		kept[value] = safe.Keep([]byte(value))
	}
	runtime.GC()
	for value, got := range kept {
		if got != value {
			t.Fatalf("%q became %q", value, got)
		}
		again := safe.Keep([]byte(value))
		if unsafe.StringData(again) != unsafe.StringData(got) {
			t.Fatalf("%q stands in two places", value)
		}
	}
	// Of two values that are kept one after the other the second stands right behind the
	// first, as no two in the heap do.
	var fresh pages.Safe
	one, two := fresh.Keep([]byte("made-up-one-value")), fresh.Keep([]byte("made-up-two"))
	if locks() && uintptr(unsafe.Pointer(unsafe.StringData(two))) != uintptr(unsafe.Pointer(unsafe.StringData(one)))+uintptr(len(one)) {
		t.Error("the values do not stand in pages of their own")
	}
	for name, value := range map[string]string{"empty": "", "larger than a piece": strings.Repeat("y", 1<<20)} {
		if safe.Keep([]byte(value)) != value {
			t.Errorf("%s is another by now", name)
		}
	}
}

// locks reports whether pages are locked here.
func locks() bool { return runtime.GOOS == "linux" || runtime.GOOS == "darwin" }

func TestKeepTogether(t *testing.T) {
	t.Parallel()
	var safe pages.Safe
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for n := range 500 {
				value := fmt.Sprintf("made-up-%d", n+worker%2)
				if got := safe.Keep([]byte(value)); got != value {
					t.Errorf("%q became %q", value, got)
				}
			}
		})
	}
	all.Wait()
}
