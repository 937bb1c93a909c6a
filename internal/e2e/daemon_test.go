//go:build unix

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/ipc"
)

// cmdDaemon is about the process of the daemon at the script's socket.
//
//	daemon pid        show its id, and put it into $DAEMON
//	daemon gone [PID] wait until it, or the one in $DAEMON, has ended
//	daemon kill       end it as a crash would
//	daemon count N    there are N daemons, workers of the store not counted
//
// With ! before pid, no daemon may answer.
func cmdDaemon(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: daemon pid | gone | kill | count N")
	}
	switch args[0] {
	case "pid":
		pid, err := pidAt(ts.Getenv(ipc.SocketVariable))
		if (err != nil) != neg {
			ts.Fatalf("asking the daemon for its process id: %v", err)
		}
		ts.Setenv("DAEMON", strconv.Itoa(pid))
		_, err = fmt.Fprintln(ts.Stdout(), pid)
		ts.Check(err)
	case "gone", "kill":
		pid, err := strconv.Atoi(ts.Getenv("DAEMON"))
		ts.Check(err)
		endDaemon(ts, pid, args[0] == "kill")
	case "count":
		want, err := strconv.Atoi(args[1])
		ts.Check(err)
		if got := countDaemons(sceneOf(ts).root); got != want {
			ts.Fatalf("there are %d daemons, want %d", got, want)
		}
	default:
		ts.Fatalf("there is no daemon %s", args[0])
	}
}

// endDaemon waits for the end of a daemon, after killing it if that is asked for.
func endDaemon(ts *testscript.TestScript, pid int, kill bool) {
	if kill {
		ts.Check(syscall.Kill(pid, syscall.SIGKILL))
	}
	if !awaitEnd(pid) {
		ts.Fatalf("process %d is still there", pid)
	}
}

// countDaemons returns the number of daemons that run the programs of a place. A
// store's worker is the same program; its parent is a daemon.
func countDaemons(root string) int {
	daemons := make(map[int]bool)
	for _, p := range processesOf(root) {
		if p.program == ipc.ProgramDaemon {
			daemons[p.pid] = true
		}
	}
	count := 0
	for pid := range daemons {
		if !daemons[parentOf(pid)] {
			count++
		}
	}
	return count
}

// parentOf returns the parent of a process, 0 where it is not known.
func parentOf(pid int) int {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, fields, _ := strings.Cut(string(stat), ") ")
	words := strings.Fields(fields)
	if len(words) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(words[1]) // the kernel writes a number
	return parent
}
