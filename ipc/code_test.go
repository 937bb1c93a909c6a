package ipc_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/ipc"
)

// TestDocumentHasTheTable holds docs/protocol.md to the table: the same codes, the same
// exit statuses.
func TestDocumentHasTheTable(t *testing.T) {
	document, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	_, section, _ := strings.Cut(string(document), "## 5. Errors")
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) > 3 && strings.HasPrefix(cells[1], " `") {
			documented[strings.Trim(cells[1], " `")] = strings.TrimSpace(cells[2])
		}
	}
	for _, code := range ipc.Codes() {
		if got, want := documented[string(code)], strconv.Itoa(code.ExitStatus()); got != want {
			t.Errorf("%s: the document says exit status %q, the table %q", code, got, want)
		}
		delete(documented, string(code))
	}
	for code := range documented {
		t.Errorf("the document has %q, which is no code", code)
	}
}

func TestErrorKeepsItsCodeWhenWrapped(t *testing.T) {
	for _, code := range ipc.Codes() {
		inner := &ipc.Error{Code: code, Message: "it is so", Hint: "do this"}
		wrapped := fmt.Errorf("doing that: %w", inner)
		if !errors.Is(wrapped, code) {
			t.Errorf("errors.Is(%v, %s) is false", wrapped, code)
		}
		told := ipc.AsError(wrapped)
		if told.Code != code || told.Message != "doing that: it is so" || told.Hint != "do this" {
			t.Errorf("AsError = %+v", told)
		}
		if got := ipc.ExitStatus(wrapped); got != code.ExitStatus() || got == 0 {
			t.Errorf("%s: exit status %d", code, got)
		}
	}
	if got := ipc.ExitStatus(nil); got != 0 {
		t.Errorf("ExitStatus(nil) = %d", got)
	}
	if got := ipc.AsError(errors.New("surprise")).Code; got != ipc.Internal {
		t.Errorf("a plain error has code %q", got)
	}
	if got := ipc.AsError(fmt.Errorf("so: %w", ipc.Locked)).Code; got != ipc.Locked {
		t.Errorf("a bare code became %q", got)
	}
}
