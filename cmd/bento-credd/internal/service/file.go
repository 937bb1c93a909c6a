package service

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"github.com/bento-cred/bento-cred/ipc"
)

// file reads a file that need not be there.
func file(path string) (text string, err error) {
	read, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return string(read), err
}

// replace puts text in the place of the file at path, whole or not at all; no text takes
// the file away.
func replace(path, text string) error {
	if text == "" {
		if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // units are no secret
		return err
	}
	made, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = made.WriteString(text)
	err = errors.Join(err, made.Chmod(0o644), made.Close())
	if err == nil {
		err = os.Rename(made.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(made.Name()))
	}
	return nil
}

// tail shows the end of a log that is a file.
func (c Config) tail(ctx context.Context, path string, options Options) error {
	if _, err := os.Stat(path); err != nil {
		return &ipc.Error{Code: ipc.NotFound, Message: "there is no log yet: " + err.Error(), Hint: "run `bento-cred status` to start a daemon"}
	}
	args := []string{"-n", strconv.Itoa(options.Lines)}
	if options.Follow {
		args = append(args, "-F")
	}
	return c.Show(ctx, "tail", append(args, path)...)
}
