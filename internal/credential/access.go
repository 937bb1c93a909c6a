package credential

import (
	"errors"
	"slices"
	"strings"
)

// Access says what a token opens. The zero Access is unknown: a token of which
// nobody said what it is for.
type Access struct {
	// Developer is Developer Operations access: the management API.
	Developer bool
	// AllEndpoints is Protected Endpoint access to every deployment.
	AllEndpoints bool
	// Deployments is Protected Endpoint access to the deployments named here.
	Deployments []string
}

// The words Access is written with, on a command line and on the socket.
const (
	wordDeveloper = "developer"
	wordEndpoints = "endpoints"
)

// ErrAccess is returned by ParseAccess for words it does not know.
var ErrAccess = errors.New(`access is "developer", "endpoints" or "endpoints:DEPLOYMENT"`)

// Known reports whether anything was said about what the token opens.
func (a Access) Known() bool {
	return a.Developer || a.AllEndpoints || len(a.Deployments) > 0
}

// Equal reports whether a and b open the same things.
func (a Access) Equal(b Access) bool {
	return a.Developer == b.Developer && a.AllEndpoints == b.AllEndpoints &&
		slices.Equal(a.Deployments, b.Deployments)
}

// Words returns a in the form ParseAccess reads, nil when it is unknown.
func (a Access) Words() []string {
	var words []string
	if a.Developer {
		words = append(words, wordDeveloper)
	}
	if a.AllEndpoints {
		words = append(words, wordEndpoints)
	}
	for _, d := range a.Deployments {
		words = append(words, wordEndpoints+":"+d)
	}
	return words
}

// String implements fmt.Stringer: the words with commas between, or "unknown".
func (a Access) String() string {
	if !a.Known() {
		return "unknown"
	}
	return strings.Join(a.Words(), ",")
}

// ParseAccess reads "developer", "endpoints" and "endpoints:DEPLOYMENT", each word
// on its own or several with commas between. No words give the unknown Access.
func ParseAccess(words ...string) (Access, error) {
	var a Access
	for _, joined := range words {
		for word := range strings.SplitSeq(joined, ",") {
			deployment, named := strings.CutPrefix(word, wordEndpoints+":")
			switch {
			case word == wordDeveloper:
				a.Developer = true
			case word == wordEndpoints:
				a.AllEndpoints = true
			case named && deployment != "":
				a.Deployments = append(a.Deployments, deployment)
			default:
				return Access{}, ErrAccess
			}
		}
	}
	slices.Sort(a.Deployments)
	a.Deployments = slices.Compact(a.Deployments)
	return a, nil
}
