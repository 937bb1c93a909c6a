package ask

import (
	"maps"
	"time"
)

// maxAnswers bounds the memory. The oldest answer makes room.
const maxAnswers = 1000

// memory is the answers that are still good. It is not safe for concurrent use.
type memory struct {
	yes, no time.Duration // for how long
	answers map[string]answer
}

// answer is what was said, and when.
type answer struct {
	yes  bool
	when time.Time
}

// find returns the answer to key, if there is one that is good.
func (m *memory) find(key string, now time.Time) (yes, found bool) {
	a, found := m.answers[key]
	if !found || !m.good(a, now) {
		return false, false
	}
	return a.yes, true
}

// add remembers an answer.
func (m *memory) add(key string, yes bool, now time.Time) {
	if m.answers == nil {
		m.answers = make(map[string]answer)
	}
	maps.DeleteFunc(m.answers, func(_ string, a answer) bool { return !m.good(a, now) })
	delete(m.answers, key)
	if len(m.answers) >= maxAnswers {
		m.dropOldest()
	}
	if added := (answer{yes, now}); m.good(added, now) {
		m.answers[key] = added
	}
}

// dropOldest makes room for one.
func (m *memory) dropOldest() {
	oldest, first := "", true
	for key, a := range m.answers {
		if first || a.when.Before(m.answers[oldest].when) {
			oldest, first = key, false
		}
	}
	delete(m.answers, oldest)
}

// forget forgets every answer.
func (m *memory) forget() { clear(m.answers) }

// good reports whether an answer is young enough, by both clocks: the monotonic one
// stands still while a computer sleeps, and the one on the wall can be set back. An answer
// from the future is none.
func (m *memory) good(a answer, now time.Time) bool {
	limit := m.no
	if a.yes {
		limit = m.yes
	}
	for _, age := range []time.Duration{now.Sub(a.when), now.Round(0).Sub(a.when.Round(0))} {
		if age < 0 || age >= limit {
			return false
		}
	}
	return true
}
