package worker

import "fmt"

// keychainCalls are the calls of macOS's Security framework that are needed, each with its
// OSStatus. They stand behind an interface because they can be called on a Mac alone, and
// what is made of them need not be tried there alone.
type keychainCalls interface {
	// add makes an item that only this program reads without asking.
	add(service, account string, data []byte) (status int32)
	// read returns the data of an item.
	read(service, account string) (data []byte, status int32)
	// remove takes an item away.
	remove(service, account string) (status int32)
	// accounts returns the accounts of the items of a service.
	accounts(service string) (accounts []string, status int32)
}

// Results of Apple's, as SecBase.h has them.
const (
	statusSuccess   = 0
	statusDuplicate = -25299 // errSecDuplicateItem
	statusNotFound  = -25300 // errSecItemNotFound
)

// keychainItems is the macOS keychain as a ring: each item a generic password of our service.
// It takes the place of the library's, which a program built without cgo has not.
type keychainItems struct {
	calls   keychainCalls
	service string
}

var _ ring = (*keychainItems)(nil)

func (k *keychainItems) get(key string) ([]byte, error) {
	data, status := k.calls.read(k.service, key)
	return data, statusError("reading", status)
}

// set makes the item anew where it is there: an item that is changed keeps the list of who
// may read it, and with it the version of this program that made it.
func (k *keychainItems) set(key string, data []byte) error {
	status := k.calls.add(k.service, key, data)
	if status == statusDuplicate {
		if err := k.remove(key); err != nil {
			return err
		}
		status = k.calls.add(k.service, key, data)
	}
	return statusError("writing", status)
}

func (k *keychainItems) remove(key string) error {
	return statusError("removing", k.calls.remove(k.service, key))
}

func (k *keychainItems) keys() ([]string, error) {
	accounts, status := k.calls.accounts(k.service)
	if status == statusNotFound {
		return []string{}, nil
	}
	return accounts, statusError("listing", status)
}

// statusError returns an OSStatus as an error, with the number where classify looks for it.
func statusError(doing string, status int32) error {
	if status == statusSuccess {
		return nil
	}
	return fmt.Errorf("%s in the macOS keychain (%d)", doing, status)
}
