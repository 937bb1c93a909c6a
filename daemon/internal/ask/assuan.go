package ask

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// The limits of the protocol, in bytes without the line's end, and of what we listen to.
// A pinentry that is sent a longer line ends.
const (
	maxCommand = 990
	maxReply   = 1000
	maxReplies = 200 // lines, in a whole conversation; some twenty are usual
)

// Error codes of GnuPG, without the part that says which of its programs failed.
const (
	codeTimeOut      = 62
	codeCancelled    = 99
	codeNotConfirmed = 114
	codeLocale       = 166
)

// refusal is an ERR of a pinentry.
type refusal struct {
	code  uint64
	words string
}

// Error implements error.
func (r *refusal) Error() string { return fmt.Sprintf("refuses: %q", r.words) }

// codeOf returns the code of a refusal, without its source; 0 for any other error.
func codeOf(err error) uint16 {
	var r *refusal
	if errors.As(err, &r) {
		return uint16(r.code & 0xffff)
	}
	return 0
}

// conversation is what is said with a pinentry, by the Assuan protocol: a command on a
// line, and its reply in one or more lines, of which the last is OK or ERR.
type conversation struct {
	replies  *bufio.Reader
	commands io.Writer
	heard    int // lines
}

func newConversation(replies io.Reader, commands io.Writer) *conversation {
	return &conversation{replies: bufio.NewReaderSize(replies, maxReply), commands: commands}
}

// ask puts a question and reports whether the answer was yes.
func (c *conversation) ask(q Question, timeout time.Duration) (bool, error) {
	if err := c.reply(); err != nil { // the greeting
		return false, err
	}
	// A pinentry that does not know one of these asks all the same.
	for _, command := range settings(q, timeout) {
		if err := c.command(command); err != nil && codeOf(err) == 0 {
			return false, err
		}
	}
	if err := c.command(encode("SETDESC ", q.Text)); err != nil {
		return false, err // nobody is to say yes to another text, or to none
	}
	err := c.command("CONFIRM")
	switch codeOf(err) {
	case codeCancelled, codeNotConfirmed:
		return false, nil
	default:
		return err == nil, err
	}
}

// settings returns the commands that prepare a question.
func settings(q Question, timeout time.Duration) []string {
	seconds := int64((timeout + time.Second - 1) / time.Second)
	commands := []string{
		"OPTION no-grab", // as GnuPG does: a grab fails where something else holds one
		encode("SETTITLE ", q.Title),
		"SETOK _Allow",
		"SETCANCEL _Deny",
		"SETTIMEOUT " + strconv.FormatInt(seconds, 10),
	}
	for _, option := range []struct{ name, value string }{
		{"ttyname", q.Terminal},
		{"ttytype", lookup(q.Environ, "TERM")},
		{"lc-ctype", locale(q.Environ)},
	} {
		if isWord(option.value) {
			commands = append(commands, "OPTION "+option.name+"="+option.value)
		}
	}
	return commands
}

// command sends a command and waits for its reply.
func (c *conversation) command(line string) error {
	if c.replies.Buffered() > 0 {
		// Were it taken for the reply to what is asked next, it could be a yes.
		return errors.New("speaks without being asked")
	}
	if _, err := io.WriteString(c.commands, line+"\n"); err != nil {
		return fmt.Errorf("does not listen: %w", err)
	}
	return c.reply()
}

// reply reads a reply to its end: nil is OK, a refusal is ERR.
func (c *conversation) reply() error {
	for ; c.heard < maxReplies; c.heard++ {
		line, err := c.replies.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return errors.New("says too much on a line")
		case err != nil:
			return fmt.Errorf("ends without an answer: %w", err)
		}
		word, rest, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), " ")
		switch {
		case word == "OK":
			return nil
		case word == "ERR":
			number, words, _ := strings.Cut(rest, " ")
			code, err := strconv.ParseUint(number, 10, 32)
			if err != nil || code == 0 {
				return fmt.Errorf("refuses with something else than a number: %q", brief(rest))
			}
			return &refusal{code: code, words: brief(words)}
		case word == "S", word == "D", strings.HasPrefix(word, "#"):
		default:
			return fmt.Errorf("is no pinentry, it says %q", brief(string(line)))
		}
	}
	return errors.New("says too much")
}
