//go:build !linux && !darwin

package main

import "github.com/bento-cred/bento-cred/ipc/server"

// managersSocket returns nil: no service manager here opens sockets for others.
func managersSocket() (*server.Inherited, error) {
	return nil, nil //nolint:nilnil // no socket is no failure
}

// tellManager has nobody to tell.
func tellManager() error { return nil }

// managerVariables returns none.
func managerVariables() []string { return nil }
