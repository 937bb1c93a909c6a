package worker

import "errors"

// maxText is the length of the longest text of a fault.
const maxText = 300

// ring is the library's view of a keychain: items by key.
type ring interface {
	get(key string) ([]byte, error)
	set(key string, data []byte) error
	remove(key string) error
	keys() ([]string, error)
}

// session is the worker's side of the conversation: one keychain and its guard.
type session struct {
	settings Settings
	guard    guard // nil until the settings are known
	ring     ring  // nil until it is needed, and after a failure
}

// handle carries out one request.
func (s *session) handle(r request) response {
	if r.Settings != nil {
		s.settings, s.ring = *r.Settings, nil
		s.guard = newGuard(s.settings)
	}
	if s.guard == nil {
		return response{Code: Failed, Text: "the first request must carry the settings"}
	}
	a, err := s.carryOut(r)
	if err == nil {
		return a
	}
	var fault *CallError
	if !errors.As(err, &fault) {
		fault = &CallError{Failed, err.Error()}
	}
	if fault.Code == Failed || fault.Code == Lost {
		// The library's rings are not to be trusted after a failure: one whose prompt
		// was dismissed answers nothing ever after.
		s.ring = nil
	}
	return response{Code: fault.Code, Text: fault.Text[:min(len(fault.Text), maxText)]}
}

// carryOut does what r asks for, behind the guard.
func (s *session) carryOut(r request) (response, error) {
	if r.Operation == opUnlock {
		if err := s.guard.unlock(s, r.Key); err != nil {
			return response{}, err
		}
	}
	if err := s.ready(); err != nil {
		return response{}, err
	}
	switch r.Operation {
	case opOpen, opUnlock:
		return response{}, nil
	case opGet:
		return s.get(r.Key)
	case opSet:
		return response{}, s.set(r.Key, r.Data)
	case opRemove:
		return response{}, s.remove(r.Key)
	case opKeys:
		return s.keys()
	default:
		return response{}, faultf(Failed, "unknown operation %q", r.Operation)
	}
}

// ready has the guard look at the keychain, and the library open it.
func (s *session) ready() error {
	if err := s.guard.check(); err != nil {
		return err
	}
	if s.ring != nil {
		return nil
	}
	opened, err := openRing(s.settings, s.guard)
	if err != nil {
		return err
	}
	s.ring = opened
	return nil
}

func (s *session) get(key string) (response, error) {
	if err := s.guard.before(key); err != nil {
		return response{}, err
	}
	data, err := s.ring.get(key)
	if err != nil {
		return response{}, s.guard.explain(opGet, key, err)
	}
	return response{Data: data}, nil
}

func (s *session) set(key string, data []byte) error {
	if err := s.guard.before(key); err != nil {
		var fault *CallError
		if !errors.As(err, &fault) || fault.Code != NotFound {
			return err
		}
	}
	if err := s.ring.set(key, data); err != nil {
		return s.guard.explain(opSet, key, err)
	}
	return s.guard.written(key)
}

// remove removes an item. The library answers a missing one in three ways; where it is
// nil, the guard has looked before.
func (s *session) remove(key string) error {
	if err := s.guard.before(key); err != nil {
		return err
	}
	if err := s.ring.remove(key); err != nil {
		return s.guard.explain(opRemove, key, err)
	}
	return s.guard.written(key)
}

func (s *session) keys() (response, error) {
	keys, err := s.ring.keys()
	if err != nil {
		return response{}, s.guard.explain(opKeys, "", err)
	}
	return response{Keys: keys}, nil
}

// codeOf returns the code of err, OK for nil.
func codeOf(err error) Code {
	var fault *CallError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &fault):
		return fault.Code
	default:
		return Failed
	}
}
