package worker

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/internal/dbusenv"
)

// patience is how long a worker may take to leave after it was told to, or killed.
const patience = time.Second

// process is one worker that runs.
type process struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
	stderr  *tail
	gone    chan struct{} // closed when it has been waited for
	calls   int           // how many it was asked to make
}

// start starts a worker.
func start(config Config) (*process, error) {
	// It lives from call to call, so no call's context ends it.
	command := exec.CommandContext(context.Background(), config.Executable, config.Args...)
	env := config.Env
	if env == nil {
		env = dbusenv.Environ()
	}
	command.Env = append(slices.Clone(env), dbusenv.WorkerVariable+"=1")
	command.WaitDelay = patience
	isolate(command)
	p := &process{command: command, stderr: &tail{}, gone: make(chan struct{})}
	command.Stderr = p.stderr
	var err error
	if p.stdin, err = command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	p.stdout = bufio.NewReader(stdout)

	started := make(chan error)
	go p.watch(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// watch starts the command and waits for it, all on one thread of the system: Linux
// sends the signal that the parent has died when the thread that started the child
// ends (golang/go issue 27505).
func (p *process) watch(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.command.Start()
	started <- err
	if err != nil {
		return
	}
	// How it ended does not matter: whoever talks to it has seen the pipes close.
	_ = p.command.Wait()
	close(p.gone)
}

// roundTrip sends one message and reads one.
func (p *process) roundTrip(message []byte) ([]byte, error) {
	if err := writeFrame(p.stdin, message); err != nil {
		return nil, err
	}
	return readFrame(p.stdout)
}

// end lets the worker go: the end of its input is its sign to leave.
func (p *process) end() {
	_ = p.stdin.Close()
	select {
	case <-p.gone:
	case <-time.After(patience):
		p.kill()
	}
}

// kill ends the worker and what it started, waits for it, and returns the last it said
// on stderr, ready to be put behind an error.
func (p *process) kill() string {
	terminate(p.command.Process)
	<-p.gone
	return p.stderr.cause()
}

// tail keeps the beginning of the last words of a worker.
type tail struct {
	mu   sync.Mutex // guards text
	text []byte
}

// maxTail is how much of a worker's stderr is kept.
const maxTail = 4096

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p[:min(len(p), maxTail-len(t.text))]...)
	return len(p), nil
}

// cause returns why the worker died, as its runtime told it: the line that begins with
// "panic:" or "fatal error:", without the stack. Nothing else of stderr is passed on.
func (t *tail) cause() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range bytes.Lines(t.text) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") {
			return fmt.Sprintf(" (%q)", text)
		}
	}
	return ""
}
