// Package pages keeps the values that a daemon holds for as long as it runs in memory of their
// own: outside the heap, so that the collector neither copies nor leaves them lying, locked,
// so that they are not written to a swap file, and left out of core dumps.
//
// What passes through the daemon, a message, a header, is in the heap for that time, and what
// a library makes of it for longer; so this bounds where a value stands and does not answer
// for it. It ends with the process, which is what `bento-cred lock` relies on.
//
// Memory that even root cannot read (memfd_secret) was left alone: while it is in use, Linux
// lets no computer hibernate (memfd_secret(2)).
package pages

import (
	"sync"
	"unsafe"
)

// size is how much is taken from the system at a time. An ordinary user may lock 8 MiB on
// most systems, and 64 KiB on old ones; a token has some hundred bytes.
const size = 16 << 10

// Safe holds values. Its zero value is empty, and may be used by several goroutines at once.
type Safe struct {
	mu     sync.Mutex
	free   []byte            // guarded by mu; what is left of the last pages
	kept   map[string]string // guarded by mu; by value: what is read twice is kept once
	failed bool              // guarded by mu; the system gives no more, or never did
}

// Keep returns value as it stands in locked pages, for good. Where the system gives none, or
// not enough, it stands in the heap.
func (s *Safe) Keep(value []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, found := s.kept[string(value)]; found { // which makes no string
		return known
	}
	if len(value) == 0 || !s.roomLocked(len(value)) {
		return string(value)
	}
	place := s.free[:len(value):len(value)]
	s.free = s.free[len(value):]
	copy(place, value)
	safe := unsafe.String(&place[0], len(place)) //nolint:gosec // nobody writes there any more
	if s.kept == nil {
		s.kept = make(map[string]string)
	}
	s.kept[safe] = safe
	return safe
}

// roomLocked makes room for n bytes, and reports whether there is.
func (s *Safe) roomLocked(n int) bool {
	if n <= len(s.free) {
		return true
	}
	if s.failed || n > size {
		return false
	}
	fresh, err := lockedPages(size)
	if err != nil {
		s.failed = true
		return false
	}
	s.free = fresh
	return true
}
