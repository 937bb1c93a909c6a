package worker

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// fileGuard makes a safe place of the file backend's directory. The library creates
// files with the mode it likes and leaves that of existing ones, follows symbolic links,
// takes anything in the directory for an item, swallows the error of listing it, and
// never calls fsync.
type fileGuard struct {
	noGuard
	dir string
}

// check makes the directory ours alone.
func (g *fileGuard) check() error {
	err := private.MakeDir(g.dir)
	if errors.Is(err, private.ErrNotOurs) {
		return &CallError{Failed, err.Error()} // nobody can be asked to let us in
	}
	return privateFault(err)
}

// before looks at an item's file.
func (g *fileGuard) before(key string) error { return privateFault(private.CheckFile(g.path(key))) }

// written puts a new item, or the absence of an old one, on the disk.
func (g *fileGuard) written(key string) error { return privateFault(private.Sync(g.path(key))) }

// explain tells a damaged item from a failing library: what the library cannot make out
// although the operating system could read it is damaged.
func (g *fileGuard) explain(o operation, key string, err error) error {
	if o != opGet || codeOf(err) != Failed {
		return err
	}
	if _, readErr := os.ReadFile(g.path(key)); readErr != nil {
		return err
	}
	return &CallError{Damaged, "the file does not decrypt"}
}

func (g *fileGuard) path(key string) string { return filepath.Join(g.dir, key) }

// privateFault turns an error about a file into a CallError.
func privateFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &CallError{NotFound, "no such item"}
	case errors.Is(err, private.ErrNotOurs):
		return &CallError{Denied, err.Error()}
	case unwritable(err):
		return &CallError{Unwritable, err.Error()}
	default:
		return &CallError{Failed, err.Error()}
	}
}
