package checkup

import (
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/version"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// State looks at what the daemon tells of itself, its store, its settings and its
// contexts, for a program of version client.
func State(status management.Status, client string, now time.Time) []Finding {
	var found []Finding
	if version.Older(status.Daemon.Version, client) {
		found = append(found, Finding{
			Name:    "old-daemon",
			Problem: "the daemon is version " + status.Daemon.Version + ", older than bento-cred, " + client,
			Mend:    "bento-cred stop",
		})
	}
	found = append(found, settings(status.Config)...)
	found = append(found, store(status.Store)...)
	if status.Store.State != "ready" {
		return found // which contexts there are is not known
	}
	return append(found, contexts(status, now)...)
}

func settings(config management.ConfigState) []Finding {
	if config.Error == "" {
		return nil
	}
	problem := strings.TrimSpace(config.Detail)
	if problem == "" {
		problem = config.Error
	}
	return []Finding{{
		Name:    "settings",
		Problem: problem,
		Mend:    `${EDITOR:-vi} ` + word(config.Path),
	}}
}

// store looks at the keychain. What was refused is worth a note only where it led to the
// last resort.
func store(s management.Store) []Finding {
	const lastResort = "file"
	switch s.State {
	case "ready":
	case "locked":
		return []Finding{{Name: "store-locked", Problem: because("the store is locked", s.Reason), Mend: "bento-cred unlock"}}
	case "absent":
		return []Finding{{Name: "no-store", Problem: because("the store is not there", s.Reason), Mend: "bento-cred store forget"}}
	default:
		return []Finding{{Name: "store-broken", Problem: because("the store cannot be used", s.Reason), Mend: "bento-cred stop"}}
	}
	var found []Finding
	if s.Reason != "" {
		found = append(found, Finding{Name: "store-damaged", Problem: "in the store: " + s.Reason, Mend: "bento-cred login --replace"})
	}
	if s.Backend == lastResort && len(s.Refused) > 0 {
		problem := "tokens are kept in an encrypted file, because no keychain could be used:"
		for _, refused := range s.Refused {
			problem += "\n" + refused.Backend + ": " + refused.Reason
		}
		for _, lacked := range s.Lacks {
			problem += "\n" + lacked.Backend + ": not in this program: " + lacked.Reason
		}
		found = append(found, Finding{Name: "store-refused", Problem: problem, Note: true})
	}
	return found
}

func because(what, reason string) string {
	if reason == "" {
		return what
	}
	return what + ": " + reason
}

func contexts(status management.Status, now time.Time) []Finding {
	if len(status.Contexts) == 0 {
		return []Finding{{Name: "no-context", Problem: "nobody is logged in", Mend: "bento-cred login"}}
	}
	var found []Finding
	if status.Current == "" {
		found = append(found, Finding{
			Name:    "no-current-context",
			Problem: "no context is the current one",
			Mend:    "bento-cred context use " + word(status.Contexts[0].Name),
		})
	}
	for _, c := range status.Contexts {
		found = append(found, tokens(c, now)...)
	}
	return found
}

// tokens finds a context without a token that can be used, and one of whose tokens some
// have expired.
func tokens(c management.Context, now time.Time) []Finding {
	login := "bento-cred login --context " + word(c.Name)
	expired := 0
	for _, t := range c.Tokens {
		if t.Expired || t.Expires != nil && !now.Before(*t.Expires) {
			expired++
		}
	}
	switch {
	case len(c.Tokens) == 0:
		return []Finding{{Name: "no-token", Problem: "context " + word(c.Name) + " has no token", Mend: login}}
	case expired == len(c.Tokens):
		return []Finding{{Name: "expired", Problem: "every token of context " + word(c.Name) + " has expired", Mend: login}}
	case expired > 0:
		return []Finding{{Name: "expired", Problem: "a token of context " + word(c.Name) + " has expired", Mend: login}}
	}
	return nil
}

// Selection finds a variable that names a context there is not.
func Selection(selected ipc.Selection, contexts []management.Context) []Finding {
	if selected.Context == "" {
		return nil
	}
	for _, c := range contexts {
		if c.Name == selected.Context {
			return nil
		}
	}
	return []Finding{{
		Name:    "unknown-context",
		Problem: selected.Source + " names context " + word(selected.Context) + ", which there is not",
		Mend:    "unset " + selected.Source,
	}}
}
