package worker

import "fmt"

// Backend names a keychain, in the words of 99designs/keyring.
type Backend string

// The keychains there are.
const (
	SecretService Backend = "secret-service"
	KWallet       Backend = "kwallet"
	Keychain      Backend = "keychain"
	WinCred       Backend = "wincred"
	Pass          Backend = "pass"
	KeyCtl        Backend = "keyctl"
	File          Backend = "file"
)

// Settings say which keychain a worker works on, and where in it.
type Settings struct {
	Backend Backend `json:"backend"`
	// Service names our corner of the keychain, such as "bento-cred": a folder, a
	// prefix or a service name, as the keychain has it.
	Service string `json:"service"`
	// Collection is the Secret Service's collection, or the KDE wallet. Empty stands for
	// "login", or where that is not there, the default one; and for "kdewallet".
	Collection string `json:"collection,omitempty"`
	// Dir is the file backend's directory.
	Dir string `json:"dir,omitempty"`
	// Password is what the file backend encrypts with. It travels over the pipe only.
	Password string `json:"password,omitempty"`
	// Probing asks not to start anything that is not running, and to call a keychain
	// absent that would first have to be made.
	Probing bool `json:"probing,omitempty"`
}

// Code says how a call ended. It is what crosses the pipe in place of an error.
type Code string

// The ways a call ends.
const (
	OK         Code = ""
	NotFound   Code = "not-found"
	Locked     Code = "locked"
	Absent     Code = "absent"
	Denied     Code = "denied"
	Lost       Code = "lost"
	Passphrase Code = "passphrase"
	Torn       Code = "torn"    // the item's writing was cut short
	Damaged    Code = "damaged" // the item is no item
	TooLarge   Code = "too-large"
	Unwritable Code = "unwritable" // the disk is full, or may not be changed
	Failed     Code = "failed"
)

// CallError is a call that did not end well. Its text is for people, and holds nothing of
// what is kept.
type CallError struct {
	Code Code
	Text string
}

// Error implements error.
func (f *CallError) Error() string { return fmt.Sprintf("%s: %s", f.Code, f.Text) }

// faultf makes a CallError.
func faultf(code Code, format string, args ...any) *CallError {
	return &CallError{code, fmt.Sprintf(format, args...)}
}

// operation is what a request asks for.
type operation string

const (
	opOpen   operation = "open"   // look at the keychain; never prompts
	opUnlock operation = "unlock" // prompts if need be; Key is an item to try with
	opGet    operation = "get"
	opSet    operation = "set"
	opRemove operation = "remove"
	opKeys   operation = "keys"
)

// request is what the daemon says to the worker. The first one carries the settings.
type request struct {
	Operation operation `json:"op"`
	Key       string    `json:"key,omitempty"`
	Data      []byte    `json:"data,omitempty"`
	Settings  *Settings `json:"settings,omitempty"`
}

// response is what the worker answers.
type response struct {
	Code Code     `json:"code,omitempty"`
	Text string   `json:"text,omitempty"`
	Data []byte   `json:"data,omitempty"`
	Keys []string `json:"keys,omitempty"`
}
