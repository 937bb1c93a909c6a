package unit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// TestSchedulerReadsIt has a task scheduler read the task: Wine's, which is not that of
// Windows, but neither is it ours.
func TestSchedulerReadsIt(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "wine", "wineboot", "wineserver")
	prefix := t.TempDir()
	environ := append(os.Environ(), "WINEPREFIX="+prefix, "WINEDEBUG=-all", "DISPLAY=", "HOME="+prefix)
	wine := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Env = environ
		// A file, not a pipe, which Wine's services would hold open.
		out, err := os.Create(filepath.Join(prefix, "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = out.Close() }() // it is read by its name
		cmd.Stdout, cmd.Stderr = out, out
		err = cmd.Run()
		said, _ := os.ReadFile(out.Name()) // shown only
		return string(said), err
	}
	if said, err := wine("wineboot", "-i"); err != nil {
		t.Fatalf("wineboot: %v\n%s", err, said)
	}
	// In the session that made it, its scheduler does not start.
	if said, err := wine("wineserver", "-w"); err != nil {
		t.Fatalf("wineserver: %v\n%s", err, said)
	}
	t.Cleanup(func() {
		if said, err := wine("wineserver", "-k", "-w"); err != nil && !strings.Contains(err.Error(), "exit status") {
			t.Errorf("ending wine: %v\n%s", err, said)
		}
	})
	task, err := unit.Task(unit.Config{Program: `C:\Program Files\bento & cred\bento-credd.exe`, User: `ACME\ada`})
	if err != nil {
		t.Fatal(err)
	}
	create := func(text string) error {
		path := filepath.Join(prefix, "task.xml")
		encoded := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(text)) {
			encoded = append(encoded, byte(u), byte(u>>8))
		}
		if err := os.WriteFile(path, encoded, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := wine("wine", "schtasks", "/Create", "/F", "/TN", unit.Name, "/XML", "Z:"+strings.ReplaceAll(path, "/", `\`))
		t.Logf("schtasks: %v %s", err, said)
		return err
	}
	if err := create(string(task)); err != nil {
		t.Error("schtasks refuses the task:", err)
	}
	if create(strings.Replace(string(task), "</Settings>", "", 1)) == nil {
		t.Error("schtasks takes a broken task, so that taking ours proves nothing")
	}
}
