package daemon

import (
	"context"
	"fmt"
	"slices"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// choice is the context a request means, and why.
type choice struct {
	context  credential.Context
	source   string
	warnings []string
}

// choose returns the context that selection means: the one it names, else the one the
// nearest .bento-cred.toml names, if that file is allowed, else the current one.
func (a *agent) choose(ctx context.Context, selection ipc.Selection) (choice, error) {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return choice{}, coded(err)
	}
	name, source := selection.Context, selection.Source
	var warnings []string
	if name == "" {
		var warning string
		name, source, warning = a.daemon.byDirectory(selection.Directory)
		if warning != "" {
			warnings = append(warnings, warning)
		}
	}
	if name == "" {
		name, source = a.daemon.current(b), ipc.SourceCurrent
	}
	if name == "" {
		return choice{}, noContext(len(b.All()) > 0)
	}
	c, found := b.Get(name)
	if !found && slices.Contains(b.Damaged(), name) {
		return choice{}, coded(fmt.Errorf("reading context %q: %w", name, book.ErrDamaged))
	}
	if !found {
		return choice{}, notFound(name, source)
	}
	return choice{context: a.daemon.pulses.judged(c), source: source, warnings: warnings}, nil
}

// byDirectory looks for a .bento-cred.toml in dir and above it. The nearest one
// decides, and it decides nothing unless it is allowed as it stands: a repository that
// somebody else wrote must not choose which of the user's tokens is used in it.
func (d *Daemon) byDirectory(dir string) (name, source, warning string) {
	path, err := ipc.NearestDirectoryFile(dir)
	if err != nil {
		return "", "", ""
	}
	name, digest, err := configs.LoadDirectory(path)
	if err != nil {
		return "", "", fmt.Sprintf("%s is not honoured: %v", path, err)
	}
	if d.state.Get().Allowed[path] != digest {
		return "", "", fmt.Sprintf("%s names context %q and is not allowed; to honour it run: bento-cred allow", path, name)
	}
	return name, path, ""
}
