package bentoml

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// ErrChanged is a file that no longer holds what was taken from it, or that
// another program wrote while it was being scrubbed. It was left as it is.
var ErrChanged = errors.New("BentoML context file changed meanwhile")

// maxMode is the widest mode of a file that held tokens: its owner's.
const maxMode fs.FileMode = 0o600

// Scrubbed is what Scrub did.
type Scrubbed struct {
	// Path is the file written, with symbolic links followed.
	Path string
	// Removed is the number of entries taken out.
	Removed int
	// Left are the names of the entries in which a token still stands.
	Left []string
}

// Scrub takes the contexts taken, as Read gave them, out of the file at path. If
// one of them no longer stands there with the same name, endpoint and token, the
// file is left alone and the error is ErrChanged.
//
// An entry goes as a whole. BentoML ends with a traceback on every command if one
// context lacks its api_token, and with an empty one it would go on to call the
// endpoint without a token; without the entry it says that there is no such context.
// Comments go too, for a token may stand in one; keys that mean nothing here stay.
//
// The new file is whole at every moment, and readable by its owner only. Other hard
// links to the old one, backups and the disk's free space still hold the tokens:
// only revoking them helps there. A BentoML that writes in the instant between the
// last look at the file and its replacement loses what it wrote.
func Scrub(path string, taken []Context) (Scrubbed, error) {
	real, before, err := load(path)
	if err != nil {
		return Scrubbed{}, err
	}
	tree, err := parse(before)
	if err != nil {
		return Scrubbed{}, fmt.Errorf("scrubbing %q: %w", real, err)
	}
	removed, complete := tree.remove(taken)
	if !complete {
		return Scrubbed{}, fmt.Errorf("scrubbing %q: %w", real, ErrChanged)
	}
	result := Scrubbed{Path: real, Removed: removed, Left: tree.left()}
	if removed == 0 {
		return result, nil
	}
	after, err := tree.encode()
	if err != nil {
		return Scrubbed{}, fmt.Errorf("scrubbing %q: %w", real, err)
	}
	if err := replace(real, before, after); err != nil {
		return Scrubbed{}, fmt.Errorf("scrubbing %q: %w", real, err)
	}
	return result, nil
}

// remove takes the entries of taken out of the tree, and reports whether all of
// them were there.
func (t tree) remove(taken []Context) (removed int, complete bool) {
	list := t.entries()
	if list == nil {
		return 0, len(taken) == 0
	}
	found := make([]bool, len(taken))
	list.Content = slices.DeleteFunc(list.Content, func(entry *yaml.Node) bool {
		i := slices.IndexFunc(taken, context(entry).same)
		if i < 0 {
			return false
		}
		found[i] = true
		removed++
		return true
	})
	return removed, !slices.Contains(found, false)
}

// left returns the names of the entries that hold a token.
func (t tree) left() []string {
	list := t.entries()
	if list == nil {
		return nil
	}
	var names []string
	for _, entry := range list.Content {
		if found := context(entry); !found.Token.IsZero() {
			names = append(names, found.Name)
		}
	}
	return names
}

// encode returns the tree as a file, without comments. The file is another
// program's, so it is read back before it may take the place of the old one.
func (t tree) encode() ([]byte, error) {
	uncomment(t.document)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(t.document), encoder.Close()); err != nil {
		return nil, fmt.Errorf("%w: it cannot be written anew", ErrFormat)
	}
	again, err := parse(out.Bytes())
	if err != nil || !slices.EqualFunc(again.file().Contexts, t.file().Contexts, Context.same) {
		return nil, fmt.Errorf("%w: it would read differently when written anew", ErrFormat)
	}
	return out.Bytes(), nil
}

// uncomment takes the comments off node and all below it.
func uncomment(node *yaml.Node) {
	node.HeadComment, node.LineComment, node.FootComment = "", "", ""
	for _, child := range node.Content {
		uncomment(child)
	}
}

// replace puts a file with the bytes after in the place of the one at path, if that
// still has the bytes before.
func replace(path string, before, after []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".yatai-*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // Gone already if all went well.
	if err := fill(temporary, after, info.Mode().Perm()&maxMode); err != nil {
		return err
	}
	now, err := readRegular(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, before) {
		return ErrChanged
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// fill writes data to the disk and closes file.
func fill(file *os.File, data []byte, mode fs.FileMode) error {
	_, err := file.Write(data)
	return errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
}

// syncDir makes a rename last. Where a directory cannot be synced, as on Windows,
// the system does it in its own time.
func syncDir(path string) {
	dir, err := os.Open(path)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}
