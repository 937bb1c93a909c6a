package place

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Burden is what a process takes of the system while it does nothing.
type Burden struct {
	Resident     int // in KiB
	Proportional int // in KiB: what it shares is divided among those who share it
	// Switches is how often any of its threads has given up a processor, or lost it, since
	// it began. Of a process that rests it is how often it was woken.
	Switches int
}

// BurdenOf returns the burden of the process with that id. A daemon that is closed to other
// processes of its user tells only root.
func BurdenOf(pid int) (Burden, error) {
	status, err := fields(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Burden{}, err
	}
	rollup, err := fields(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return Burden{}, err
	}
	b := Burden{Resident: status["VmRSS"], Proportional: rollup["Pss"]}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		return Burden{}, err
	}
	for _, thread := range threads {
		of, err := fields(thread)
		if err != nil {
			return Burden{}, err
		}
		b.Switches += of["voluntary_ctxt_switches"] + of["nonvoluntary_ctxt_switches"]
	}
	return b, nil
}

// fields returns the numbers of a file of /proc, by the names before them.
func fields(path string) (map[string]int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	found := make(map[string]int)
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(line, ":")
		words := strings.Fields(rest)
		if len(words) == 0 {
			continue
		}
		if n, err := strconv.Atoi(words[0]); err == nil {
			found[name] = n
		}
	}
	return found, nil
}

// ChildrenOf returns the processes that a process has started and that are still there.
func ChildrenOf(pid int) ([]int, error) {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil, err
	}
	var children []int
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			return nil, err
		}
		for word := range strings.FieldsSeq(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", list, err)
			}
			children = append(children, child)
		}
	}
	return children, nil
}

// livingIn returns the processes whose home is dir. One that is on its way has a moment to
// end.
func livingIn(dir string) []int {
	for late := time.Now().Add(patience); ; time.Sleep(pause) {
		var left []int
		files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well formed
		for _, file := range files {
			environ, err := os.ReadFile(file)
			if err != nil || !bytes.Contains(environ, []byte("HOME="+dir+"\x00")) {
				continue
			}
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				left = append(left, pid)
			}
		}
		if len(left) == 0 || time.Now().After(late) {
			return left
		}
	}
}
