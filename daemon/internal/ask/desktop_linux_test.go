package ask_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/ask"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// display starts an X server and returns the variable that names it.
func display(t *testing.T) string {
	t.Helper()
	realpart.Need(t, "Xvfb", "xdotool")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	// Without -noreset it starts over whenever its last client leaves, such as xdotool.
	command := exec.Command("Xvfb", "-displayfd", "3", "-noreset", "-nolisten", "tcp", "-screen", "0", "800x600x24")
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=disabled:"}
	command.ExtraFiles = []*os.File{writer}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait() // it was killed, which is an error
	})
	_ = writer.Close()
	var number int
	if _, err := fmt.Fscan(reader, &number); err != nil {
		t.Fatalf("Xvfb told no display: %v", err)
	}
	return fmt.Sprintf("DISPLAY=:%d", number)
}

// TestGTK presses keys at a dialog on a desktop. Enter alone is a no there.
func TestGTK(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "pinentry-gtk-2")
	tests := map[string]struct {
		key string // empty: none
		yes bool
		err error
	}{
		"allow":          {"alt+a", true, nil},
		"deny":           {"alt+d", false, nil},
		"enter":          {"Return", false, nil},
		"escape":         {"Escape", false, nil},
		"nobody answers": {"", false, ask.ErrTimedOut},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			screen := display(t)
			timeout := time.Minute
			if test.err != nil {
				timeout = 3 * time.Second
			}
			s := realDesk(t, "pinentry-gtk-2", timeout)
			xdotool := func(args ...string) error {
				command := exec.Command("xdotool", args...)
				command.Env = []string{screen, "PATH=" + os.Getenv("PATH")}
				return command.Run()
			}
			done := s.ask(t.Context(), "key", ask.Question{
				Title: "bento-cred", Text: "May <b>100%</b> of\n/usr/bin/prögram have it?",
				Environ: []string{screen, "LANG=C.UTF-8"},
			})
			if test.key != "" {
				eventually(t, "the dialog is shown", func() bool {
					return xdotool("search", "--onlyvisible", "--class", "pinentry", "windowfocus") == nil
				})
				time.Sleep(time.Second / 2) // it is there before it takes keys
				if err := xdotool("key", test.key); err != nil {
					t.Fatal(err)
				}
			}
			want(t, done, test.yes, test.err)
			eventually(t, "the dialog is gone", func() bool { return xdotool("search", "--onlyvisible", "--class", "pinentry") != nil })
		})
	}
}
