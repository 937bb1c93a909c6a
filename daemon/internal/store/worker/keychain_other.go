//go:build !darwin || cgo

package worker

// systemKeychain returns nil: the library has the keychain, or there is none.
func systemKeychain() (keychainCalls, error) { return nil, nil } //nolint:nilnil // that there is none is no failure

// allowDialogs has nothing to allow.
func allowDialogs(bool) {}
