package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)

// Backend names a keychain.
type Backend = worker.Backend

// The keychains there are, and Auto, which stands for the best of them. KeyCtl is
// the kernel's and forgets at a reboot, so Auto never takes it.
const (
	Auto          Backend = "auto"
	SecretService         = worker.SecretService
	KWallet               = worker.KWallet
	MacKeychain           = worker.Keychain
	WinCred               = worker.WinCred
	Pass                  = worker.Pass
	KeyCtl                = worker.KeyCtl
	File                  = worker.File
)

// Backends returns the names a user may choose from.
func Backends() []Backend {
	return []Backend{Auto, SecretService, KWallet, MacKeychain, WinCred, Pass, KeyCtl, File}
}

// Source says where the key of the file backend comes from.
type Source string

// The sources there are, and SourceAuto, which stands for the passphrase file where one
// is named, else the key file. A passphrase that is typed and one that is read from a
// file open the same store.
const (
	SourceAuto   Source = "auto"
	SourcePrompt Source = "prompt"   // a passphrase, given by Unlock
	SourceFile   Source = "file"     // a passphrase, read from Config.PassphraseFile
	SourceKey    Source = "key-file" // 32 random bytes in a file beside the store
)

// Choice is what a store must remember to find itself again. The zero Choice
// remembers nothing. The caller keeps it, as JSON, beside its own state.
type Choice struct {
	Backend Backend `json:"backend"`
	// ID is written in the keychain too, so that another store is not taken for ours.
	ID string `json:"id"`
	// Source is the file backend's source of the key, SourceKey or SourcePrompt.
	Source Source `json:"source,omitempty"`
}

// Config says what Open opens.
type Config struct {
	// Backend is the keychain to use. Empty stands for Auto.
	Backend Backend
	// Remembered is the Choice of an earlier Keychain's Report.
	Remembered Choice
	// Afresh has Auto look for a keychain although encrypted files are there already, and
	// not fall back on them: where it finds none that is ErrAbsent.
	Afresh bool
	// Dir is a directory of our own, an absolute path, for the store's lock, and for
	// the items and keys of the file backend. It is made if need be.
	Dir string
	// Source is where the file backend's key comes from. Empty stands for SourceAuto.
	Source Source
	// PassphraseFile is the file for SourceFile.
	PassphraseFile string
	// Collection is the Secret Service's collection or the KDE wallet. Empty stands for
	// the one that is unlocked with the session.
	Collection string
	// Service names our corner of the keychain. Empty stands for "bento-cred".
	Service string
	// Worker says how to start the program that calls worker.Main. Its time-outs are
	// those of every call, and of every question to a person.
	Worker worker.Config
	// Now is the clock. Nil stands for time.Now.
	Now func() time.Time
	// Random is where keys come from. Nil stands for crypto/rand.
	Random io.Reader
	// Log is told what was mended or left behind, by name and never by content. Nil
	// stands for silence.
	Log *slog.Logger
}

// complete returns c with its defaults filled in, or an error where it makes no sense.
func (c Config) complete() (Config, error) {
	if c.Backend == "" {
		c.Backend = Auto
	}
	if c.Source == "" {
		c.Source = SourceAuto
	}
	if c.Service == "" {
		c.Service = "bento-cred"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case !slices.Contains(Backends(), c.Backend):
		return c, fmt.Errorf("unknown store %q", c.Backend)
	case !slices.Contains([]Source{SourceAuto, SourcePrompt, SourceFile, SourceKey}, c.Source):
		return c, fmt.Errorf("unknown source of the store's passphrase %q", c.Source)
	case c.Source == SourceFile && c.PassphraseFile == "":
		return c, errors.New("the store's passphrase is to come from a file, and none is named")
	case !filepath.IsAbs(c.Dir):
		return c, fmt.Errorf("the store's directory %q is not an absolute path", c.Dir)
	case c.Worker.Executable == "":
		return c, errors.New("no program is named for the store's worker")
	}
	return c, c.agree()
}

// agree returns ErrElsewhere when the configuration names another place than the one
// that is remembered. Going there would show an empty store to a user who has one.
func (c Config) agree() error {
	r := c.Remembered
	if r.Backend == "" {
		return nil
	}
	if c.Backend != Auto && c.Backend != r.Backend {
		return fmt.Errorf("%w: in %s, not in %s; \"bento-cred store migrate %s\" moves it",
			ErrElsewhere, r.Backend, c.Backend, c.Backend)
	}
	if r.Backend != File {
		return nil
	}
	asked := c.Source
	if asked == SourceAuto && c.PassphraseFile != "" {
		asked = SourceFile
	}
	if asked != SourceAuto && lasting(asked) != r.Source {
		return fmt.Errorf("%w: it was made with source %q of its key, not %q; \"bento-cred store migrate file\" moves it",
			ErrElsewhere, r.Source, asked)
	}
	return nil
}

// lasting returns what is remembered of a source: whether there is a passphrase.
func lasting(s Source) Source {
	if s == SourceFile {
		return SourcePrompt
	}
	return s
}

// source returns where the file backend's key is to come from now.
func (c Config) source() Source {
	switch {
	case c.Source != SourceAuto:
		return c.Source
	case c.PassphraseFile != "":
		return SourceFile
	case c.Remembered.Source != "":
		return c.Remembered.Source
	case occupied(c.itemsDir(SourcePrompt)) && !occupied(c.itemsDir(SourceKey)):
		return SourcePrompt // made earlier, and forgotten by the caller
	default:
		return SourceKey
	}
}

// itemsDir returns the file backend's directory. Stores with and without a passphrase
// stand apart, so that one can be moved to the other.
func (c Config) itemsDir(s Source) string {
	if lasting(s) == SourceKey {
		return filepath.Join(c.Dir, "items.keyfile")
	}
	return filepath.Join(c.Dir, "items.passphrase")
}

// occupied reports whether a file store was made in dir.
func occupied(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		_, ours := parseKey(e.Name())
		return ours
	})
}

// settings returns what the worker must know.
func (c Config) settings(b Backend) worker.Settings {
	return worker.Settings{
		Backend:    b,
		Service:    c.Service,
		Collection: c.Collection,
		Dir:        c.itemsDir(c.source()),
	}
}

// autoOrder returns the keychains to try on an operating system, the best first.
func autoOrder(system string) []Backend {
	switch system {
	case "linux":
		return []Backend{SecretService, KWallet, Pass}
	case "darwin":
		return []Backend{MacKeychain, Pass}
	case "windows":
		return []Backend{WinCred}
	default:
		return []Backend{Pass}
	}
}

// itemLimit returns the size of the largest item a keychain keeps.
func itemLimit(b Backend) int {
	switch b {
	case WinCred:
		return 2560 // CRED_MAX_CREDENTIAL_BLOB_SIZE, 5 * 512
	case KeyCtl:
		return 32767 // add_key(2), for keys of type "user"
	case Auto, SecretService, KWallet, MacKeychain, Pass, File:
	}
	return MaxValue + overhead
}
