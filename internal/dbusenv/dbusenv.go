// Package dbusenv keeps github.com/99designs/keyring from starting a message bus that
// nobody asked for. Import it, for its effect, wherever that library is linked.
//
// On Linux the library connects to the D-Bus session bus in an init of its own, so in
// every program that links it, before main has a say. Where no bus is found it runs
// dbus-launch, and that leaves a dbus-daemon behind each time (99designs/keyring issue
// 103); worse, the bus it starts is empty, so a keychain looked for on it holds nothing,
// and "no keychain here" turns into "no such item".
//
// So this package decides what the library sees:
//
//   - In any program but the store's worker, an address that leads nowhere. Such a
//     program links the library because the worker is the same binary, and never calls it.
//   - In the worker, the bus there really is, written out in full; where there is none,
//     again an address that leads nowhere.
//
// This must happen before the library's init, which is why there is an init here, the
// only one of the project. The order is not luck: Go initialises packages in the order
// of their import paths, each as soon as all it imports are done. This package needs os
// alone, and "github.com/bento-cred/…" stands before "github.com/godbus/dbus", which
// the library needs and which needs os too. So nothing but os may be imported here.
package dbusenv

import "os"

const (
	// WorkerVariable is set, to "1", in the environment of a store's worker and of no
	// other program.
	WorkerVariable = "BENTO_CRED_STORE_WORKER"

	// Nowhere is an address of no bus at all. It names no transport that exists, so
	// connecting fails at once, and it is not empty, so nothing is launched instead.
	Nowhere = "disabled:"

	variable = "DBUS_SESSION_BUS_ADDRESS"
)

// found is what the environment said before init changed it.
var found setting

// setting is one variable of an environment.
type setting struct {
	value string
	set   bool
}

func init() {
	found.value, found.set = os.LookupEnv(variable)
	address := Nowhere
	if os.Getenv(WorkerVariable) == "1" {
		address = resolve(found.value, runtimeDirs())
	}
	// Setting a variable fails only for a malformed name, which this is not.
	_ = os.Setenv(variable, address)
}

// Environ returns the environment of this process as it was given to it, with the bus
// address that init put aside. It is the environment to give to children.
func Environ() []string {
	env := make([]string, 0, len(os.Environ()))
	for _, entry := range os.Environ() {
		if len(entry) > len(variable) && entry[:len(variable)+1] == variable+"=" {
			continue
		}
		env = append(env, entry)
	}
	if found.set {
		env = append(env, variable+"="+found.value)
	}
	return env
}

// Address returns the address of the session bus this process was given, or of one that
// came since, or Nowhere where there is none. A program that wants the bus for another purpose than the
// keychain, such as a notification, dials this instead of the variable.
func Address() string { return resolve(found.value, runtimeDirs()) }

// resolve returns the address to use for a variable of this value: the value itself,
// else the bus that stands in one of dirs, else the value after all, or Nowhere.
// "autolaunch:" is the libraries' word for starting a bus, so it counts as no value; and so
// does a socket that is gone, as that of the session which started a daemon is by the time
// of the next one.
func resolve(value string, dirs []string) string {
	if value == "autolaunch:" {
		value = ""
	}
	if value != "" && !gone(value) {
		return value
	}
	for _, dir := range dirs {
		path := dir + "/bus"
		info, err := os.Stat(path)
		if err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + path
		}
	}
	if value != "" {
		return value // its errors name it
	}
	return Nowhere
}

// gone reports whether an address is that of a socket with a path at which nothing is.
func gone(address string) bool {
	const scheme = "unix:path="
	if len(address) < len(scheme) || address[:len(scheme)] != scheme {
		return false
	}
	path := address[len(scheme):]
	for i, c := range address[len(scheme):] {
		if c == ';' || c == '%' {
			return false // there is another address, or what only a library can read
		}
		if c == ',' && len(path) > i {
			path = path[:i] // what follows says more of the same socket
		}
	}
	_, err := os.Lstat(path)
	return os.IsNotExist(err)
}

// runtimeDirs returns the directories in which a session bus may stand. The second is
// where systemd puts it; services and sudo often lack the variable that names it.
func runtimeDirs() []string {
	dirs := make([]string, 0, 2)
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		dirs = append(dirs, dir)
	}
	if uid := os.Getuid(); uid >= 0 {
		dirs = append(dirs, "/run/user/"+decimal(uid))
	}
	return dirs
}

// decimal writes n, which is not negative; strconv may not be imported here.
func decimal(n int) string {
	digits := ""
	for {
		digits = string(rune('0'+n%10)) + digits
		n /= 10
		if n == 0 {
			return digits
		}
	}
}
