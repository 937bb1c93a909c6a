package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"time"
)

// batch is decisions that are kept together, by one write: those of all who come with one
// before the first of them has its turn to write. A write costs more than everything else that
// is done for a decision.
type batch struct {
	entries []Entry // guarded by Log.joining

	written bool // guarded by Log.mu, as what follows
	first   uint64
	err     error
}

// maxBatch bounds a batch, and with it how long the first of many waits.
const maxBatch = 64

// join puts a decision into the batch that is open, and returns which that is, and its place
// in it.
func (l *Log) join(entry Entry) (b *batch, place int) {
	l.joining.Lock()
	defer l.joining.Unlock()
	if l.open == nil || len(l.open.entries) == maxBatch {
		l.open = &batch{entries: make([]Entry, 0, l.usual)}
	}
	b = l.open
	b.entries = append(b.entries, entry)
	return b, len(b.entries) - 1
}

// keep keeps the batch, if that was not done yet, and returns the number of its first decision.
func (l *Log) keep(b *batch) (first uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !b.written {
		b.first, b.err = l.appendLocked(l.taken(b))
		b.written = true
	}
	return b.first, b.err
}

// taken returns the decisions of a batch, which is closed to others from now on.
func (l *Log) taken(b *batch) []Entry {
	l.joining.Lock()
	defer l.joining.Unlock()
	if l.open == b {
		l.open = nil
	}
	l.usual = len(b.entries) // the next one will be alike
	return b.entries
}

// appendLocked keeps decisions, all of them or none, and returns the number of the first.
func (l *Log) appendLocked(entries []Entry) (first uint64, err error) {
	if l.closed {
		return 0, fmt.Errorf("recording a decision: %w", fs.ErrClosed)
	}
	if l.seq > maxSeq-uint64(len(entries)) {
		return 0, fmt.Errorf("recording a decision: the last one has number %d, and there are too few after it", l.seq)
	}
	now := l.config.Now()
	head := l.writeOutLocked(now, entries)
	if err := l.keepLocked(now, l.text, head); err != nil {
		return 0, fmt.Errorf("recording a decision: %w", err)
	}
	first = l.seq + 1
	l.seq, l.head = l.seq+uint64(len(entries)), head
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
	return first, nil
}

// writeOutLocked has the lines of decisions in text, and returns the sum of the last one.
func (l *Log) writeOutLocked(now time.Time, entries []Entry) (head sum) {
	l.text, head = l.text[:0], l.head
	for i, entry := range entries {
		begin := len(l.text)
		record := Record{Seq: l.seq + 1 + uint64(i), Time: now, Entry: entry, Prev: hex.EncodeToString(head[:])}
		l.text = appendRecord(l.text, record)
		head = sha256.Sum256(l.text[begin:])
		l.text = append(l.text, '\n')
	}
	return head
}
