package server

// peek does not look: a request here is carried through.
func peek(uintptr) error { return nil }
