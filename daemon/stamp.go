package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// stamp is the file beside the socket by which a shell sees, without running a program, that
// what `bento-cred env` prints may have changed.
//
// Its content is a digest of just that: for each context what it gives, which is current, and
// which directories' files are allowed. So it stays the same across restarts, across rounds
// that find nothing new and across changes that concern no shell; and it tells nothing, for a
// token cannot be guessed from a digest.
type stamp struct {
	mu      sync.Mutex
	written string // guarded by mu; empty until it was
}

// developer is the access that env asks for.
var developer = credential.Access{Developer: true}

// restamp writes the stamp if what it stands for has changed. A store that is not open says
// nothing of what it holds, and what shells have stays as it is.
func (d *Daemon) restamp() {
	b := d.vault.opened()
	if b == nil {
		return
	}
	d.stamp.mu.Lock()
	defer d.stamp.mu.Unlock()
	digest, err := d.digest(b.All(), d.current(b))
	if err == nil && digest != d.stamp.written {
		if err = writeStamp(ipc.StampPath(d.config.Socket), digest); err == nil {
			d.stamp.written = digest
		}
	}
	if err != nil {
		d.config.Log.Warn("shells are not told of a change", "error", err)
	}
}

// digest returns the digest of what the contexts give.
func (d *Daemon) digest(contexts []credential.Context, current string) (string, error) {
	type given struct {
		Name, Endpoint, Why string
		Token               [sha256.Size]byte
	}
	now := d.config.Now()
	all := struct {
		Current  string
		Allowed  map[string]string `json:",omitempty"` // none is none, read back or not
		Contexts []given
	}{Current: current, Allowed: d.state.Get().Allowed}
	for _, c := range contexts {
		token, err := d.pulses.judged(c).Choose(developer, now)
		gives := given{Name: c.Name, Endpoint: c.Endpoint}
		if err != nil {
			gives.Why = err.Error()
		} else {
			gives.Token = book.DigestOf(token) // and not its value, which would stay behind in buffers
		}
		all.Contexts = append(all.Contexts, gives)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("encoding what the contexts give: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// writeStamp puts digest in the place of what the file at path holds. That a crash may lose it
// is no harm: the next daemon writes it.
func writeStamp(path, digest string) error {
	made, err := os.CreateTemp(filepath.Dir(path), ".stamp-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = made.WriteString(digest + "\n")
	if err = errors.Join(err, made.Close()); err == nil {
		err = os.Rename(made.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(made.Name()))
	}
	return nil
}
