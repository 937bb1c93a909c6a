package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"golang.org/x/crypto/argon2"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// The file backend encrypts with a key of 32 bytes, given to the library in hexadecimal
// as its "password". The library stretches that with 8,192 rounds of PBKDF2, which is
// nothing for a passphrase that people choose, and needless for 32 random bytes. So a
// passphrase is stretched here first, by Argon2id with the parameters that RFC 9106
// recommends where memory is limited: 3 passes over 64 MiB, 4 lanes.
const (
	argonPasses = 3
	argonMemory = 64 << 10 // KiB
	argonLanes  = 4
	keySize     = 32
	saltSize    = 16

	// saltHeader stands before the salt in its file and names what it is for. Other
	// parameters will be another header.
	saltHeader = "argon2id m=65536,t=3,p=4 "

	keyFile  = "store.key"
	saltFile = "store.salt"

	// maxPassphrase is the size of the largest passphrase file.
	maxPassphrase = 4 << 10
)

// fileKey returns the key of the file backend, for a passphrase if one was given. It
// must be called under the store's lock, since it makes what is not there yet.
func (c Config) fileKey(given credential.Secret) (credential.Secret, error) {
	switch c.source() {
	case SourceKey:
		return c.keyFromFile()
	case SourceFile:
		passphrase, err := private.ReadGiven(c.PassphraseFile, maxPassphrase)
		if err != nil {
			return credential.Secret{}, fmt.Errorf("reading the store's passphrase: %w: %w", ErrInsecure, err)
		}
		passphrase = bytes.TrimRight(passphrase, "\r\n")
		if len(passphrase) == 0 {
			return credential.Secret{}, fmt.Errorf("%w: the file %q is empty", ErrPassphrase, c.PassphraseFile)
		}
		return c.stretch(passphrase)
	case SourcePrompt, SourceAuto:
	}
	if given.IsZero() {
		return credential.Secret{}, fmt.Errorf("%w: it needs its passphrase", ErrLocked)
	}
	return c.stretch([]byte(given.Reveal()))
}

// keyFromFile reads the key file, or makes it where there is no store yet.
func (c Config) keyFromFile() (credential.Secret, error) {
	text, err := c.lineOf(keyFile, SourceKey, "", keySize)
	if err != nil {
		return credential.Secret{}, err
	}
	return credential.NewSecret(hex.EncodeToString(text)), nil
}

// stretch makes the key from a passphrase and the salt.
func (c Config) stretch(passphrase []byte) (credential.Secret, error) {
	salt, err := c.lineOf(saltFile, SourcePrompt, saltHeader, saltSize)
	if err != nil {
		return credential.Secret{}, err
	}
	key := argon2.IDKey(passphrase, salt, argonPasses, argonMemory, argonLanes, keySize)
	return credential.NewSecret(hex.EncodeToString(key)), nil
}

// lineOf returns the bytes written in hexadecimal in a file of ours, after its header.
// Where there is no such file it is made, with random bytes; but not where there are
// items already, which nothing made now would open.
func (c Config) lineOf(name string, s Source, header string, size int) ([]byte, error) {
	path := filepath.Join(c.Dir, name)
	text, err := private.Read(path, maxPassphrase)
	if errors.Is(err, fs.ErrNotExist) {
		return c.newLine(path, s, header, size)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the store's key: %w: %w", ErrFailed, err)
	}
	digits, found := bytes.CutPrefix(bytes.TrimSpace(text), []byte(header))
	value, err := hex.DecodeString(string(digits))
	if !found || err != nil || len(value) != size {
		return nil, fmt.Errorf("%w: %q is not what was written there", ErrPassphrase, path)
	}
	return value, nil
}

// newLine makes the file that lineOf reads.
func (c Config) newLine(path string, s Source, header string, size int) ([]byte, error) {
	if occupied(c.itemsDir(s)) {
		return nil, fmt.Errorf("%w: %q is gone, and without it the items in %q cannot be read",
			ErrPassphrase, path, c.itemsDir(s))
	}
	value := make([]byte, size)
	if _, err := io.ReadFull(c.Random, value); err != nil {
		return nil, fmt.Errorf("making the store's key: %w: %w", ErrFailed, err)
	}
	if err := private.Create(path, []byte(header+hex.EncodeToString(value)+"\n")); err != nil {
		return nil, fmt.Errorf("making the store's key: %w: %w", fileFault(err), err)
	}
	return value, nil
}
