package ipc

// Code names a kind of failure. Only codes cross the socket; the sentence beside
// them is for people. A Code is itself an error, so that errors.Is(err, ipc.Locked)
// asks for the kind wherever the failure was made.
type Code string

// The codes. docs/protocol.md has the meaning of each.
const (
	Internal       Code = "internal"
	Usage          Code = "usage"
	BadRequest     Code = "bad_request"
	Unsupported    Code = "unsupported"
	Version        Code = "version"
	NoContext      Code = "no_context"
	NotFound       Code = "not_found"
	UnknownHost    Code = "unknown_host"
	Exists         Code = "exists"
	LoginRequired  Code = "login_required"
	AccessMissing  Code = "access_missing"
	Locked         Code = "locked"
	Denied         Code = "denied"
	StoreFailed    Code = "store"
	BadPassphrase  Code = "passphrase"
	NoDaemon       Code = "no_daemon"
	Untrusted      Code = "untrusted"
	TokenRefused   Code = "refused"
	Unreachable    Code = "unreachable"
	TLSFailed      Code = "tls"
	TimedOut       Code = "timeout"
	Redirected     Code = "redirect"
	BadReply       Code = "bad_reply"
	UpstreamFailed Code = "upstream"
	BadConfig      Code = "config"
)

// codes is the one table of failures: every code with the exit status of a program
// that ends for it.
var codes = []struct {
	code Code
	exit int
}{
	{Internal, 1},
	{Usage, 2},
	{BadRequest, 1},
	{Unsupported, 1},
	{Version, 1},
	{NoContext, 3},
	{NotFound, 3},
	{UnknownHost, 3},
	{Exists, 3},
	{LoginRequired, 4},
	{AccessMissing, 5},
	{Locked, 6},
	{Denied, 7},
	{StoreFailed, 8},
	{BadPassphrase, 8},
	{NoDaemon, 9},
	{Untrusted, 9},
	{TokenRefused, 10},
	{Unreachable, 11},
	{TLSFailed, 11},
	{TimedOut, 11},
	{Redirected, 11},
	{BadReply, 11},
	{UpstreamFailed, 11},
	{BadConfig, 12},
}

// Codes returns every code of the table.
func Codes() []Code {
	all := make([]Code, 0, len(codes))
	for _, row := range codes {
		all = append(all, row.code)
	}
	return all
}

// Error implements error.
func (c Code) Error() string { return string(c) }

// ExitStatus returns the status a program ends with for c; a code that is not in
// the table counts as Internal.
func (c Code) ExitStatus() int {
	for _, row := range codes {
		if row.code == c {
			return row.exit
		}
	}
	return 1
}

// known returns c, or Internal when it is not in the table: a newer daemon may say
// what this client has no word for.
func (c Code) known() Code {
	for _, row := range codes {
		if row.code == c {
			return c
		}
	}
	return Internal
}
