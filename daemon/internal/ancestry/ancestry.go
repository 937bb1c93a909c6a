// Package ancestry tells what the kernel knows of a process and of those that started it:
// which programs they are, from where, and at which terminal.
//
// It is for policy and for the record, and it is no proof. The kernel's word is true, but a
// process of the same user can make it mean little: it can run the program that a rule names
// and trace it, start a copy of it, or have somebody else's parent adopt it. What holds is
// that one process is not mistaken for another: a process is named by its number and the
// time it started, which no two have until the next boot; and a parent that started after
// its child is not the parent, but a stranger who has its number by now.
//
// A script is known as its interpreter, for that is the program which runs.
package ancestry

import (
	"bytes"
	"errors"
	"slices"
)

// maxChain bounds how many ancestors are looked at. Chains of shells and build tools have ten;
// one that is longer than this was made to be, and is told to be incomplete.
const maxChain = 256

// Process is one process.
type Process struct {
	PID int
	// Started is when it was started, in the system's own unit. With PID it names the
	// process until the system starts anew. 0: not known.
	Started uint64
	// Executable is the path of its program; empty where that is not to be known, as of
	// another user's process.
	Executable string
	// Terminal is the number of its controlling terminal; 0: it has none.
	Terminal uint64

	parent  int
	session int
	manager bool // it is what the system, or the person's session, started everything with
}

// Same reports whether p and q are the same process, and not only the same number.
func (p Process) Same(q Process) bool {
	return p.PID == q.PID && p.Started == q.Started && p.Started != 0
}

// Ancestry is a process with those it descends from.
type Ancestry struct {
	// Chain begins with the process itself, goes on with its parent, and ends before the
	// one that starts everything. It is empty where nothing is known.
	Chain []Process
	// Brief says that of the process itself only its program and its directory were looked
	// at: when it started, and its terminal, are not known.
	Brief bool
	// Directory is the working directory of the process; empty where the system does not say.
	Directory string
	// Terminal is the path of its controlling terminal; empty: it has none.
	Terminal string
	// Trouble is why there is more that could not be looked at, for want of descriptors, say;
	// nil: there is no more. Who must not have something because of whom it descends from
	// must not have it then.
	Trouble error
}

// ErrLong is the trouble of a process with more ancestors than anybody looks at.
var ErrLong = errors.New("it has too many ancestors")

// errGone is the error of a process that is not there, or not shown to us.
var errGone = errors.New("there is no such process")

// Family looks processes up, and remembers those that others descend from: a shell is the
// parent of thousands. What it remembers of one it has the kernel confirm each time, and looks
// everything up anew where that fails. The zero value is ready, and may be used by several
// goroutines at once.
type Family struct{ elders elders }

// Of returns what is known of the process with that number, briefly where that is faster:
// where what it descends from is remembered, and pidfd, which is -1 for none, says which that is.
// The files of a process that nobody has looked at before are slow to come.
func (f *Family) Of(pid, pidfd int) Ancestry {
	if found, known := f.elders.brief(pid, pidfd); known {
		return found
	}
	return f.Whole(pid)
}

// Whole returns all that is known of the process with that number.
func (f *Family) Whole(pid int) Ancestry {
	self, err := process(pid)
	if err != nil {
		return Ancestry{Trouble: unless(err, errGone)}
	}
	found := Ancestry{Chain: []Process{self}, Directory: directory(pid), Terminal: terminal(self)}
	if elders, known := f.elders.above(self); known {
		found.Chain = append(found.Chain, elders...)
		return found
	}
	if found.climb() {
		f.elders.remember(found.Chain[1:])
	}
	return found
}

// Close forgets what is remembered, and gives the descriptors back that holds it.
func (f *Family) Close() { f.elders.forget() }

// climb looks up what the last process of the chain descends from, and reports whether it
// came to where everything starts.
func (a *Ancestry) climb() (whole bool) {
	for child := a.Chain[len(a.Chain)-1]; child.parent > 1; {
		if len(a.Chain) == maxChain {
			a.Trouble = ErrLong
			return false
		}
		parent, err := process(child.parent)
		if err != nil {
			// One that has ended meanwhile has left its children to the one that starts
			// everything, or to who adopts them: then they are looked at anew.
			a.Trouble = unless(err, errGone)
			if adopted(child) {
				a.Trouble = errAdopted
			}
			return false
		}
		if parent.manager {
			return true
		}
		if parent.Started > child.Started {
			return false
		}
		a.Chain = append(a.Chain, parent)
		child = parent
	}
	return true
}

// errAdopted is the trouble of a process whose parent ended while it was looked at.
var errAdopted = errors.New("its parent ended just now")

// unless returns err where it is not other.
func unless(err, other error) error {
	if errors.Is(err, other) {
		return nil
	}
	return err
}

// adopted reports whether a process has another parent by now than that it was told to have.
func adopted(child Process) bool {
	now, err := process(child.PID)
	return err == nil && now.parent != child.parent && now.parent > 1
}

// Executables returns the programs of the chain, the process's own first.
func (a Ancestry) Executables() []string {
	paths := make([]string, len(a.Chain))
	for i, p := range a.Chain {
		paths[i] = p.Executable
	}
	return paths
}

// Tree returns the process that stands for all which belong together in a person's eyes: the
// one that leads the terminal's session, or, where there is no terminal, as below an editor
// or an agent, the outermost one. A question about one of them is a question about all.
func (a Ancestry) Tree() Process {
	if len(a.Chain) == 0 {
		return Process{}
	}
	if a.Terminal != "" {
		for _, p := range a.Chain {
			if p.PID == a.Chain[0].session {
				return p
			}
		}
	}
	return a.Chain[len(a.Chain)-1]
}

// Running reports whether p is still there, as far as anybody can tell: what could not be
// looked at has not ended.
func Running(p Process) bool {
	now, err := process(p.PID)
	if err != nil {
		return !errors.Is(err, errGone)
	}
	return now.Same(p)
}

// Environ returns, of a process's environment as it was started with, the variables with
// these names and nothing else: there may be secrets beside them.
func Environ(pid int, names []string) []string {
	text := environ(pid)
	defer clear(text)
	var found []string
	for entry := range bytes.SplitSeq(text, []byte{0}) {
		name, _, _ := bytes.Cut(entry, []byte("="))
		if slices.Contains(names, string(name)) {
			found = append(found, string(entry))
		}
	}
	return found
}
