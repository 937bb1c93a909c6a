// Package worker is the one that may touch the keychain.
package worker

import _ "github.com/99designs/keyring"
