package store

import (
	"context"
	"errors"
)

// Store keeps one value under each name. Every implementer answers alike, which
// storetest.TestStore holds it to; an error is one of the sentinels below, and never
// holds a byte of what is kept.
//
// A Store may be used by several goroutines at once.
type Store interface {
	// Get returns what is kept under name, or ErrNotFound.
	Get(ctx context.Context, name string) ([]byte, error)
	// Put keeps data under name, in place of what was there. When it returns nil the
	// data has been written to where it outlives this process, and read back. When it
	// fails, what was kept before is still kept.
	Put(ctx context.Context, name string, data []byte) error
	// Delete removes what is kept under name, or answers ErrNotFound.
	Delete(ctx context.Context, name string) error
	// List returns the names in order. An empty list means that nothing is kept, never
	// that the keychain would not say.
	List(ctx context.Context) ([]string, error)
}

// MaxValue is the size of the largest value a Store keeps, in bytes. A context with a
// hundred tokens needs a twentieth of it.
const MaxValue = 1 << 20

// The errors of this package, to be told apart with errors.Is.
var (
	// ErrNotFound: nothing is kept under this name.
	ErrNotFound = errors.New("no such item in the store")
	// ErrLocked: the keychain is there and must be unlocked by its owner first.
	ErrLocked = errors.New("the keychain is locked")
	// ErrAbsent: there is no such keychain here, or not now.
	ErrAbsent = errors.New("the keychain is not there")
	// ErrDenied: the keychain, or the person it asked, said no.
	ErrDenied = errors.New("the keychain refused")
	// ErrLost: the keychain died under the call or did not answer in time.
	ErrLost = errors.New("the keychain stopped answering")
	// ErrPassphrase: the passphrase is not the one the store was made with.
	ErrPassphrase = errors.New("wrong passphrase for the store")
	// ErrInsecure: a file that holds a secret is missing or open to others.
	ErrInsecure = errors.New("not a private file")
	// ErrName: the name holds what no name may hold.
	ErrName = errors.New("invalid name")
	// ErrTooLarge: the value is larger than MaxValue, or than the keychain has room for.
	ErrTooLarge = errors.New("too large for the store")
	// ErrUnwritable: the disk is full, or read-only, or its files are not ours to change.
	ErrUnwritable = errors.New("the store's files cannot be written")
	// ErrReadBack: what was written did not come back as it was, so it was withdrawn.
	ErrReadBack = errors.New("the keychain did not keep what was written")
	// ErrDamaged: something is kept under this name and cannot be made sense of.
	ErrDamaged = errors.New("the item in the store is damaged")
	// ErrUnmarked: the keychain answers, but the store made in it earlier is gone.
	ErrUnmarked = errors.New("the keychain no longer holds this store")
	// ErrElsewhere: the store was made in another keychain than the one asked for.
	ErrElsewhere = errors.New("the store is kept elsewhere")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrFailed: the keychain failed in a way that has no name here.
	ErrFailed = errors.New("the keychain failed")

	// errTorn: an item that was being written when the writer died. It never held
	// anything that was acknowledged.
	errTorn = errors.New("the item in the store is half written")
)
