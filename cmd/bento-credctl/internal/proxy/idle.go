package proxy

import (
	"sync"
	"time"
)

// idle are the lines that nothing uses.
//
// Nobody reads from them, so that no goroutine has to be woken for each answer. Whether the
// upstream closed one, or sent what nobody asked for, is seen when it is taken.
type idle struct {
	keep time.Duration // an unused line

	mu     sync.Mutex
	lines  []*line     // guarded by mu; the one used last at the end
	sweep  *time.Timer // guarded by mu; nil while there is no line
	closed bool        // guarded by mu; no line is kept any more
}

// take returns the line used last on which nothing has happened since, or nil.
func (i *idle) take() *line {
	for {
		l := i.pop()
		if l == nil || l.probe.quiet() {
			return l
		}
		l.close()
	}
}

func (i *idle) pop() *line {
	i.mu.Lock()
	defer i.mu.Unlock()
	last := len(i.lines) - 1
	if last < 0 {
		return nil
	}
	l := i.lines[last]
	i.lines[last] = nil
	i.lines = i.lines[:last]
	return l
}

// put keeps a line for the next request.
func (i *idle) put(l *line) {
	l.since = time.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed || len(i.lines) >= maxIdle {
		l.close()
		return
	}
	i.lines = append(i.lines, l)
	if i.sweep == nil {
		i.sweep = time.AfterFunc(i.keep, i.expire)
	}
}

// expire closes the lines that were not used for long.
func (i *idle) expire() {
	i.mu.Lock()
	defer i.mu.Unlock()
	old := 0
	for old < len(i.lines) && time.Since(i.lines[old].since) >= i.keep {
		i.lines[old].close()
		old++
	}
	i.lines = append([]*line(nil), i.lines[old:]...)
	if i.closed || len(i.lines) == 0 {
		i.sweep = nil
		return
	}
	i.sweep.Reset(i.keep - time.Since(i.lines[0].since))
}

// close closes the lines that nothing uses, and the others when they come back.
func (i *idle) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	for _, l := range i.lines {
		l.close()
	}
	i.lines = nil
	if i.sweep != nil {
		i.sweep.Stop()
		i.sweep = nil
	}
}
