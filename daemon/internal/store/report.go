package store

import "errors"

// State says whether a store can be used.
type State string

// The states there are.
const (
	Ready  State = "ready"
	Locked State = "locked"
	Absent State = "absent"
	Broken State = "broken" // anything else; Problem says what
)

// Refusal is a keychain that was not taken, and why.
type Refusal struct {
	Backend Backend
	Reason  string
}

// Report says which keychain is used and why.
type Report struct {
	// Choice is what the caller must remember. It is zero until a choice was made.
	Choice Choice
	State  State
	// Problem is what keeps the store from being used, and what to do about it.
	Problem string
	// Backend is the keychain that is used, or waited for. Empty if there is none yet.
	Backend Backend
	// Why says why it is this one.
	Why string
	// Refused are the keychains that Auto tried in vain.
	Refused []Refusal
	// Protection is a sentence on what the keychain does and does not protect.
	Protection string
	// Dir and Source are the file backend's directory and source of its key, and
	// Adopted reports whether the store was there already when it was chosen.
	Dir     string
	Source  Source
	Adopted bool
}

// refuse puts the keychains that were refused into the report.
func (k *Keychain) refuse(refused []Refusal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.report.Refused = refused
}

// stateOf returns the State that an error of a call shows.
func stateOf(err error) State {
	switch {
	case err == nil:
		return Ready
	case errors.Is(err, ErrLocked):
		return Locked
	case errors.Is(err, ErrAbsent):
		return Absent
	default:
		return Broken
	}
}

// protection returns the sentence for a keychain.
func protection(b Backend, s Source) string {
	switch b {
	case SecretService, KWallet:
		return "The desktop's keychain encrypts the tokens with your login password; while it is unlocked, every program of yours can ask it for them."
	case MacKeychain:
		return "The macOS keychain encrypts the tokens with your login password and lets only this program read them without asking you."
	case WinCred:
		return "Windows encrypts the tokens for your account; every program of yours can ask for them."
	case Pass:
		return "gpg encrypts the tokens to your key; they are as safe as its passphrase and, if the password store is a git repository, as its copies, which keep old tokens too."
	case KeyCtl:
		return "The tokens are in the kernel's memory and never on a disk: they are gone after a reboot, and programs of yours can read them until then."
	case File:
		if s == SourceKey {
			return "The tokens are encrypted with a key that lies in a file beside them: that keeps them out of searches and of backups without the key, and does not keep out anyone who can read your files."
		}
		return "The tokens are encrypted with your passphrase (Argon2id): who copies the files must guess it; while the daemon runs it holds the key in memory."
	case Auto:
	}
	return ""
}

// advice returns what to do about an error, to stand behind it in a report.
func advice(b Backend, err error) string {
	switch {
	case errors.Is(err, ErrLocked) && b == File:
		return "; \"bento-cred unlock\" asks for the passphrase"
	case errors.Is(err, ErrLocked):
		return "; \"bento-cred unlock\" has it ask you"
	case errors.Is(err, ErrAbsent):
		return "; start it, or name another one by the setting store.backend if there is no store yet"
	case errors.Is(err, ErrUnwritable):
		return "; make room on the disk, or make it writable"
	case errors.Is(err, ErrUnmarked):
		return "; bring the keychain back as it was"
	default:
		return ""
	}
}
