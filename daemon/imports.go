package daemon

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/bentoml"
	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// othersMayRead are the permissions that let other users read a file.
const othersMayRead fs.FileMode = 0o044

// Import implements management.Agent. The tokens are not verified: the machine may be
// offline, and a file that is about to be scrubbed must not lose a token because the
// cloud did not answer.
func (a *agent) Import(ctx context.Context, request management.Import) (management.Imported, error) {
	path, err := absolute(request.Path)
	if err != nil {
		return management.Imported{}, err
	}
	file, err := bentoml.Read(path)
	if err != nil {
		return management.Imported{}, coded(err)
	}
	result := management.Imported{Path: file.Path, Current: file.Current, Taken: []management.Context{}}
	if info, err := os.Stat(file.Path); err == nil {
		result.Readable = info.Mode()&othersMayRead != 0
	}
	for _, skipped := range file.Skipped {
		result.Skipped = append(result.Skipped, management.Skipped{Name: skipped.Name, Reason: skipped.Reason.Error()})
	}
	taken, err := a.take(ctx, file, request.DryRun, &result)
	if err != nil || request.DryRun {
		return result, coded(err)
	}
	if err := a.adoptCurrent(file, taken); err != nil {
		return result, coded(err)
	}
	if request.Scrub && len(taken) > 0 {
		if _, err := bentoml.Scrub(file.Path, taken); err != nil {
			return result, coded(err)
		}
		result.Scrubbed = true
	}
	return result, nil
}

// take keeps the contexts of file, or only says which it would keep, and returns those
// that are safe in the store.
func (a *agent) take(ctx context.Context, file bentoml.File, dryRun bool, result *management.Imported) ([]bentoml.Context, error) {
	var b *book.Book
	if !dryRun {
		var err error
		if b, err = a.daemon.vault.probe(ctx); err != nil {
			return nil, err
		}
	}
	var taken []bentoml.Context
	for _, entry := range file.Contexts {
		c, err := imported(entry)
		if err == nil && !dryRun {
			err = keep(ctx, b, c)
		}
		if err != nil {
			result.Skipped = append(result.Skipped, management.Skipped{Name: entry.Name, Reason: err.Error()})
			continue
		}
		taken = append(taken, entry)
		result.Taken = append(result.Taken, a.daemon.describe(c))
	}
	return taken, nil
}

// imported returns an entry of BentoML's file as a context of ours.
func imported(entry bentoml.Context) (credential.Context, error) {
	if err := store.ValidateName(entry.Name); err != nil {
		return credential.Context{}, err
	}
	// A token that could not be given out again must not be taken out of the file.
	if err := bentocloud.CheckToken(entry.Token); err != nil {
		return credential.Context{}, err
	}
	address, err := endpoint.Normalise(entry.Endpoint)
	if err != nil {
		return credential.Context{}, err
	}
	return credential.Context{
		Name:     entry.Name,
		Endpoint: address,
		Email:    entry.Email,
		Tokens: []credential.Token{{
			Kind:   credential.KindUnknown,
			Origin: credential.OriginImported,
			Value:  entry.Token,
		}},
	}, nil
}

// keep adds c to the book and makes sure that the store gives back its token.
func keep(ctx context.Context, b *book.Book, c credential.Context) error {
	token := c.Tokens[0]
	same := func(t credential.Token) bool { return t.Value.Reveal() == token.Value.Reveal() }
	err := b.Put(ctx, c.Name, func(before credential.Context) (credential.Context, error) {
		switch {
		case before.Endpoint == "":
			return c, nil
		case before.Endpoint != c.Endpoint:
			return before, fmt.Errorf("there is a context of that name at %s", before.Endpoint)
		case !slices.ContainsFunc(before.Tokens, same):
			before.Tokens = append(slices.Clone(before.Tokens), token)
		}
		return before, nil
	})
	if err != nil {
		return err
	}
	kept, err := b.Reread(ctx, c.Name)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(kept.Tokens, same) {
		return fmt.Errorf("reading back: %w", store.ErrReadBack)
	}
	return nil
}

// adoptCurrent makes the file's current context ours where we have none.
func (a *agent) adoptCurrent(file bentoml.File, taken []bentoml.Context) error {
	isCurrent := func(c bentoml.Context) bool { return c.Name == file.Current }
	if a.daemon.state.Get().Current != "" || !slices.ContainsFunc(taken, isCurrent) {
		return nil
	}
	return a.daemon.setCurrent(file.Current)
}
