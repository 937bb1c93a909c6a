//go:build unix

package ask_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/bento-cred/bento-cred/daemon/internal/ask"
)

// TestMain makes this binary a pinentry where it is started as one: without arguments, at
// home in a directory with a script for it. A pinentry gets no variable that could say so.
func TestMain(m *testing.M) {
	home := os.Getenv("HOME")
	if script, err := os.ReadFile(filepath.Join(home, scriptFile)); err == nil && len(os.Args) == 1 {
		os.Exit(pinentry(home, string(script)))
	}
	_ = os.Chmod(os.Args[0], 0o755) // under a umask of 002 a group could write to it; it may be root's
	os.Exit(m.Run())
}

const (
	scriptFile = "pinentry-script"
	answerFile = "pinentry-answer" // what is replied where the script says wait
	logFile    = "pinentry-log"
)

// pinentry is the fake. Its script says on a line each what to do about a command, by its
// first word, or by GREETING; it says OK to all others.
func pinentry(home, script string) int {
	log, err := os.OpenFile(filepath.Join(home, logFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	does := make(map[string]string)
	for line := range strings.Lines(script) {
		word, action, _ := strings.Cut(strings.TrimSpace(line), " ")
		does[word] = action
	}
	f := fake{home: home, log: log}
	f.note("START")
	for _, variable := range os.Environ() {
		f.note("ENV " + variable)
	}
	f.do(does["GREETING"])
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		word, _, _ := strings.Cut(lines.Text(), " ")
		f.note(lines.Text())
		f.do(does[word])
	}
	f.note("END")
	return 0
}

type fake struct {
	home string
	log  *os.File
}

func (f fake) note(text string) { _, _ = fmt.Fprintf(f.log, "%d %s\n", os.Getpid(), text) }

// do does what the script says, which mostly is to reply.
func (f fake) do(action string) {
	word, rest, _ := strings.Cut(action, " ")
	switch word {
	case "":
		fmt.Println("OK")
	case "say":
		fmt.Print(strings.ReplaceAll(rest, `\n`, "\n") + "\n")
	case "complain":
		fmt.Fprintln(os.Stderr, "first\n"+rest)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // an exit would have more words, under go test -cover
	case "die":
		os.Exit(0)
	case "close":
		_ = os.Stdout.Close()
		time.Sleep(time.Hour)
	case "hang":
		time.Sleep(time.Hour)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		f.note("READY")
		time.Sleep(time.Hour)
	case "parent": // of one that holds the pipes, and outlives it
		child := exec.Command("sleep", "3600")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if child.Start() == nil {
			_, _ = fmt.Fprintf(f.log, "%d START\n", child.Process.Pid)
		}
		if rest != "" {
			fmt.Println(rest)
			os.Exit(0)
		}
		time.Sleep(time.Hour)
	case "flood":
		for {
			if _, err := fmt.Print(rest); err != nil {
				time.Sleep(time.Hour)
			}
		}
	case "wait":
		f.wait()
	}
}

// wait replies when the test has written what, and tells of another that waits at the
// same time.
func (f fake) wait() {
	screen := filepath.Join(f.home, "screen")
	if _, err := os.OpenFile(screen, os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		f.note("OVERLAP")
	}
	for {
		text, err := os.ReadFile(filepath.Join(f.home, answerFile))
		if err == nil && strings.HasSuffix(string(text), "\n") {
			_ = os.Remove(screen)
			fmt.Print(string(text))
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stage is a Desk with a fake pinentry.
type stage struct {
	*ask.Desk
	t    *testing.T
	home string
}

// newStage returns one whose pinentry follows a script. A config can be changed first.
func newStage(t *testing.T, script string, change func(*ask.Config)) *stage {
	t.Helper()
	s := &stage{t: t, home: t.TempDir()}
	s.write(scriptFile, script)
	config := ask.Config{
		Program: program(t), Timeout: time.Minute,
		Environ: []string{"HOME=" + s.home, "PATH=" + os.Getenv("PATH")},
	}
	if change != nil {
		change(&config)
	}
	s.Desk = ask.New(config)
	t.Cleanup(s.Close)
	return s
}

// device returns the name of a terminal at which nobody sits.
func device(t *testing.T) string {
	t.Helper()
	person, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = terminal.Close()
		_ = person.Close()
	})
	return terminal.Name()
}

// program is this binary.
func program(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// write replaces a file of the stage as a whole.
func (s *stage) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.home, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		s.t.Fatal(err)
	}
}

// answer answers the question that waits, and those that come.
func (s *stage) answer(reply string) { s.write(answerFile, reply+"\n") }

// heard returns what the pinentries heard and did, without their numbers.
func (s *stage) heard() []string {
	var lines []string
	for _, line := range s.log() {
		_, text, _ := strings.Cut(line, " ")
		lines = append(lines, text)
	}
	return lines
}

func (s *stage) log() []string {
	text, err := os.ReadFile(filepath.Join(s.home, logFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

// count returns how often a line was heard.
func (s *stage) count(line string) int {
	number := 0
	for _, heard := range s.heard() {
		if heard == line {
			number++
		}
	}
	return number
}

// awaits waits until a line was heard so often.
func (s *stage) awaits(number int, line string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%q is heard %d times", line, number), func() bool { return s.count(line) >= number })
}

// living returns how many of the pinentries, and of what they started, still run.
func (s *stage) living() int {
	number := 0
	for _, line := range s.log() {
		text, found := strings.CutSuffix(line, " START")
		pid, err := strconv.Atoi(text)
		if found && err == nil && alive(pid) {
			number++
		}
	}
	return number
}

// alive reports whether a process runs. One that has ended and is nobody's child any
// more may stay as a zombie in a container.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(status), ") Z ")
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("not within 20 s: %s", what)
}
