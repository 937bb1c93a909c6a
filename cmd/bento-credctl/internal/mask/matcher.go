package mask

// history is how many steps a matcher looks back: as long as the longest escape, and
// the step itself. It is a power of two.
const history = 8

// none is the start of nothing.
const none = -1

// node is a place in a form.
type node struct {
	want set  // what may stand next
	full bool // a form is complete here
}

// thread is a beginning of a form in the text: the node it has come to, and where in the
// stream it began.
type thread struct {
	node  int
	start int64
}

// matcher finds forms in a stream of bytes, each of which it looks at once.
//
// It goes along all forms that may have begun, side by side. Threads that have come to
// the same node have the same future, so only the one that began first goes on. Hence
// there are never more of them than nodes, whatever the text, and a step takes a time
// that depends on the secret alone.
//
// A form's character may be written as an escape. What ends with this byte is an escape by
// the text alone, for all threads alike; so those go on by it that stood where it began,
// and for that the last few steps are kept.
type matcher struct {
	nodes   []node
	entries [256][]int   // the nodes that a byte leads to from where no form has begun
	first   set          // the bytes that have entries
	pairs   [1024]uint64 // a bit for each two bytes that a form may begin with

	at      int64             // how many bytes of the stream were seen
	tick    int               // how many of them by step
	threads [history][]thread // after each of the last ticks
	last    recent            // the last bytes that were not skipped
	led     int               // steps since one that an escape may have begun with

	place   []int    // where in the newest list the thread of a node is
	placed  []int    // at which tick that was noted
	matched int64    // the earliest start of a form that ends with this byte, or none
	ends    []escape // those that end with this byte
}

func newMatcher(secrets []string) *matcher {
	m := &matcher{led: maxEscape}
	for _, secret := range secrets {
		for _, f := range forms(secret) {
			m.add(f)
		}
	}
	m.place, m.placed = make([]int, len(m.nodes)), make([]int, len(m.nodes))
	for pair := range 1 << 16 {
		if m.begins(byte(pair>>8), byte(pair)) {
			m.pairs[pair>>6] |= 1 << (pair & 63)
		}
	}
	return m
}

// add adds a form: a node for each position, and one behind the last.
func (m *matcher) add(f form) {
	base := len(m.nodes)
	for _, position := range f.positions {
		m.nodes = append(m.nodes, node{want: position})
	}
	m.nodes = append(m.nodes, node{})
	for _, end := range f.ends {
		m.nodes[base+end].full = true
	}
	for _, begin := range f.begins {
		for c := range 256 {
			if f.positions[begin].has(byte(c)) {
				m.entries[c] = append(m.entries[c], base+begin+1)
				m.first[c>>6] |= 1 << (c & 63)
			}
		}
	}
}

// begins reports whether a form may begin with two bytes. It may say so wrongly.
func (m *matcher) begins(first, second byte) bool {
	if first == '+' && m.first.has(' ') {
		return true
	}
	for _, entry := range m.entries[first] {
		n := &m.nodes[entry]
		if n.full || n.want.has(second) || leads(second) || (second == '+' && n.want.has(' ')) {
			return true
		}
	}
	switch first {
	case '%':
		high, ok := digit(second)
		return ok && m.first.hasHigh(high)
	case '\\':
		char, ok := unescaped(second)
		return second == 'u' || second == 'x' || (ok && m.first.has(char))
	}
	return false
}

// skip returns how many bytes of text no form can begin with, after what was seen so far.
// It is what makes ordinary text fast: 0 where a form may have begun already.
func (m *matcher) skip(text []byte) int {
	if len(m.threads[m.tick&(history-1)]) > 0 || m.led < maxEscape {
		return 0
	}
	n := 0
	for n < len(text)-1 {
		pair := int(text[n])<<8 | int(text[n+1])
		if m.pairs[pair>>6]>>(pair&63)&1 != 0 {
			break
		}
		n++
	}
	// The last bytes stay those from before. No escape leads from them into what comes, and
	// none begins among those that are skipped.
	m.at += int64(n)
	return n
}

// step takes the next byte. It returns where the first form began that ends with it, or
// none.
func (m *matcher) step(c byte) int64 {
	m.tick++
	m.matched = none
	m.threads[m.tick&(history-1)] = m.threads[m.tick&(history-1)][:0]
	m.last = m.last<<8 | recent(c)
	m.at++
	m.led++
	if leads(c) {
		m.led = 0
	}
	m.advance(escape{1, c})
	m.ends = m.last.ending(m.ends[:0])
	for _, e := range m.ends {
		m.advance(e)
	}
	return m.matched
}

// advance moves on the threads that stood where an escape began, and those that begin
// with it.
func (m *matcher) advance(e escape) {
	for _, t := range m.threads[(m.tick-e.length)&(history-1)] {
		if m.nodes[t.node].want.has(e.char) {
			m.arrive(thread{t.node + 1, t.start})
		}
	}
	for _, entry := range m.entries[e.char] {
		m.arrive(thread{entry, m.at - int64(e.length)})
	}
}

// arrive notes a thread that has come to its node with this byte.
func (m *matcher) arrive(t thread) {
	n := &m.nodes[t.node]
	if n.full && (m.matched == none || t.start < m.matched) {
		m.matched = t.start
	}
	if n.want == (set{}) {
		return
	}
	newest := &m.threads[m.tick&(history-1)]
	if m.placed[t.node] == m.tick {
		known := &(*newest)[m.place[t.node]]
		known.start = min(known.start, t.start)
		return
	}
	m.place[t.node], m.placed[t.node] = len(*newest), m.tick
	*newest = append(*newest, t)
}

// earliest returns where the first form began that may still become complete; where
// none has begun, the end of what was seen.
func (m *matcher) earliest() int64 {
	start := m.at
	for _, t := range m.threads[m.tick&(history-1)] {
		start = min(start, t.start)
	}
	e := m.last.begun()
	if e.length == 0 {
		return start
	}
	for _, t := range m.threads[(m.tick-e.length)&(history-1)] {
		if e.mayBe(&m.nodes[t.node].want) {
			start = min(start, t.start)
		}
	}
	if e.mayBe(&m.first) {
		start = min(start, m.at-int64(e.length))
	}
	return start
}
