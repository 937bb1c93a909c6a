package ipc

import (
	"slices"
	"strings"
)

// The variables BentoML reads. The key alone would be enough for it, and then go to the
// default endpoint, whatever the context's is; so they always travel together.
const (
	KeyVariable      = "BENTO_CLOUD_API_KEY"
	EndpointVariable = "BENTO_CLOUD_API_ENDPOINT"
)

// conflicting are the variables that a command with a token of ours does not inherit: what
// it gets anew, and what would send BentoML, or a bento-cred in the command, somewhere else.
var conflicting = []string{
	KeyVariable, EndpointVariable, SourceVariable, SourceBentoML,
	"BENTO_CLOUD_ENDPOINT", // what a docstring of BentoML calls the endpoint's variable
}

// WithoutToken returns environ without what says which token to use, and where.
func WithoutToken(environ []string) []string {
	kept := make([]string, 0, len(environ)+len(conflicting))
	for _, variable := range environ {
		if name, _, _ := strings.Cut(variable, "="); !slices.Contains(conflicting, name) {
			kept = append(kept, variable)
		}
	}
	return kept
}

// Environ returns the environment of a command that uses c, instead of environ. The context
// goes along, so that a bento-cred within the command agrees.
func (c Credential) Environ(environ []string) []string {
	return append(
		WithoutToken(environ),
		KeyVariable+"="+c.Value.Reveal(), EndpointVariable+"="+c.Endpoint, SourceVariable+"="+c.Context,
	)
}
