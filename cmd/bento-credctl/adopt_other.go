//go:build !linux

package main

import "errors"

// errNoAdoption is what other systems have to say.
var errNoAdoption = errors.New("adopting orphans: this system knows nothing of it")

// adoptOrphans cannot be done here.
func adoptOrphans() error { return errNoAdoption }

// reapOrphans has none to wait for.
func reapOrphans(int) (stop func()) { return func() {} }
