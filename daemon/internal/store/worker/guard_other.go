//go:build !linux

package worker

// newSecretService returns a guard that has nothing to guard.
func newSecretService(Settings) guard { return noGuard{} }

// newKWallet returns a guard that has nothing to guard.
func newKWallet(Settings) guard { return noGuard{} }
