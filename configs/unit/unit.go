// Package unit holds the files by which a service manager learns of the daemon: the service
// and the socket of the user's systemd, launchd's agent, and the logon task of Windows.
//
// The files are whole as they stand here and can be read with the manager's own manual
// beside them; only the words between @ signs are filled in, each with the quoting of its
// format. The packages ship the same files.
package unit

import (
	_ "embed" // the files
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// The names a manager knows the daemon by.
const (
	// Name is the unit's name, without ".service" and ".socket", and the task's.
	Name = "bento-cred"
	// Label is launchd's name of the agent.
	Label = "io.github.bento-cred"
	// SocketName is what launchd's agent calls the socket.
	SocketName = "Listener"
)

// ErrUnquotable says that a path cannot be written in a manager's file.
var ErrUnquotable = errors.New("the service manager's file cannot hold it")

// DefaultSocket is the socket's path as systemd writes it for any user.
const DefaultSocket = "%t/bento-cred/s"

//go:embed bento-cred.service
var service string

//go:embed bento-cred.socket
var socket string

//go:embed bento-cred.plist
var agent string

//go:embed bento-cred.xml
var task string

// Config says what the files are filled in with.
type Config struct {
	// Program is the absolute path of bento-credd.
	Program string
	// Socket is the path of the socket; on systemd, empty is DefaultSocket.
	Socket string
	// Environ are the variables, NAME=value, that the daemon is given beside the
	// manager's own.
	Environ []string
	// Log is the file launchd writes what the daemon says to.
	Log string
	// User is the Windows user, DOMAIN\name, whose logon starts the task.
	User string
}

// Service returns the systemd unit of the daemon.
func Service(c Config) ([]byte, error) {
	program, err := quote(c.Program)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(c.Program, "$\"'\\") { // systemd wants a program's path without
		return nil, fmt.Errorf("the path %q: %w", c.Program, ErrUnquotable)
	}
	var environment strings.Builder
	for _, variable := range c.Environ {
		quoted, err := quote(variable)
		if err != nil {
			return nil, err
		}
		environment.WriteString("Environment=" + quoted + "\n")
	}
	return fill(service, "@PROGRAM@", program, "@ENVIRONMENT@\n", environment.String()), nil
}

// Socket returns the systemd unit of the daemon's socket.
func Socket(c Config) ([]byte, error) {
	path := DefaultSocket
	if c.Socket != "" {
		if err := plain(c.Socket); err != nil {
			return nil, err
		}
		path = strings.ReplaceAll(c.Socket, "%", "%%")
	}
	return fill(socket, "@SOCKET@", path), nil
}

// Agent returns launchd's property list of the daemon and its socket.
func Agent(c Config) ([]byte, error) {
	var environment []string
	for _, variable := range c.Environ {
		name, value, _ := strings.Cut(variable, "=")
		environment = append(environment, "\t\t<key>"+escape(name)+"</key>\n\t\t<string>"+escape(value)+"</string>")
	}
	for _, value := range append([]string{c.Program, c.Socket, c.Log}, c.Environ...) {
		if err := plain(value); err != nil {
			return nil, err
		}
	}
	return fill(agent, "@LABEL@", Label, "@PROGRAM@", escape(c.Program), "@SOCKET@", escape(c.Socket), "@LOG@", escape(c.Log),
		"@ENVIRONMENT@", strings.Join(environment, "\n")), nil
}

// Task returns the definition of the logon task, in UTF-8; the scheduler wants the UTF-16
// that the definition says it is in.
func Task(c Config) ([]byte, error) {
	for _, value := range []string{c.Program, c.User} {
		if err := plain(value); err != nil {
			return nil, err
		}
	}
	return fill(task, "@LABEL@", Name, "@PROGRAM@", escape(c.Program), "@USER@", escape(c.User)), nil
}

// fill replaces the words of a file, each by what follows it.
func fill(file string, words ...string) []byte {
	return []byte(strings.NewReplacer(words...).Replace(file))
}

// plain refuses what no manager's file can hold: characters that end a line or cannot be
// seen, and the braces that the library which installs the files takes for its own.
func plain(value string) error {
	if strings.ContainsFunc(value, unicode.IsControl) || strings.Contains(value, "{{") || value != strings.ToValidUTF8(value, "") {
		return fmt.Errorf("the path %q: %w", value, ErrUnquotable)
	}
	return nil
}

// quote returns a word as systemd's files write it (systemd.syntax(7)).
func quote(word string) (string, error) {
	if err := plain(word); err != nil {
		return "", err
	}
	if !strings.ContainsAny(word, " \"'\\%;") {
		return word, nil
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(word) + `"`, nil
}

// escape returns text as XML writes it.
func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder takes everything
	return out.String()
}
