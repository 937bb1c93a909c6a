package watch

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/bento-cred/bento-cred/configs"
)

// buffer is a log that is written and read by two goroutines.
type buffer struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// eventually waits until is returns true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// TestWithoutInotify has the system refuse to watch, as it does when another program
// has used up the user's inotify instances, and then relent.
func TestWithoutInotify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	var log buffer
	watcher := New(Config{Path: path, Debounce: time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil))})
	var mu sync.Mutex // guards refuse
	refuse := os.NewSyscallError("inotify_init1", syscall.EMFILE)
	watcher.open = func() (*fsnotify.Watcher, error) {
		mu.Lock()
		defer mu.Unlock()
		if refuse != nil {
			return nil, refuse
		}
		return fsnotify.NewWatcher()
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); watcher.Run(ctx) }()

	eventually(t, "a log line with the next step", func() bool {
		return strings.Contains(log.String(), "max_user_instances")
	})
	if err := watcher.Watching(); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("Watching() = %v, want EMFILE", err)
	}
	write(t, path, "[store]\ncollection = \"first\"\n")
	if err := watcher.Reload(); err != nil {
		t.Fatal(err)
	}
	awaitCollection(t, watcher, "first")

	mu.Lock()
	refuse = nil
	mu.Unlock()
	if err := watcher.Reload(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "watching again", func() bool { return watcher.Watching() == nil })
	write(t, path, "[store]\ncollection = \"second\"\n")
	awaitCollection(t, watcher, "second")
	if count := strings.Count(log.String(), "level=WARN"); count != 1 {
		t.Errorf("%d warnings, want 1:\n%s", count, log.String())
	}

	cancel()
	<-done
	// Run waits for the goroutine's last statement, not for its end.
	eventually(t, "no goroutine of a watch left", func() bool { return !strings.Contains(stacks(t), "fsnotify.") })
}

// stacks returns what every goroutine does.
func stacks(t *testing.T) string {
	t.Helper()
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 2); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// write makes a file.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// awaitCollection waits for a setting.
func awaitCollection(t *testing.T, watcher *Watcher, want string) {
	t.Helper()
	eventually(t, "collection "+want, func() bool {
		config, err := watcher.Current()
		return err == nil && config.Store.Collection == want
	})
}

func TestAdvice(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EMFILE: "max_user_instances", syscall.ENOSPC: "max_user_watches", syscall.EACCES: "",
	} {
		if got := advice(err); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("advice(%v) = %q, want %q in it", err, got, want)
		}
	}
}

func TestRoute(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	for _, name := range []string{"a", "b"} {
		if err := os.Mkdir(at(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, at("b", "file"), "")
	for link, target := range map[string]string{
		at("relative"): "b/file", at("absolute"): at("b", "file"), at("loop"): "loop",
		at("a", "up"): "../b", at("twice"): "a/up", at("dangling"): "a/none/x",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct{ path, want []string }{
		"file":               {[]string{"b", "file"}, []string{at("b", "file")}},
		"missing":            {[]string{"a", "none"}, []string{at("a", "none")}},
		"missing directory":  {[]string{"x", "y", "z"}, []string{at("x")}},
		"file as directory":  {[]string{"b", "file", "z"}, []string{at("b", "file")}},
		"relative link":      {[]string{"relative"}, []string{at("relative"), at("b", "file")}},
		"absolute link":      {[]string{"absolute"}, []string{at("absolute"), at("b", "file")}},
		"dangling link":      {[]string{"dangling"}, []string{at("dangling"), at("a", "none")}},
		"link to a link":     {[]string{"twice", "file"}, []string{at("twice"), at("a", "up"), at("b", "file")}},
		"loop":               {[]string{"loop"}, []string{at("loop")}},
		"link as a way back": {[]string{"twice", "x"}, []string{at("twice"), at("a", "up"), at("b", "x")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := findRoute(at(test.path...))
			if len(got) != len(test.want) {
				t.Errorf("route %v, want %v", got, test.want)
			}
			for _, path := range test.want {
				if !got.passes(path) || !got.passes(filepath.Dir(path)) {
					t.Errorf("route %v does not pass %s", got, path)
				}
			}
			if got.passes(at("b", "neighbour")) {
				t.Errorf("route %v passes a neighbour", got)
			}
		})
	}
}

// TestNewReadsOnce has New read the file without a word to OnChange.
func TestNewReadsOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	write(t, path, "[store]\ncollection = \"first\"\n")
	watcher := New(Config{Path: path, OnChange: func(configs.Config, error) { t.Error("OnChange was called") }})
	awaitCollection(t, watcher, "first")
}
