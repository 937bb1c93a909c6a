package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Allow implements management.Agent.
func (a *agent) Allow(_ context.Context, path string) (management.DirectoryFile, error) {
	path, err := absolute(path)
	if err != nil {
		return management.DirectoryFile{}, err
	}
	name, digest, err := configs.LoadDirectory(path)
	if errors.Is(err, fs.ErrNotExist) {
		return management.DirectoryFile{}, &ipc.Error{
			Code:    ipc.NotFound,
			Message: fmt.Sprintf("there is no %q", path),
			Hint:    `write it first: context = "NAME"`,
		}
	}
	if err != nil {
		return management.DirectoryFile{}, coded(err)
	}
	err = a.daemon.state.Change(func(s *state.State) {
		if s.Allowed == nil {
			s.Allowed = make(map[string]string)
		}
		s.Allowed[path] = digest
	})
	return management.DirectoryFile{Path: path, Context: name}, coded(err)
}

// Deny implements management.Agent. The file need not be there any more.
func (a *agent) Deny(_ context.Context, path string) (management.DirectoryFile, error) {
	path, err := absolute(path)
	if err != nil {
		return management.DirectoryFile{}, err
	}
	if _, allowed := a.daemon.state.Get().Allowed[path]; !allowed {
		return management.DirectoryFile{}, &ipc.Error{
			Code:    ipc.NotFound,
			Message: fmt.Sprintf("%q was not allowed", path),
			Hint:    "nothing has to be taken back",
		}
	}
	err = a.daemon.state.Change(func(s *state.State) { delete(s.Allowed, path) })
	return management.DirectoryFile{Path: path}, coded(err)
}

// absolute returns path cleaned, which must be absolute: the daemon does not know the
// caller's working directory.
func absolute(path string) (string, error) {
	if !filepath.IsAbs(path) {
		return "", &ipc.Error{
			Code:    ipc.Usage,
			Message: fmt.Sprintf("%q is not an absolute path", path),
			Hint:    "give the whole path, from the root",
		}
	}
	return filepath.Clean(path), nil
}
