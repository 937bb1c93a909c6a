// Package bentoml reads the file in which BentoML's own client keeps its contexts,
// $BENTOML_HOME/.yatai.yaml, and takes tokens out of it once they are kept in a
// better place.
//
// The file belongs to another program, and its habits decide how it is read
// (src/bentoml/_internal/cloud/config.py). That program truncates the file and then
// writes it, without a lock, so at any moment it may be empty or end in the middle:
// such a file says nothing, and Read returns ErrNoNews, never "no contexts". It
// keeps endpoints as they were typed, so they are given on as they are. It takes the
// first of two contexts with one name. It may name "__env__" as the current
// context, which is no context but the variable BENTO_CLOUD_API_KEY.
//
// The file holds tokens in clear, and YAML libraries quote the line they stumble
// over. No error of this package carries text of the file but names of contexts.
package bentoml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Why a file is not read, or a context in it not taken.
var (
	// ErrNoFile is a file that is not there.
	ErrNoFile = errors.New("no BentoML context file")
	// ErrNoNews is a file that is empty or ends in the middle, as it is while
	// BentoML writes it: look again later.
	ErrNoNews = errors.New("BentoML context file is empty or half written")
	// ErrFormat is a file that is whole and still not one of contexts.
	ErrFormat = errors.New("BentoML context file is not understood")
	// ErrTooLarge is a file beyond any that BentoML writes.
	ErrTooLarge = errors.New("BentoML context file is too large")

	// ErrEntry is an entry that is not a context at all.
	ErrEntry = errors.New("entry is not a context")
	// ErrNoName is a context without a name.
	ErrNoName = errors.New("context has no name")
	// ErrNoEndpoint is a context without an endpoint.
	ErrNoEndpoint = errors.New("context has no endpoint")
	// ErrNoToken is a context without a token.
	ErrNoToken = errors.New("context has no token")
	// ErrDuplicate is a context whose name an earlier one has.
	ErrDuplicate = errors.New("an earlier context has the same name")
	// ErrEnvironment is the context that stands for BENTO_CLOUD_API_KEY.
	ErrEnvironment = errors.New("context stands for the variable BENTO_CLOUD_API_KEY")
)

// nameEnvironment is what BentoML calls the context in the environment, and
// nameDefault the current one of a file that names none.
const (
	nameEnvironment = "__env__"
	nameDefault     = "default"
)

// maxFile bounds the file, in bytes: thousands of contexts.
const maxFile = 1 << 20

// File is what stands in a context file.
type File struct {
	// Path is the file itself, with symbolic links followed.
	Path string
	// Contexts are those that can be taken, in the file's order.
	Contexts []Context
	// Current is the name of the current one of Contexts; empty where the file
	// names none of them.
	Current string
	// Skipped are the entries that cannot be taken, and why.
	Skipped []Skipped
}

// Context is one login as BentoML keeps it.
type Context struct {
	Name     string
	Endpoint string // as it was typed
	Email    string // empty where BentoML does not know it
	Token    credential.Secret
}

// Skipped is an entry that is not taken.
type Skipped struct {
	Name   string // empty where it has none
	Reason error  // one of this package's sentinels
}

// same reports whether c and other are one context, token and all.
func (c Context) same(other Context) bool {
	return c.Name == other.Name && c.Endpoint == other.Endpoint && c.Token.Reveal() == other.Token.Reveal()
}

// Read reads the context file at path.
func Read(path string) (File, error) {
	real, data, err := load(path)
	if err != nil {
		return File{}, err
	}
	tree, err := parse(data)
	if err != nil {
		return File{}, fmt.Errorf("reading %q: %w", real, err)
	}
	file := tree.file()
	file.Path = real
	return file, nil
}

// load returns the bytes of the file at path and where it really is.
func load(path string) (real string, data []byte, err error) {
	real, err = filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("reading %q: %w", path, ErrNoFile)
	}
	if err != nil {
		return "", nil, fmt.Errorf("finding the BentoML context file: %w", err)
	}
	data, err = readRegular(real)
	if err != nil {
		return "", nil, fmt.Errorf("reading %q: %w", real, err)
	}
	return real, data, nil
}

// readRegular reads a file of bounded size. Anything else, such as a pipe that
// would never end, is not opened.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrFormat
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // Only read from.
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, ErrTooLarge
	}
	return data, nil
}

// ended reports whether data ends as BentoML ends a file. It writes from front to
// end, so a file without its last line break may be one that is being written.
func ended(data []byte) bool { return bytes.HasSuffix(data, []byte("\n")) }
