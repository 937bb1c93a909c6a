// Package state keeps what the daemon must remember and what is no secret: which
// context is the current one, which keychain was chosen, which directories may choose a
// context of their own, and what a person was already told.
//
// It is one small JSON file, replaced as a whole, so that a daemon killed at any
// moment finds the old file or the new one. Losing it loses no token: the contexts
// themselves are in the keychain.
package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// State is what is remembered. The zero State remembers nothing.
type State struct {
	// Current is the name of the current context; empty: there is none.
	Current string `json:"current,omitempty"`
	// Store is the store's own memory of what was chosen, as it gave it.
	Store json.RawMessage `json:"store,omitempty"`
	// Locked says that nothing is given out until a person unlocks the store.
	Locked bool `json:"locked,omitempty"`
	// Allowed has the digest of every directory file that may be honoured, by path.
	Allowed map[string]string `json:"allowed,omitempty"`
	// Told has when a program was last warned of a context's tokens, by the context.
	Told map[string]time.Time `json:"told,omitempty"`
	// Noticed has what was last shown on the desktop about a token, by the token.
	Noticed map[string]string `json:"noticed,omitempty"`
}

// clone returns a copy of s that shares nothing with it.
func (s State) clone() State {
	s.Store = bytes.Clone(s.Store)
	s.Allowed = maps.Clone(s.Allowed)
	s.Told = maps.Clone(s.Told)
	s.Noticed = maps.Clone(s.Noticed)
	return s
}

// File is the state and the file it stands in. It may be used by several goroutines
// at once.
type File struct {
	path string

	state atomic.Pointer[State] // changed under mu, and each time by another one

	mu      sync.Mutex
	changed func() // guarded by mu
}

// maxFile bounds the file, in bytes: thousands of allowed directories.
const maxFile = 4 << 20

// Open reads the state at path, an absolute path. A file that is not there holds
// nothing; one that is damaged is an error, since going on would forget the store.
func Open(path string) (*File, error) {
	state, err := read(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path}
	f.state.Store(&state)
	return f, nil
}

// Reload reads the file again. It is for the one who has just become the file's only
// user, and whom the last one may have left something newer.
func (f *File) Reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	state, err := read(f.path)
	if err != nil {
		return err
	}
	f.state.Store(&state)
	return nil
}

// read returns the state in the file at path.
func read(path string) (State, error) {
	var state State
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	if err != nil {
		return state, fmt.Errorf("looking at the state: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return state, fmt.Errorf("reading the state: %q is not a file of ours", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return state, fmt.Errorf("reading the state: %w", err)
	}
	if err := json.Unmarshal(data, &state); err != nil {
		return State{}, fmt.Errorf("reading the state in %q: %w", path, err)
	}
	return state, nil
}

// Get returns the state. Its maps are everybody's, and not to be changed.
func (f *File) Get() State { return *f.state.Load() }

// Change lets change alter the state and writes it. When writing fails, the state is
// as it was.
func (f *File) Change(change func(*State)) error {
	f.mu.Lock()
	next := f.Get().clone()
	change(&next)
	err, changed := f.writeLocked(next), f.changed
	f.mu.Unlock()
	if err == nil && changed != nil {
		changed()
	}
	return err
}

// OnChange has changed called after each Change from now on; it may read the state.
func (f *File) OnChange(changed func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed = changed
}

// Note is Change for what is better remembered until the end of the process than not at
// all, such as that a person was told something: when writing fails, the change holds
// all the same, and is written with the next one.
func (f *File) Note(change func(*State)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := f.Get().clone()
	change(&next)
	err := f.writeLocked(next)
	f.state.Store(&next)
	return err
}

// writeLocked writes next, and makes it the state if that worked.
func (f *File) writeLocked(next State) error {
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	if err := replace(f.path, append(data, '\n')); err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	f.state.Store(&next)
	return nil
}

// replace puts data in the place of the file at path, in one step that outlives a
// crash.
func replace(path string, data []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".state-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	_, err = temporary.Write(data)
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	if err = os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	return settle(filepath.Dir(path))
}

// settle has the names in dir written out, so that a rename outlives a power cut: the
// store that was moved from is emptied right after the state says where it went.
func settle(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // a directory cannot be flushed there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
