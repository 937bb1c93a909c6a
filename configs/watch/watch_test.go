package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/configs/watch"
)

// debounce is short, so that the tests are.
const debounce = 10 * time.Millisecond

// seen is one call of OnChange.
type seen struct {
	collection string
	bad        bool
}

// follow runs a Watcher on path until the test ends, and returns it with its changes.
func follow(t *testing.T, path string) (*watch.Watcher, <-chan seen) {
	t.Helper()
	changes := make(chan seen, 64)
	watcher := watch.New(watch.Config{
		Path:     path,
		Debounce: debounce,
		OnChange: func(config configs.Config, bad error) {
			changes <- seen{collection: config.Store.Collection, bad: bad != nil}
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		watcher.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	for deadline := time.Now().Add(10 * time.Second); watcher.Watching() != nil; {
		if time.Now().After(deadline) {
			t.Fatalf("nothing is watched: %v", watcher.Watching())
		}
		time.Sleep(time.Millisecond)
	}
	return watcher, changes
}

// await waits until the settings are want. What is seen on the way there, of a file
// half written or gone for a moment, does not matter.
func await(t *testing.T, watcher *watch.Watcher, changes <-chan seen, want seen) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case got := <-changes:
			if got == want {
				return
			}
		case <-timeout:
			config, err := watcher.Current()
			t.Fatalf("never saw %+v; in force is %q, error %v", want, config.Store.Collection, err)
		}
	}
}

// settings returns a file that names that collection.
func settings(collection string) string { return "[store]\ncollection = \"" + collection + "\"\n" }

// put writes text in place.
func put(t *testing.T, path, text string) {
	t.Helper()
	check(t, os.WriteFile(path, []byte(text), 0o600))
}

// check ends the test on an error.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestChangesAreSeen makes each change to a file twice, so that a watch that died with
// the first one shows.
func TestChangesAreSeen(t *testing.T) {
	tests := map[string]struct {
		// lay makes what is there at the start, with the settings "start", and returns
		// the path that is followed.
		lay func(t *testing.T, dir string) string
		// change brings about the settings with that name.
		change func(t *testing.T, dir, name string)
	}{
		"written in place": {plain, func(t *testing.T, dir, name string) {
			put(t, filepath.Join(dir, "config.toml"), settings(name))
		}},
		"saved by renaming over it": {plain, func(t *testing.T, dir, name string) {
			put(t, filepath.Join(dir, ".config.toml.swp"), settings(name))
			check(t, os.Rename(filepath.Join(dir, ".config.toml.swp"), filepath.Join(dir, "config.toml")))
		}},
		"saved with a backup": {plain, func(t *testing.T, dir, name string) {
			path := filepath.Join(dir, "config.toml")
			check(t, os.Rename(path, path+"~"))
			put(t, path, settings(name))
		}},
		"deleted and made": {plain, func(t *testing.T, dir, name string) {
			check(t, os.Remove(filepath.Join(dir, "config.toml")))
			put(t, filepath.Join(dir, "config.toml"), settings(name))
		}},
		"symlink, its target written": {linked, func(t *testing.T, dir, name string) {
			put(t, filepath.Join(dir, "elsewhere", "real.toml"), settings(name))
		}},
		"symlink, its target renamed over": {linked, func(t *testing.T, dir, name string) {
			put(t, filepath.Join(dir, "new"), settings(name))
			check(t, os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "elsewhere", "real.toml")))
		}},
		"symlink turned elsewhere": {linked, func(t *testing.T, dir, name string) {
			put(t, filepath.Join(dir, name), settings(name))
			check(t, os.Symlink(filepath.Join("..", name), filepath.Join(dir, "link")))
			check(t, os.Rename(filepath.Join(dir, "link"), filepath.Join(dir, "conf", "config.toml")))
		}},
		"Kubernetes volume": {mounted, func(t *testing.T, dir, name string) {
			fill(t, dir, name)
			check(t, os.Symlink(name, filepath.Join(dir, "..data_tmp")))
			check(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
		}},
		"directory deleted and made": {nested, func(t *testing.T, dir, name string) {
			check(t, os.RemoveAll(filepath.Join(dir, "a", "b")))
			check(t, os.Mkdir(filepath.Join(dir, "a", "b"), 0o700))
			put(t, filepath.Join(dir, "a", "b", "config.toml"), settings(name))
		}},
		"directories deleted and made": {nested, func(t *testing.T, dir, name string) {
			check(t, os.RemoveAll(filepath.Join(dir, "a")))
			time.Sleep(3 * debounce) // this time the missing directory is noticed
			check(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
			put(t, filepath.Join(dir, "a", "b", "config.toml"), settings(name))
		}},
		"directory moved away and made": {nested, func(t *testing.T, dir, name string) {
			check(t, os.Rename(filepath.Join(dir, "a", "b"), filepath.Join(dir, name)))
			check(t, os.Mkdir(filepath.Join(dir, "a", "b"), 0o700))
			put(t, filepath.Join(dir, "a", "b", "config.toml"), settings(name))
		}},
		"directory is a symlink turned elsewhere": {linkedDirectory, func(t *testing.T, dir, name string) {
			check(t, os.Mkdir(filepath.Join(dir, name), 0o700))
			put(t, filepath.Join(dir, name, "config.toml"), settings(name))
			check(t, os.Symlink(name, filepath.Join(dir, "link")))
			check(t, os.Rename(filepath.Join(dir, "link"), filepath.Join(dir, "conf")))
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			watcher, changes := follow(t, test.lay(t, dir))
			if config, err := watcher.Current(); err != nil || config.Store.Collection != "start" {
				t.Fatalf("at the start: %q, %v", config.Store.Collection, err)
			}
			for _, name := range []string{"first", "second"} {
				test.change(t, dir, name)
				await(t, watcher, changes, seen{collection: name})
			}
		})
	}
}

// plain lays a file in dir.
func plain(t *testing.T, dir string) string {
	t.Helper()
	put(t, filepath.Join(dir, "config.toml"), settings("start"))
	return filepath.Join(dir, "config.toml")
}

// nested lays a file two directories down.
func nested(t *testing.T, dir string) string {
	t.Helper()
	check(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	return plain(t, filepath.Join(dir, "a", "b"))
}

// linked lays a symlink to a file in another directory.
func linked(t *testing.T, dir string) string {
	t.Helper()
	check(t, os.Mkdir(filepath.Join(dir, "elsewhere"), 0o700))
	check(t, os.Mkdir(filepath.Join(dir, "conf"), 0o700))
	put(t, filepath.Join(dir, "elsewhere", "real.toml"), settings("start"))
	check(t, os.Symlink("../elsewhere/real.toml", filepath.Join(dir, "conf", "config.toml")))
	return filepath.Join(dir, "conf", "config.toml")
}

// linkedDirectory lays a file in a directory that is reached by a symlink.
func linkedDirectory(t *testing.T, dir string) string {
	t.Helper()
	check(t, os.Mkdir(filepath.Join(dir, "start"), 0o700))
	plain(t, filepath.Join(dir, "start"))
	check(t, os.Symlink("start", filepath.Join(dir, "conf")))
	return filepath.Join(dir, "conf", "config.toml")
}

// mounted lays a file as a Kubernetes volume does: config.toml is a symlink through
// ..data, and ..data one to the directory of the day.
func mounted(t *testing.T, dir string) string {
	t.Helper()
	fill(t, dir, "start")
	check(t, os.Symlink("start", filepath.Join(dir, "..data")))
	check(t, os.Symlink(filepath.Join("..data", "config.toml"), filepath.Join(dir, "config.toml")))
	return filepath.Join(dir, "config.toml")
}

// fill makes one such directory of the day.
func fill(t *testing.T, dir, name string) {
	t.Helper()
	check(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	put(t, filepath.Join(dir, name, "config.toml"), settings(name))
}
