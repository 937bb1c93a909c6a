package watch_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/configs/watch"
)

func TestDirectoryMissingAtTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "config.toml")
	watcher, changes := follow(t, path)
	if got, err := watcher.Current(); !reflect.DeepEqual(got, configs.Default()) || err != nil {
		t.Fatalf("Current() = %+v, %v; want the defaults", got, err)
	}
	check(t, os.Mkdir(filepath.Join(dir, "a"), 0o700))
	time.Sleep(3 * debounce)
	check(t, os.Mkdir(filepath.Join(dir, "a", "b"), 0o700))
	time.Sleep(3 * debounce)
	put(t, path, settings("first"))
	await(t, watcher, changes, seen{collection: "first"})
	check(t, os.RemoveAll(filepath.Join(dir, "a")))
	await(t, watcher, changes, seen{collection: configs.Default().Store.Collection})
	check(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	put(t, path, settings("second"))
	await(t, watcher, changes, seen{collection: "second"})
}

func TestBadFileKeepsTheOldSettings(t *testing.T) {
	t.Parallel()
	path := plain(t, t.TempDir())
	watcher, changes := follow(t, path)
	put(t, path, "[store]\ncollektion = \"x\"\n")
	await(t, watcher, changes, seen{collection: "start", bad: true})
	config, err := watcher.Current()
	if config.Store.Collection != "start" || err == nil || !strings.Contains(err.Error(), ":2:1:") {
		t.Errorf("Current() = %q, %v; want the old settings and the place of the mistake", config.Store.Collection, err)
	}
	put(t, path, settings("mended"))
	await(t, watcher, changes, seen{collection: "mended"})
}

// TestBadFileAtTheStart leaves the defaults in force until the file is mended.
func TestBadFileAtTheStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	put(t, path, "oops")
	watcher, changes := follow(t, path)
	if config, err := watcher.Current(); !reflect.DeepEqual(config, configs.Default()) || err == nil {
		t.Errorf("Current() = %+v, %v; want the defaults and an error", config, err)
	}
	put(t, path, settings("mended"))
	await(t, watcher, changes, seen{collection: "mended"})
}

// TestChmodIsSeen follows the hint that an error gives.
func TestChmodIsSeen(t *testing.T) {
	t.Parallel()
	if os.PathSeparator == '\\' {
		t.Skip("Windows has no permission bits")
	}
	path := plain(t, t.TempDir())
	watcher, changes := follow(t, path)
	check(t, os.Chmod(path, 0o666))
	await(t, watcher, changes, seen{collection: "start", bad: true})
	check(t, os.Chmod(path, 0o600))
	await(t, watcher, changes, seen{collection: "start"})
}

// TestNoChangeIsNotTold saves the same settings, which must not disturb anybody.
func TestNoChangeIsNotTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := plain(t, dir)
	watcher, changes := follow(t, path)
	put(t, path, settings("start")+"# a comment\n")
	put(t, filepath.Join(dir, "neighbour"), "x")
	time.Sleep(5 * debounce)
	put(t, path, settings("other"))
	if got := <-changes; got != (seen{collection: "other"}) {
		t.Errorf("the first change told is %+v, want the first that is one", got)
	}
	if _, err := watcher.Current(); err != nil {
		t.Error(err)
	}
}

// TestListsAndTablesAreCompared changes settings that are no plain values.
func TestListsAndTablesAreCompared(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	told := 0
	watcher := watch.New(watch.Config{Path: path, OnChange: func(configs.Config, error) { told++ }})
	for i, text := range []string{
		"health.warn = [\"1d\"]\n",
		"health.warn = [\"2d\"]\n",
		"health.warn = []\n",
		"[context.prod]\nrenew = \"auto\"\n",
		"[context.prod]\nrenew = \"off\"\n",
		"[context.other]\nrenew = \"off\"\n",
	} {
		for _, comment := range []string{"", "# the same again\n"} {
			put(t, path, comment+text)
			check(t, watcher.Reload())
			if told != i+1 {
				t.Errorf("%s%s: told %d times, want %d", comment, text, told, i+1)
			}
		}
	}
	if config, _ := watcher.Current(); config.RenewalOf("other").Renew != configs.RenewOff {
		t.Errorf("in force is %+v", config)
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	path := plain(t, t.TempDir())
	told := 0
	watcher := watch.New(watch.Config{Path: path, OnChange: func(configs.Config, error) { told++ }})
	put(t, path, settings("first"))
	for range 3 { // Run is not there to listen: Reload must not wait for it
		check(t, watcher.Reload())
	}
	if config, _ := watcher.Current(); config.Store.Collection != "first" || told != 1 {
		t.Errorf("collection %q, told %d times; want it once", config.Store.Collection, told)
	}
	put(t, path, "oops")
	if err := watcher.Reload(); err == nil {
		t.Error("no error for a bad file")
	}
	if watcher.Watching() == nil {
		t.Error("Watching() says that changes are seen, before Run")
	}
}
