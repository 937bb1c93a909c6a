// Package grant keeps the leaves that a person gave to a script or an agent: this process,
// and those that descend from it, may have tokens of one context, for some hosts, for some
// time, so and so often.
//
// A grant has two sides. It gives leave where a rule would have a person asked, and it is a
// fence: whatever it is bound to gets what it covers and nothing else. A process that stands
// below several, as where an agent gives a part of its leave to a tool, needs all of them.
// One that is used up, or over, stays as a fence until its process has ended. What that one
// leaves behind is below nothing any more.
//
// The grants are kept in a file, for a daemon is replaced by an upgrade while an agent works.
// The file holds no secret, and is of use only until the system starts anew. A use that cannot
// be written there is not given: a daemon that is killed would give it again.
package grant

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
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
	// Leave says that a person, or a rule of theirs, agreed to it: then it is an answer where
	// a rule would have them asked. Else it is a fence alone.
	Leave bool `json:"leave,omitempty"`
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
	// Path of the file, in a directory of ours, which need not be there yet.
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
}

// document is the form of the file.
type document struct {
	Boot   string  `json:"boot"`
	Grants []Grant `json:"grants"`
}

// maxFile bounds the file, in bytes, maxGrants what is in it, and maxHeld what is bound to one
// process.
const (
	maxFile   = 1 << 20
	maxGrants = 1024
	maxHeld   = 16
)

// ErrTooMany is the error where no more grants are taken.
var ErrTooMany = errors.New("there are too many grants")

// Open reads the grants at c.Path. A file that is not there, of an earlier run of the system,
// or not whole, holds none; one that is not ours is refused (private.ErrNotOurs).
func Open(c Config) (*Ledger, error) {
	l := &Ledger{config: c}
	file, err := private.Open(c.Path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the grants: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	_ = file.Close() // it was only read from
	if err != nil {
		return nil, fmt.Errorf("reading the grants: %w", err)
	}
	var kept document
	if err := json.Unmarshal(text, &kept); err == nil && kept.Boot == c.Boot {
		l.grants = kept.Grants
	}
	return l, nil
}

// Add puts a grant into force.
func (l *Ledger) Add(g Grant) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked()
	held := 0
	for _, other := range l.grants {
		if other.Holder == g.Holder {
			held++
		}
	}
	if len(l.grants) >= maxGrants || held >= maxHeld {
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

// Sweep drops the grants whose processes have ended.
func (l *Ledger) Sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked()
}

// All returns the grants whose processes are there.
func (l *Ledger) All() []Grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked()
	return slices.Clone(l.grants)
}

// None reports whether there is no grant at all.
func (l *Ledger) None() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.grants) == 0
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
	if err := l.coverLocked(ids, context, host, now); err != nil {
		return nil, err
	}
	if err := l.countLocked(ids, -1); err != nil {
		_ = l.countLocked(ids, 1) // the file has what it had
		return nil, err
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		_ = l.countLocked(ids, 1) // where it is not written, one use is lost by a restart
	}, nil
}

// Check is Use that takes nothing.
func (l *Ledger) Check(ids []string, context, host string, now time.Time) (giveBack func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return func() {}, l.coverLocked(ids, context, host, now)
}

// coverLocked returns why not all of some grants cover something.
func (l *Ledger) coverLocked(ids []string, context, host string, now time.Time) error {
	for _, id := range ids {
		at := l.indexLocked(id)
		if at < 0 {
			return ErrOver
		}
		if err := l.grants[at].Covers(context, host, now); err != nil {
			return err
		}
	}
	return nil
}

// countLocked adds n to what is left of limited grants.
func (l *Ledger) countLocked(ids []string, n int) error {
	changed := false
	for _, id := range ids {
		if at := l.indexLocked(id); at >= 0 && l.grants[at].Limited {
			l.grants[at].Left += n
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return l.writeLocked()
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
	if err := private.MakeDir(filepath.Dir(l.config.Path)); err != nil {
		return fmt.Errorf("keeping the grants: %w", err)
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
