package service

import (
	"net/url"
	"strings"

	"github.com/bento-cred/bento-cred/ipc"
)

// kept returns the variables of the caller's environment that the service is given: a
// manager starts it without the shell's, and then it would look for the settings, the store
// and the cloud in other places than a daemon on demand. A variable with a password in it is
// not written to a file, and named in dropped.
func (c Config) kept() (environ, dropped []string) {
	getenv := ipc.Lookup(c.Environ)
	for _, name := range []string{
		"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "BENTO_CRED_PASSPHRASE_FILE",
		"PASSWORD_STORE_DIR", "GNUPGHOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
	} {
		value := getenv(name)
		switch {
		case value == "":
		case strings.HasSuffix(strings.ToUpper(name), "_PROXY") && hasPassword(value):
			dropped = append(dropped, name)
		default:
			environ = append(environ, name+"="+value)
		}
	}
	return environ, dropped
}

// hasPassword reports whether a proxy's address may have a password in it.
func hasPassword(address string) bool {
	parsed, err := url.Parse(address)
	return err != nil || parsed.User != nil || strings.Contains(address, "@")
}

// sayDropped names the variables that the service does without.
func (c Config) sayDropped(names []string) {
	for _, name := range names {
		c.say("not given to the service: %s, because it holds a password; set it with `systemctl --user set-environment`, or use a proxy without one", name)
	}
}
