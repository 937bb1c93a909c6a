package helper_test

import (
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/bento-cred/bento-cred/helper"
)

// TestTokenOnTerminal wants a newline on a terminal and nowhere else.
func TestTokenOnTerminal(t *testing.T) {
	environ := serve(t, &agent{answer: madeUp()})
	master, slave := terminal(t)
	var errs strings.Builder
	status := helper.Main([]string{"bento-cred", "token"}, environ, helper.Streams{Out: slave, Err: &errs})
	if status != 0 || errs.String() != "" {
		t.Fatalf("status %d, said %q", status, errs.String())
	}
	// The terminal itself turns a newline into CR LF, and may give what it got in parts.
	got := make([]byte, len(madeUpToken)+len("\r\n"))
	if n, err := io.ReadFull(master, got); err != nil || string(got) != madeUpToken+"\r\n" {
		t.Errorf("the terminal got %q, %v", got[:n], err)
	}
}

func TestTokenInFile(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	status := helper.Main([]string{"bento-cred", "token"}, serve(t, &agent{answer: madeUp()}), helper.Streams{Out: file, Err: os.Stderr})
	got, err := os.ReadFile(file.Name())
	if status != 0 || err != nil || string(got) != madeUpToken {
		t.Errorf("status %d, the file has %q, %v", status, got, err)
	}
}

// terminal opens both ends of a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	var unlock, number int32
	control(t, master, syscall.TIOCSPTLCK, &unlock)
	control(t, master, syscall.TIOCGPTN, &number)
	slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	return master, slave
}

func control(t *testing.T, file *os.File, request uintptr, argument *int32) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(unsafe.Pointer(argument))); errno != 0 {
		t.Fatalf("controlling the terminal: %v", errno)
	}
}
