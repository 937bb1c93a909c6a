package endpoint

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// The lengths DNS allows (RFC 1035, 2.3.4).
const (
	maxLabel = 63
	maxHost  = 253
)

// localhost is the name that, with all names below it, means this machine
// (RFC 6761, 6.3).
const localhost = "localhost"

// IsLoopback reports whether host, a name or an address without port or brackets,
// is this machine by its spelling alone. No name is looked up.
func IsLoopback(host string) bool {
	if host == localhost || strings.HasSuffix(host, "."+localhost) {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// normaliseHost returns a name in lower-case ASCII without its trailing dot, or an
// address in its canonical form. An IPv6 address arrives with its closing bracket
// and leaves without.
func normaliseHost(name string) (string, error) {
	if inner, closed := strings.CutSuffix(strings.TrimPrefix(name, "["), "]"); closed {
		addr, err := netip.ParseAddr(inner)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", refuse(ErrHost, "")
		}
		return addr.String(), nil
	}
	host, err := toASCII(name)
	if err != nil {
		return "", err
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" {
		return "", refuse(ErrNoHost, "")
	}
	labels := strings.Split(host, ".")
	if last := labels[len(labels)-1]; isNumber(last) {
		return normaliseIPv4(host)
	}
	if len(host) > maxHost {
		return "", refuse(ErrHost, "")
	}
	for _, label := range labels {
		if !isLabel(label) {
			return "", refuse(ErrHost, "")
		}
	}
	return host, nil
}

// toASCII returns name in lower-case ASCII. Plain ASCII names go round IDNA as they
// do in net/http: its rules refuse names that exist, such as "r3---sn.example".
func toASCII(name string) (string, error) {
	lower := strings.ToLower(name)
	plain := !strings.ContainsFunc(name, func(r rune) bool { return r > '~' })
	if plain && !strings.Contains(lower, "xn--") {
		return lower, nil
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil {
		return "", refuse(ErrHost, "")
	}
	return ascii, nil
}

// normaliseIPv4 takes four decimal numbers only. The C library reads "127.1" and
// "0x7f000001" as addresses too, this package would read them as names, and an
// address on which two readers differ is a hole.
func normaliseIPv4(host string) (string, error) {
	addr, err := netip.ParseAddr(host)
	if err != nil || !addr.Is4() {
		return "", refuse(ErrHost, "")
	}
	return addr.String(), nil
}

// isNumber reports whether a label reads as a decimal or hexadecimal number.
func isNumber(label string) bool {
	digits, hex := strings.CutPrefix(label, "0x")
	set := "0123456789"
	if hex {
		set += "abcdef"
	}
	return label != "" && strings.Trim(digits, set) == ""
}

// isLabel reports whether label may be one part of a lower-case host name.
func isLabel(label string) bool {
	if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, c := range []byte(label) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
