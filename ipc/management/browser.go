package management

import (
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// BrowserLogin is a request for a login that a person approves in a browser.
type BrowserLogin struct {
	Context  string // the name to keep the token under; empty: the current context, else "default"
	Endpoint string // as typed; empty: the configured one
	// Replace lets the login take the place of a context of that name that belongs
	// to another endpoint or organization.
	Replace bool
}

// Approval is a login that waits for its approval. A context has at most one: who asks
// for another joins the one under way.
type Approval struct {
	ID       string    `json:"id" yaml:"id"` // of the login, for AwaitLogin and LeaveLogin
	Context  string    `json:"context" yaml:"context"`
	Endpoint string    `json:"endpoint" yaml:"endpoint"`
	Page     string    `json:"page" yaml:"page"`         // the address to approve it at
	Deadline time.Time `json:"deadline" yaml:"deadline"` // it is given up then
	Joined   bool      `json:"joined" yaml:"joined"`     // somebody else began it
}

// Progress is how far a login by browser is.
type Progress struct {
	Deadline time.Time `json:"deadline" yaml:"deadline"`
	// Trouble is what keeps the endpoint from being asked, while something does.
	Trouble string `json:"trouble,omitempty" yaml:"trouble,omitempty"`
	// Done is the outcome; nil while the login waits.
	Done *LoggedIn `json:"done,omitempty" yaml:"done,omitempty"`
}

func (b BrowserLogin) encode() ipc.Message {
	m := message("context", b.Context, "endpoint", b.Endpoint)
	m.AddFlag("replace", b.Replace)
	return m
}

// DecodeBrowserLogin reads the request of a login by browser.
func DecodeBrowserLogin(m ipc.Message) BrowserLogin {
	return BrowserLogin{Context: m.Get("context"), Endpoint: m.Get("endpoint"), Replace: m.Flag("replace")}
}
