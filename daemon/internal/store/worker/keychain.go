package worker

// keychainGuard is for the macOS keychain, which can only be asked to unlock by being
// used. It asks about the keychain, about this program's use of it, and about each item
// that another version of this program made; unlock has it ask everything at once, while
// somebody is there to answer.
type keychainGuard struct{ noGuard }

// check forbids the keychain to ask.
func (keychainGuard) check() error {
	allowDialogs(false)
	return nil
}

// unlock uses the keychain, and every item of ours in it.
func (g keychainGuard) unlock(s *session, key string) error {
	if err := s.ready(); err != nil {
		return err
	}
	allowDialogs(true)
	defer allowDialogs(false)
	if err := trial(s, key, g.explain); err != nil {
		return err
	}
	keys, err := s.ring.keys()
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := s.ring.get(key); err != nil && codeOf(err) != NotFound {
			return err
		}
	}
	return nil
}

// trial writes, reads and removes an item, which has a keychain ask what it wants to
// ask.
func trial(s *session, key string, explain func(operation, string, error) error) error {
	if err := s.ring.set(key, []byte("trial")); err != nil {
		return explain(opSet, key, err)
	}
	_, err := s.ring.get(key)
	if err != nil {
		err = explain(opUnlock, key, err)
	}
	if removal := s.ring.remove(key); err == nil && removal != nil {
		return explain(opRemove, key, removal)
	}
	return err
}
