package main

import (
	"fmt"
	"path/filepath"

	"github.com/bento-cred/bento-cred/configs"
)

// systemBus returns the address of the system's message bus: the D-Bus specification has it
// there unless the variable says otherwise; the second place is that of older systems.
func systemBus(getenv func(string) string) string {
	if address := getenv("DBUS_SYSTEM_BUS_ADDRESS"); address != "" {
		return address
	}
	return "unix:path=/run/dbus/system_bus_socket;unix:path=/var/run/dbus/system_bus_socket"
}

// dataDir returns where the daemon keeps its state and the file store on the system
// goos: the platform's own place for what a program remembers.
func dataDir(getenv func(string) string, goos string) (string, error) {
	variable, below := "HOME", []string{".local", "share"}
	switch goos {
	case "windows":
		variable, below = "LocalAppData", nil
	case "darwin":
		below = []string{"Library", "Application Support"}
	default:
		if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "bento-cred"), nil
		}
	}
	home := getenv(variable)
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("finding the place for data: %w: %s is no absolute path: %q", configs.ErrNoHome, variable, home)
	}
	return filepath.Join(append(append([]string{home}, below...), "bento-cred")...), nil
}
