package worker

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	librarybus "github.com/godbus/dbus"
)

// TestClassifyOfABusThatDies guards against a dead bus being taken for a failure of the
// keychain: only what is lost is tried once more in a new worker.
func TestClassifyOfABusThatDies(t *testing.T) {
	t.Parallel()
	broken := &net.OpError{Op: "write", Net: "unix", Err: os.NewSyscallError("write", syscall.EPIPE)}
	for name, err := range map[string]error{
		"closed":  librarybus.ErrClosed,
		"broken":  broken,
		"reset":   fmt.Errorf("listing: %w", syscall.ECONNRESET),
		"ended":   fmt.Errorf("reading: %w", io.EOF),
		"no peer": syscall.ENOTCONN,
	} {
		var fault *CallError
		if got := classify(SecretService, err); !errors.As(got, &fault) || fault.Code != Lost {
			t.Errorf("%s: %v, want %q", name, got, Lost)
		}
		if got := busError(err); name != "closed" && (!errors.As(got, &fault) || fault.Code != Lost) {
			t.Errorf("%s, of the guards' own bus: %v, want %q", name, got, Lost)
		}
	}
}
