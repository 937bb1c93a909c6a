// Package grant keeps the leaves that a person gave to a script or an agent: this process,
// and those that descend from it, may have tokens of one context, for some hosts, for some
// time, so and so often.
//
// A grant has two sides. It gives leave where a rule would have a person asked, and it is a
// fence: whatever it is bound to gets what it covers and nothing else. A process that stands
// below several, as where an agent gives a part of its leave to a tool, needs all of them.
// One that is used up, or over, stays as a fence until its process has ended; so nothing
// below it gets more by waiting.
//
// The grants are kept in a file, for a daemon is replaced by an upgrade while an agent works.
// The file holds no secret, and is of use only until the system starts anew.
package grant

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Why a grant does not cover something.
var (
	ErrContext = errors.New("it is for another context")
	ErrHost    = errors.New("it is for other hosts")
	ErrOver    = errors.New("its time is over")
	ErrUsedUp  = errors.New("it is used up")
)

// Holder is the process that a grant is bound to, by its number and its start.
type Holder struct {
	PID     int    `json:"pid"`
	Started uint64 `json:"started"`
}

// Grant is one leave.
type Grant struct {
	ID      string    `json:"id"`
	Holder  Holder    `json:"holder"`
	Context string    `json:"context"`
	Hosts   []string  `json:"hosts,omitempty"` // none: any
	Expires time.Time `json:"expires"`
	Limited bool      `json:"limited,omitempty"` // in how often it may be used
	Left    int       `json:"left,omitempty"`    // of that
}

// Covers returns nil where g covers a token of a context for a host, at the time now.
func (g Grant) Covers(context, host string, now time.Time) error {
	same := func(other string) bool { return strings.EqualFold(other, host) }
	switch {
	case g.Context != context:
		return ErrContext
	case len(g.Hosts) > 0 && !slices.ContainsFunc(g.Hosts, same):
		return ErrHost
	case !now.Before(g.Expires):
		return ErrOver
	case g.Limited && g.Left <= 0:
		return ErrUsedUp
	}
	return nil
}

// Config says where grants are kept, and until when one counts.
type Config struct {
	// Path of the file, in a directory of ours.
	Path string
	// Boot names this run of the system: no holder outlives it.
	Boot string
	// Running reports whether a holder is still there.
	Running func(Holder) bool
}

// Ledger is the grants. It may be used by several goroutines at once.
type Ledger struct {
	config Config

	mu     sync.Mutex
	grants []Grant // guarded by mu
	err    error   // guarded by mu; why the file could not be written the last time
}

// document is the form of the file.
type document struct {
	Boot   string  `json:"boot"`
	Grants []Grant `json:"grants"`
}

// maxFile bounds the file, in bytes, and maxGrants what is in it.
const (
	maxFile   = 1 << 20
	maxGrants = 256
)

// ErrTooMany is the error where no more grants are taken.
var ErrTooMany = errors.New("there are too many grants")

// Open reads the grants at c.Path. A file that is not there, or of an earlier run of the
// system, holds none.
func Open(c Config) (*Ledger, error) {
	l := &Ledger{config: c}
	info, err := os.Lstat(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		err = fmt.Errorf("%q is not a file of ours", c.Path)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(c.Path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the grants: %w", err)
	}
	var kept document
	if err := json.Unmarshal(text, &kept); err != nil {
		return nil, fmt.Errorf("reading the grants in %q: %w", c.Path, err)
	}
	if kept.Boot == c.Boot {
		l.grants = kept.Grants
	}
	return l, nil
}

// Add puts a grant into force.
func (l *Ledger) Add(g Grant) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked()
	if len(l.grants) >= maxGrants {
		return ErrTooMany
	}
	l.grants = append(l.grants, g)
	if err := l.writeLocked(); err != nil {
		l.grants = l.grants[:len(l.grants)-1]
		return err
	}
	return nil
}

// End ends the grant with that ID, and reports whether there was one.
func (l *Ledger) End(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.grants)
	l.grants = slices.DeleteFunc(l.grants, func(g Grant) bool { return g.ID == id })
	if len(l.grants) == before {
		return false
	}
	_ = l.writeLocked() // its process ends, and with it the grant, also in the next daemon's eyes
	return true
}

// All returns the grants whose processes are there.
func (l *Ledger) All() []Grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked()
	return slices.Clone(l.grants)
}

// Over returns the grants that are bound to any of a chain of processes, innermost first.
func (l *Ledger) Over(chain []Holder) []Grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	var over []Grant
	for _, holder := range chain {
		for _, g := range slices.Backward(l.grants) { // of one process, the newest is the innermost
			if g.Holder == holder {
				over = append(over, g)
			}
		}
	}
	return over
}

// Use takes one use from each grant with one of these IDs, or none from any where one does
// not cover it any more. The function that it returns gives them back.
func (l *Ledger) Use(ids []string, context, host string, now time.Time) (giveBack func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		at := l.indexLocked(id)
		if at < 0 {
			return nil, ErrOver
		}
		if err := l.grants[at].Covers(context, host, now); err != nil {
			return nil, err
		}
	}
	l.countLocked(ids, -1)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.countLocked(ids, 1)
	}, nil
}

// countLocked adds n to what is left of limited grants.
func (l *Ledger) countLocked(ids []string, n int) {
	changed := false
	for _, id := range ids {
		if at := l.indexLocked(id); at >= 0 && l.grants[at].Limited {
			l.grants[at].Left += n
			changed = true
		}
	}
	if changed {
		l.err = l.writeLocked()
	}
}

// Err returns why the file could not be written when a use was last counted: a daemon that
// starts now would count it anew. nil: it was written.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *Ledger) indexLocked(id string) int {
	return slices.IndexFunc(l.grants, func(g Grant) bool { return g.ID == id })
}

// sweepLocked drops the grants whose processes have ended.
func (l *Ledger) sweepLocked() {
	l.grants = slices.DeleteFunc(l.grants, func(g Grant) bool { return !l.config.Running(g.Holder) })
}

// writeLocked replaces the file. It need not survive a crash of the system.
func (l *Ledger) writeLocked() error {
	text, err := json.Marshal(document{Boot: l.config.Boot, Grants: l.grants})
	if err != nil {
		return fmt.Errorf("encoding the grants: %w", err)
	}
	made, err := os.CreateTemp(filepath.Dir(l.config.Path), ".grants-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("keeping the grants: %w", err)
	}
	_, err = made.Write(text)
	if err = errors.Join(err, made.Close()); err == nil {
		err = os.Rename(made.Name(), l.config.Path)
	}
	if err != nil {
		return fmt.Errorf("keeping the grants: %w", errors.Join(err, os.Remove(made.Name())))
	}
	return nil
}
