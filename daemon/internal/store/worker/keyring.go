package worker

import (
	"errors"
	"strings"

	"github.com/99designs/keyring"

	// Without it the library may start a message bus when the program starts.
	_ "github.com/bento-cred/bento-cred/internal/dbusenv"
)

// This file is the only one that knows the keychain library.

// keyPermissions lets the possessor and the user do everything with a kernel key, and
// nobody else anything. By default the user may only see that it is there, and whoever
// comes from another session keyring, as a service manager's children do, is nobody
// but the user.
const keyPermissions = 0x3f3f0000

// library is a ring of the keychain library's.
type library struct {
	ring keyring.Keyring
	// prefix comes before every key, in keychains that are shared with other programs
	// and have no folders.
	prefix string
}

// openRing has the library open the keychain of s.
func openRing(s Settings, g guard) (ring, error) {
	config := keyring.Config{
		AllowedBackends:                []keyring.BackendType{keyring.BackendType(s.Backend)},
		ServiceName:                    s.Service,
		LibSecretCollectionName:        g.collection(),
		KWalletAppID:                   s.Service,
		KWalletFolder:                  s.Service,
		KeyCtlScope:                    "user",
		KeyCtlPerm:                     keyPermissions,
		PassPrefix:                     s.Service,
		WinCredPrefix:                  s.Service,
		FileDir:                        s.Dir,
		FilePasswordFunc:               keyring.FixedStringPrompt(s.Password),
		KeychainTrustApplication:       true,
		KeychainAccessibleWhenUnlocked: true,
	}
	opened := library{}
	switch s.Backend {
	case KWallet:
		config.ServiceName = g.collection()
	case SecretService:
		opened.prefix = s.Service + "/"
	case Keychain, WinCred, Pass, KeyCtl, File:
	}
	calls, err := systemKeychain()
	if s.Backend == Keychain && (calls != nil || err != nil) {
		return &classified{s.Backend, &keychainItems{calls: calls, service: s.Service}}, classify(s.Backend, err)
	}
	if opened.ring, err = keyring.Open(config); err != nil {
		return nil, classify(s.Backend, err)
	}
	return &classified{s.Backend, &opened}, nil
}

func (l *library) get(key string) ([]byte, error) {
	found, err := l.ring.Get(l.prefix + key)
	return found.Data, err
}

func (l *library) set(key string, data []byte) error {
	return l.ring.Set(keyring.Item{
		Key:         l.prefix + key,
		Data:        data,
		Label:       "bento-cred",
		Description: "BentoCloud context",
	})
}

func (l *library) remove(key string) error { return l.ring.Remove(l.prefix + key) }

func (l *library) keys() ([]string, error) {
	all, err := l.ring.Keys()
	if err != nil {
		return nil, err
	}
	keys := []string{}
	for _, key := range all {
		if ours, found := strings.CutPrefix(key, l.prefix); found {
			keys = append(keys, ours)
		}
	}
	return keys, nil
}

// classified is a ring whose errors are CallErrors.
type classified struct {
	backend Backend
	ring    ring
}

func (c *classified) get(key string) ([]byte, error) {
	data, err := c.ring.get(key)
	return data, classify(c.backend, err)
}

func (c *classified) set(key string, data []byte) error {
	return classify(c.backend, c.ring.set(key, data))
}

func (c *classified) remove(key string) error {
	return classify(c.backend, c.ring.remove(key))
}

func (c *classified) keys() ([]string, error) {
	keys, err := c.ring.keys()
	return keys, classify(c.backend, err)
}

// libraryFault returns what one of the library's own errors means.
func libraryFault(err error) (Code, bool) {
	switch {
	case errors.Is(err, keyring.ErrKeyNotFound):
		return NotFound, true
	case errors.Is(err, keyring.ErrNoAvailImpl):
		return Absent, true
	default:
		return OK, false
	}
}
