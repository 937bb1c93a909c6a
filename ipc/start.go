package ipc

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// StartVariable turns the start on demand off when it is "0".
const StartVariable = "BENTO_CRED_AUTOSTART"

const (
	// startTime is how long a daemon may take until it answers.
	startTime = 10 * time.Second
	// startPause is the time between two looks for a daemon that is starting.
	startPause = time.Millisecond
	// maxLog is the size beyond which the log of earlier daemons is put aside.
	maxLog = 1 << 20
	// maxTail is how much of a failed daemon's log is shown.
	maxTail = 2 << 10
)

// Starter starts a daemon where none answers, so that nothing has to be installed
// before first use. A nil Starter starts none.
type Starter struct {
	// Program is the path of bento-credd; empty: it is looked for, see FindProgram.
	Program string
	// Environ is the caller's environment; the daemon gets it without the API key.
	Environ []string
}

// connect starts the daemon under a lock, so that a hundred helpers start one, and
// connects to it.
func (s *Starter) connect(ctx context.Context, path string) (*socket, error) {
	if s == nil {
		return nil, noDaemon("no daemon answers at " + strconv.Quote(path) + ", and starting one is turned off")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	lock, err := AwaitLock(ctx, path+startSuffix, startTime)
	if errors.Is(err, ErrLockHeld) {
		return nil, noDaemon("another program has been starting the daemon for " + startTime.String())
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Close() }() // nothing was written to it
	if found, err := connect(path); err == nil || !nobodyListens(err) {
		return found, err
	}
	log, err := openLog(LogPath(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the daemon writes to it, not we
	begin, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	ended, err := s.start(path, log)
	if err != nil {
		return nil, &Error{
			Code:    NoDaemon,
			Message: "starting the daemon: " + err.Error(),
			Hint:    "install bento-credd beside bento-cred, or on PATH",
		}
	}
	found, err := s.await(ctx, path, ended)
	if err != nil && nobodyListens(err) {
		return nil, err // it was ready, and has gone again
	}
	if err != nil {
		return nil, withTail(asNoDaemon(err), log, begin)
	}
	return found, nil
}

// start runs the daemon's own starter, detached from this program's terminal, session
// and streams, and returns a channel that tells how it ended.
//
// The starter stands between us and the daemon so that the daemon is nobody's child:
// this program may become another one by execve, and that one must not find a child
// it never had.
func (s *Starter) start(path string, log *os.File) (<-chan ending, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = null.Close() }() // nothing was written to it
	program := s.Program
	if program == "" {
		if program, err = FindProgram(ProgramDaemon, Lookup(s.Environ)); err != nil {
			return nil, err
		}
	}
	process, err := os.StartProcess(program, []string{program, "start"}, &os.ProcAttr{
		Dir:   filepath.VolumeName(program) + string(filepath.Separator),
		Env:   daemonEnviron(s.Environ, path),
		Files: []*os.File{null, log, log},
		Sys:   detached(),
	})
	if err != nil {
		return nil, err
	}
	ended := make(chan ending, 1)
	go func() {
		state, err := process.Wait()
		if err != nil {
			ended <- ending{how: err.Error()}
			return
		}
		ended <- ending{ready: state.Success(), how: state.String()}
	}()
	return ended, nil
}

// ending is how the starter ended: with a daemon that is ready, or without.
type ending struct {
	ready bool
	how   string
}

// daemonEnviron returns environ without the API key and with the socket's path.
func daemonEnviron(environ []string, socket string) []string {
	kept := make([]string, 0, len(environ)+1)
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if name != KeyVariable && name != SocketVariable {
			kept = append(kept, variable)
		}
	}
	return append(kept, SocketVariable+"="+socket)
}

// await connects to the daemon when the starter has ended, which it does as soon as the
// daemon is ready. On Windows the starter is the daemon, so there it is looked for.
func (s *Starter) await(ctx context.Context, path string, ended <-chan ending) (*socket, error) {
	late := time.After(startTime)
	for {
		var look <-chan time.Time
		if starterStays {
			if found, err := connect(path); err == nil || !nobodyListens(err) {
				return found, err
			}
			look = time.After(startPause)
		}
		select {
		case end := <-ended:
			if !end.ready {
				return nil, noDaemon("the daemon ended at its start (" + end.how + ")")
			}
			return connect(path)
		case <-late:
			return nil, noDaemon("the daemon did not answer within " + startTime.String())
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-look:
		}
	}
}

// openLog opens the log a daemon writes to, after putting a large one aside.
func openLog(path string) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+oldSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return openOurs(path, os.O_RDWR|os.O_CREATE|os.O_APPEND)
}

// withTail adds to err what the daemon wrote to its log since begin.
func withTail(err error, log *os.File, begin int64) error {
	failed := AsError(err)
	tail := make([]byte, maxTail)
	n, readErr := log.ReadAt(tail, begin)
	if readErr != nil && !errors.Is(readErr, io.EOF) {
		return failed
	}
	if said := strings.TrimSpace(string(tail[:n])); said != "" {
		failed.Message += "; it said: " + oneLine(said)
	}
	failed.Hint = "read " + strconv.Quote(log.Name()) + ", or run `bento-credd run` to see more"
	return failed
}

func noDaemon(message string) error {
	return &Error{
		Code:    NoDaemon,
		Message: message,
		Hint:    "run `bento-credd run`, or unset " + StartVariable,
	}
}
