package worker

// guard stands before the library's calls on one backend.
type guard interface {
	// check looks at the keychain as a whole: absent, locked or, with nil, ready. It
	// never prompts.
	check() error
	// unlock asks the keychain's owner to unlock it, and waits. The key is an item to try
	// with where nothing but use unlocks.
	unlock(s *session, key string) error
	// before looks at one item. It answers NotFound where it knows that there is none.
	before(key string) error
	// written makes a change to one item durable.
	written(key string) error
	// explain improves on the library's error in one operation.
	explain(o operation, key string, err error) error
	// collection returns what the library must be told is the collection or wallet.
	collection() string
}

// newGuard returns the guard for a backend.
func newGuard(s Settings) guard {
	switch s.Backend {
	case SecretService:
		return newSecretService(s)
	case KWallet:
		return newKWallet(s)
	case Pass:
		return newPass(s)
	case File:
		return &fileGuard{dir: s.Dir}
	case Keychain:
		return keychainGuard{}
	default:
		return noGuard{}
	}
}

// noGuard is for keychains that need none, and the base of those that need some of it.
type noGuard struct{}

func (noGuard) check() error                                   { return nil }
func (noGuard) unlock(*session, string) error                  { return nil }
func (noGuard) before(string) error                            { return nil }
func (noGuard) written(string) error                           { return nil }
func (noGuard) explain(_ operation, _ string, err error) error { return err }
func (noGuard) collection() string                             { return "" }
