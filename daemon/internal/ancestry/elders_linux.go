package ancestry

import (
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// maxElders bounds how many processes are remembered. Each costs a descriptor, so it is also
// no more than a part of those we may have.
const (
	maxElders  = 64
	eldersPart = 16
)

// elders remembers processes that others descend from, each by a pidfd, which says whether the
// process is there still. As long as it is, it has its number, its start and, if its own parent
// is there still as well, that parent: nobody is adopted but for want of a parent. Its program
// may be another one by now, so that is asked for each time.
type elders struct {
	mu   sync.RWMutex
	them map[int]*elder // guarded by mu
}

// elder is one of them. It is not changed.
type elder struct {
	Process

	pidfd  int
	exe    string // the path of the link that says which program it runs
	parent *elder // nil: it is the last of the chain
}

// brief returns what can be told of a process without the files that say when it started.
func (e *elders) brief(pid, pidfd int) (found Ancestry, known bool) {
	if pidfd < 0 {
		return Ancestry{}, false
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	// Nobody is added while the lock is held. So an elder that has the parent's number had it
	// before it was asked for, and has it still when that is looked at afterwards.
	var info unix.PidfdInfo
	if err := unix.IoctlPidfdInfo(pidfd, &info); err != nil { // before Linux 6.13
		return Ancestry{}, false
	}
	first := e.them[int(info.Ppid)]
	if first == nil {
		return Ancestry{}, false
	}
	self := Process{PID: pid, Executable: program(exeLink(pid)), parent: int(info.Ppid)}
	chain, known := first.chain(self)
	return Ancestry{Chain: chain, Brief: true, Directory: directory(pid)}, known
}

// above returns the processes that a child descends from, and reports whether all of them are
// remembered and still so.
func (e *elders) above(child Process) (chain []Process, known bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	first := e.them[child.parent]
	if first == nil || first.Started > child.Started {
		return nil, false
	}
	return first.chain()
}

// chain returns what stands below, an elder and its own elders, and reports whether all of
// these are there.
func (e *elder) chain(below ...Process) (chain []Process, there bool) {
	chain = append(make([]Process, 0, maxUsual), below...)
	held := make([]unix.PollFd, 0, maxUsual)
	for at := e; at != nil; at = at.parent {
		p := at.Process
		p.Executable = program(at.exe)
		chain = append(chain, p)
		held = append(held, unix.PollFd{Fd: int32(at.pidfd), Events: unix.POLLIN})
	}
	// Asked at the end, it says of each that the number was its own all the time.
	ended, err := unix.Poll(held, 0)
	return chain, err == nil && ended == 0
}

// maxUsual is the length of a chain that takes no second allocation.
const maxUsual = 12

// remember keeps a chain that was just looked up. Where that cannot be done, it is looked up
// again next time.
func (e *elders) remember(chain []Process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	most := eldersAllowed()
	if len(chain) > most {
		return
	}
	if len(e.them)+len(chain) > most || !e.agreeLocked(chain) {
		e.forgetLocked() // most of them have ended; and who has ended may be another one's parent here
	}
	if e.them == nil {
		e.them = make(map[int]*elder)
	}
	var parent *elder
	for _, p := range slices.Backward(chain) {
		kept := e.them[p.PID]
		if kept == nil {
			kept = hold(p, parent)
		}
		if kept == nil {
			return
		}
		e.them[p.PID] = kept
		parent = kept
	}
}

// agreeLocked reports whether what is remembered of a chain's processes is still so.
func (e *elders) agreeLocked(chain []Process) bool {
	var parent *elder
	for _, p := range slices.Backward(chain) {
		kept := e.them[p.PID]
		if kept != nil && (!kept.Same(p) || kept.parent != parent) {
			return false
		}
		parent = kept
	}
	return true
}

// hold returns p as one to be remembered; nil where it has ended, or is the child of another
// one by now.
func hold(p Process, parent *elder) *elder {
	pidfd, err := unix.PidfdOpen(p.PID, 0)
	if err != nil {
		return nil
	}
	held := &elder{Process: p, pidfd: pidfd, exe: exeLink(p.PID), parent: parent}
	// The number may have become another one's before it was held.
	if now, err := process(p.PID); err != nil || !now.Same(p) || now.parent != p.parent {
		held.close()
		return nil
	}
	return held
}

// eldersAllowed returns how many may be remembered.
func eldersAllowed() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return maxElders
	}
	return int(min(maxElders, limit.Cur/eldersPart))
}

// forget forgets all of them.
func (e *elders) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forgetLocked()
}

func (e *elders) forgetLocked() {
	for _, kept := range e.them {
		kept.close()
	}
	clear(e.them)
}

func (e *elder) close() { _ = unix.Close(e.pidfd) } // it was only looked at
