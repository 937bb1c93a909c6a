package management

import (
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

func (l Login) encode() ipc.Message {
	m := message("context", l.Context, "endpoint", l.Endpoint, "api_token", l.Token.Reveal(),
		"kind", string(l.Kind), "expires", l.Expires)
	m.AddList("access", l.Access.Words())
	m.AddFlag("replace", l.Replace)
	return m
}

// DecodeLogin reads the request of a login.
func DecodeLogin(m ipc.Message) (Login, error) {
	access, err := credential.ParseAccess(m.List("access")...)
	if err != nil {
		return Login{}, &ipc.Error{Code: ipc.Usage, Message: err.Error()}
	}
	return Login{
		Context:  m.Get("context"),
		Endpoint: m.Get("endpoint"),
		Token:    credential.NewSecret(m.Get("api_token")),
		Kind:     credential.Kind(m.Get("kind")),
		Access:   access,
		Expires:  m.Get("expires"),
		Replace:  m.Flag("replace"),
	}, nil
}

func (l Logout) encode() ipc.Message {
	m := message("context", l.Context)
	m.AddFlag("all", l.All)
	return m
}

// DecodeLogout reads the request of a logout.
func DecodeLogout(m ipc.Message) Logout {
	return Logout{Context: m.Get("context"), All: m.Flag("all")}
}

func (i Import) encode() ipc.Message {
	m := message("path", i.Path)
	m.AddFlag("scrub", i.Scrub)
	m.AddFlag("dry_run", i.DryRun)
	return m
}

// DecodeImport reads the request of an import.
func DecodeImport(m ipc.Message) Import {
	return Import{Path: m.Get("path"), Scrub: m.Flag("scrub"), DryRun: m.Flag("dry_run")}
}

func (m Migration) encode() ipc.Message {
	return message("backend", m.Backend, "passphrase", m.Passphrase.Reveal())
}

// DecodeMigration reads the request of a migration.
func DecodeMigration(m ipc.Message) Migration {
	return Migration{Backend: m.Get("backend"), Passphrase: credential.NewSecret(m.Get("passphrase"))}
}
