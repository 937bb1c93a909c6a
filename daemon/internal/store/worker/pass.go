package worker

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// passGuard guards pass, the password store that encrypts with gpg. A gpg key whose
// passphrase gpg-agent does not hold makes every read wait for a dialogue, so gpg is
// forbidden to show one except in unlock; and what gpg says on stderr, which the library
// passes on and does not read, is kept to tell a locked key from one that is gone.
type passGuard struct {
	noGuard
	folder  string   // where the items are
	root    string   // the password store
	options string   // gpg options the user had set
	stderr  *os.File // what pass and gpg say
}

// Variables that pass reads.
const (
	passDirVariable     = "PASSWORD_STORE_DIR"
	passOptionsVariable = "PASSWORD_STORE_GPG_OPTS"
)

func newPass(s Settings) guard {
	root := os.Getenv(passDirVariable)
	if root == "" {
		root = filepath.Join(os.Getenv("HOME"), ".password-store")
	}
	return &passGuard{
		root:    root,
		folder:  filepath.Join(root, s.Service),
		options: os.Getenv(passOptionsVariable),
	}
}

// check asks whether there is a password store, and sets gpg up for the calls to come.
func (g *passGuard) check() error {
	for _, program := range []string{"pass", "gpg"} {
		if _, err := exec.LookPath(program); err != nil {
			return faultf(Absent, "there is no program %s on PATH", program)
		}
	}
	if _, err := os.Stat(filepath.Join(g.root, ".gpg-id")); err != nil {
		return &CallError{Absent, "pass has no password store here; \"pass init\" makes one"}
	}
	if err := g.quiet("--pinentry-mode error"); err != nil {
		return err
	}
	return g.listen()
}

// quiet sets gpg's options: what it is to do about dialogues, and to report on stderr
// in a form for programs, in English.
func (g *passGuard) quiet(pinentry string) error {
	options := strings.TrimSpace(g.options + " --status-fd 2 " + pinentry)
	err := errors.Join(os.Setenv(passOptionsVariable, options), os.Setenv("LC_ALL", "C"))
	if err != nil {
		return faultf(Failed, "setting gpg up: %v", err)
	}
	return nil
}

// listen puts an unnamed file where the library has pass write its errors. A pipe would
// not do: a gpg-agent that is started on the way keeps its end open.
func (g *passGuard) listen() error {
	if g.stderr == nil {
		f, err := os.CreateTemp("", "bento-cred-pass")
		if err != nil {
			return faultf(Failed, "making a file for the errors of pass: %v", err)
		}
		_ = os.Remove(f.Name()) // it is only read through f
		g.stderr, os.Stderr = f, f
	}
	_, seekErr := g.stderr.Seek(0, io.SeekStart)
	if err := errors.Join(g.stderr.Truncate(0), seekErr); err != nil {
		return faultf(Failed, "emptying the file for the errors of pass: %v", err)
	}
	return nil
}

func (g *passGuard) path(key string) string { return filepath.Join(g.folder, key+".gpg") }

// before tells an item that is not there.
func (g *passGuard) before(key string) error {
	_, err := os.Stat(g.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return &CallError{NotFound, "no such item"}
	}
	if err != nil {
		return faultf(Failed, "looking at an item: %v", err)
	}
	return nil
}

// written puts an item on the disk; gpg leaves that to chance.
func (g *passGuard) written(key string) error { return privateFault(private.Sync(g.path(key))) }

// unlock has gpg ask for the passphrase by encrypting something and decrypting it.
func (g *passGuard) unlock(s *session, key string) error {
	if err := s.ready(); err != nil {
		return err
	}
	if err := g.quiet(""); err != nil {
		return err
	}
	return trial(s, key, g.explain)
}

// explain reads what gpg reported.
func (g *passGuard) explain(o operation, _ string, err error) error {
	if code := codeOf(err); code != Failed {
		return err
	}
	if _, seekErr := g.stderr.Seek(0, io.SeekStart); seekErr != nil {
		return err
	}
	said, readErr := io.ReadAll(io.LimitReader(g.stderr, maxTail))
	if readErr != nil {
		return err
	}
	return explainGPG(o, string(said), err)
}

// explainGPG tells why pass failed. With an empty or headless file gpg reports NODATA.
// KEY_CONSIDERED means that the secret key is here, DECRYPTION_KEY that it could be
// used; between the two lies the passphrase.
func explainGPG(o operation, said string, err error) error {
	status := map[string]bool{}
	last := err.Error()
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if words := strings.Fields(line); len(words) > 1 && words[0] == "[GNUPG:]" {
			status[words[1]] = true
		} else if line != "" {
			last = line
		}
	}
	switch {
	case o != opGet && o != opUnlock:
		return &CallError{Failed, last}
	case status["NODATA"]:
		return &CallError{Torn, "the item was cut short"}
	case status["DECRYPTION_KEY"]:
		return &CallError{Damaged, last}
	case status["KEY_CONSIDERED"] && o == opUnlock:
		return &CallError{Denied, "gpg did not get the passphrase; decrypting any entry with pass in a terminal gives it to gpg-agent"}
	case status["KEY_CONSIDERED"]:
		return &CallError{Locked, "gpg-agent does not hold the passphrase of the key"}
	default:
		return &CallError{Failed, last}
	}
}
