package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// Config says where a log is kept.
type Config struct {
	// Dir is the directory of the log, an absolute path. It is made if need be.
	Dir string
	// Spill is the file for what cannot be written there; empty: nothing is spilled.
	Spill string
	// MaxSize is how large a file may grow, in bytes; 0: 4 MiB. A record that is larger
	// gets a file of its own.
	MaxSize int64
	// Keep is how many files are kept beside the one that is written to; 0: 8.
	Keep int
	// Now is the clock; nil: the system's.
	Now func() time.Time
	// Log is told what befalls the files, and nothing of the records; nil: nobody is.
	Log *slog.Logger
}

// Log is an open log. It may be used by several goroutines at once.
type Log struct {
	config Config
	write  func(*os.File, []byte) (int, error) // (*os.File).Write, but in tests

	joining sync.Mutex
	open    *batch // guarded by joining; nil: the next decision opens one
	usual   int    // guarded by joining; how many decisions the last batch had

	mu      sync.Mutex // guards what follows
	seq     uint64     // of the last record
	head    sum        // of the last line
	main    file
	mainSum sum // of the last line in main, or in the file before it
	spill   file
	spilled bool  // something is in the spill and not in main
	from    int64 // where in the spill that begins
	trouble error // why main cannot be written; nil: it can
	failed  time.Time
	grown   chan struct{} // closed when there is a new record; nil: nobody waits
	closed  bool
	text    []byte // the lines that are being made
}

// Open opens the log in a directory and makes it if there is none. A directory that
// cannot be written to is no error; one that cannot be read is, as a chain that cannot be
// read cannot be continued, and so is a link or a file of somebody else in our place
// (private.ErrNotOurs).
func Open(config Config) (*Log, error) {
	if !filepath.IsAbs(config.Dir) {
		return nil, fmt.Errorf("opening the record of decisions in %q: not an absolute path", config.Dir)
	}
	if config.MaxSize <= 0 {
		config.MaxSize = 4 << 20
	}
	if config.Keep <= 0 {
		config.Keep = 8
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	l := &Log{
		config: config, write: (*os.File).Write,
		main: file{path: filepath.Join(config.Dir, current)}, spill: file{path: config.Spill},
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.loadLocked(); err != nil {
		return nil, fmt.Errorf("opening the record of decisions: %w", err)
	}
	_ = l.writeMainLocked(config.Now(), nil, sum{}) // it was logged, and is tried again
	return l, nil
}

// Append keeps a decision, and returns its number. Where it returns an error, nothing was
// kept, and whatever was decided must not happen; errors.Is finds the system's error
// in it.
func (l *Log) Append(entry Entry) (uint64, error) {
	if entry.Answer != Allow && entry.Answer != Deny {
		return 0, fmt.Errorf("recording a decision: %q is no answer", entry.Answer)
	}
	b, place := l.join(entry)
	runtime.Gosched() // who is about to come with another one comes along
	first, err := l.keep(b)
	if err != nil {
		return 0, err
	}
	return first + uint64(place), nil
}

// Head returns the number of the last record and the SHA-256 of the last line, in hex:
// what the chain is known by.
func (l *Log) Head() (seq uint64, hash string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq, hex.EncodeToString(l.head[:])
}

// Wait waits until there is a record with a number above after. It returns fs.ErrClosed
// when the log is closed.
func (l *Log) Wait(ctx context.Context, after uint64) error {
	for {
		grown, err := l.growth(after)
		if grown == nil {
			return err
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return fmt.Errorf("waiting for a decision: %w", context.Cause(ctx))
		}
	}
}

// growth returns what is closed when there are more records; nil: there is one after that
// number, or never will be.
func (l *Log) growth(after uint64) (<-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seq > after {
		return nil, nil
	}
	if l.closed {
		return nil, fmt.Errorf("waiting for a decision: %w", fs.ErrClosed)
	}
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	return l.grown, nil
}

// Close closes the log. What is in the spill is brought home, if that can be done by now.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	var err error
	if l.spilled {
		err = l.writeMainLocked(l.config.Now(), nil, sum{})
	}
	l.closed = true
	l.main.close()
	l.spill.close()
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
	if err != nil {
		return fmt.Errorf("closing the record of decisions: %w", err)
	}
	return nil
}
