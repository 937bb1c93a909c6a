// Command fill puts many contexts, tokens and hosts into a home that nobody uses, for the
// benchmark to see how cost grows.
//
// Through the socket that takes hours, for a login asks the cloud and writes the whole
// context: fifty thousand of them. So it uses the daemon's own book and store, each context
// written once. Go lets only what stands below the daemon's path import these, and so the
// path of this module does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
	"github.com/bento-cred/bento-cred/internal/credential"
)

func main() { os.Exit(Main(os.Args[1:], os.Stderr)) }

// wish is what is to be there at the end.
type wish struct {
	data     string // the daemon's directory
	daemon   string // its program, which has the store's worker
	contexts int    // the default one among them
	tokens   int    // of each of them
	hosts    int    // that are bound to the default one
}

// Main fills a home and returns the exit status.
func Main(args []string, stderr io.Writer) int {
	var w wish
	flags := flag.NewFlagSet("fill", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&w.data, "data", "", "the daemon's directory, which no daemon uses now")
	flags.StringVar(&w.daemon, "daemon", "", "the daemon's program")
	flags.IntVar(&w.contexts, "contexts", 1, "how many contexts there are to be")
	flags.IntVar(&w.tokens, "tokens", 1, "how many tokens each is to have")
	flags.IntVar(&w.hosts, "hosts", 0, "how many hosts are to be bound to the default context")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := w.fill(context.Background()); err != nil {
		_, _ = fmt.Fprintln(stderr, "fill:", err) // there is nowhere else to say it
		return 1
	}
	return 0
}

// fill makes it so, beside the default context that a login has left.
func (w wish) fill(ctx context.Context) (err error) {
	keychain, err := store.Open(ctx, store.Config{
		Backend: store.File,
		Dir:     filepath.Join(w.data, "store"),
		Worker:  worker.Config{Executable: w.daemon, Args: []string{"store-worker"}},
	})
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	defer func() { err = errors.Join(err, keychain.Close()) }()
	if err := keychain.Ready(ctx); err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	contexts, err := book.Read(ctx, keychain, func(value []byte) string { return string(value) })
	if err != nil {
		return fmt.Errorf("reading the contexts: %w", err)
	}
	for n := range w.contexts {
		name := "default"
		if n > 0 {
			name = fmt.Sprintf("made-up-%04d", n)
		}
		change := func(c credential.Context) (credential.Context, error) { return w.fillContext(c, n), nil }
		if err := contexts.Put(ctx, name, change); err != nil {
			return fmt.Errorf("writing context %q: %w", name, err)
		}
	}
	return nil
}

// fillContext fills the nth context. The first is the default one, whose token the cloud
// knows: it stays, and stays the one that is given out.
func (w wish) fillContext(c credential.Context, n int) credential.Context {
	if n > 0 {
		c.Endpoint = fmt.Sprintf("https://cloud-%04d.example", n)
		c.Organization, c.User, c.Email = "acme", "ada", "ada@acme.example"
	}
	for len(c.Tokens) < w.tokens {
		i := len(c.Tokens)
		token := credential.Token{
			UID: fmt.Sprintf("made-up-uid-%04d-%02d", n, i), Name: fmt.Sprintf("token-%02d", i),
			Kind: credential.KindPersonal, Origin: credential.OriginPasted,
			Value: credential.NewSecret(fmt.Sprintf("made-up-value-of-forty-characters-%04d-%02d", n, i)),
		}
		token.Access.Developer = i == 0
		if i > 0 {
			token.Access.Deployments = []string{fmt.Sprintf("deployment-%02d", i)}
		}
		c.Tokens = append(c.Tokens, token)
	}
	for i := range w.hosts {
		if n > 0 {
			break
		}
		c.Hosts = append(c.Hosts, credential.Host{Origin: fmt.Sprintf("https://host-%05d.example", i), Bound: true})
	}
	return c
}
