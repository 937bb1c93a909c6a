package ask

import (
	"runtime"
	"slices"
	"strings"
)

// nowhere is an address of no bus. A desktop's library that is told of none would start
// one, which stays.
const nowhere = "DBUS_SESSION_BUS_ADDRESS=disabled:"

// environ returns the environment of a pinentry: where it finds things, from the daemon's,
// and what leads to the person, from the requester's. The daemon's tokens and passphrases
// are not for a program that loads a desktop's libraries and may dump core; and no
// variable of a requester is to say what else it loads.
func (c Config) environ(q Question) []string {
	environ := []string{nowhere}
	if c.Path != "" {
		environ = append(environ, "PATH="+c.Path)
	}
	theirs := locale(q.Environ) != ""
	for _, variable := range c.Environ {
		name, _, _ := strings.Cut(variable, "=")
		// Wayland's socket is in the runtime directory.
		if name == "HOME" || name == "XDG_RUNTIME_DIR" || (isLocale(name) && !theirs) {
			environ = append(environ, variable)
		}
	}
	for _, variable := range q.Environ {
		name, value, _ := strings.Cut(variable, "=")
		switch name {
		case "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "TERM":
		default:
			if !isLocale(name) {
				continue
			}
		}
		if value != "" && !strings.ContainsRune(value, 0) { // no system takes that one
			environ = append(environ, variable)
		}
	}
	return environ
}

// isLocale reports whether a variable chooses a language.
func isLocale(name string) bool { return name == "LANG" || strings.HasPrefix(name, "LC_") }

// locale returns the locale of the characters in an environment; empty: none is chosen.
func locale(environ []string) string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := lookup(environ, name); value != "" {
			return value
		}
	}
	return ""
}

// hasDisplay reports whether a desktop can be reached: by the variables that name it, or
// on systems that have one without.
func hasDisplay(environ []string) bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	return lookup(environ, "DISPLAY") != "" || lookup(environ, "WAYLAND_DISPLAY") != ""
}

// lookup returns the value of a variable, of several the last one as everywhere.
func lookup(environ []string, name string) string {
	for _, variable := range slices.Backward(environ) {
		if value, found := strings.CutPrefix(variable, name+"="); found {
			return value
		}
	}
	return ""
}
