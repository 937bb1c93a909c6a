package watch

import (
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// route is the way to a file: the paths whose change may lead to another file or to
// other content. They are the symlinks on the way, the file itself and, where the way
// ends early, the first path that is missing. None of their directories has a symlink
// in it.
type route map[string]struct{}

// maxLinks is how many symlinks the kernel follows before it gives up.
const maxLinks = 40

// findRoute walks to the absolute path as the kernel would.
func findRoute(path string) route {
	found := route{}
	root := filepath.VolumeName(path) + string(filepath.Separator)
	dir, rest := root, split(path)
	for links := 0; len(rest) > 0 && links <= maxLinks; {
		at := filepath.Join(dir, rest[0])
		if rest[0] == ".." {
			dir, rest = at, rest[1:]
			continue
		}
		rest = rest[1:]
		info, err := os.Lstat(at)
		switch {
		case err == nil && info.IsDir() && len(rest) > 0:
			dir = at
			continue
		case err == nil && info.Mode()&fs.ModeSymlink != 0:
			found[at] = struct{}{}
			target, linkErr := os.Readlink(at)
			if linkErr != nil {
				return found
			}
			if filepath.IsAbs(target) {
				dir = filepath.VolumeName(target) + string(filepath.Separator)
			}
			rest = append(split(target), rest...)
			links++
		default:
			found[at] = struct{}{}
			return found
		}
	}
	return found
}

// split returns the elements of path, without its volume. It keeps "..", which means
// another directory behind a symlink than it does in the text.
func split(path string) []string {
	path = filepath.ToSlash(strings.TrimPrefix(path, filepath.VolumeName(path)))
	var elements []string
	for element := range strings.SplitSeq(path, "/") {
		if element != "" && element != "." {
			elements = append(elements, element)
		}
	}
	return elements
}

// directories yields each directory that must be watched once.
func (r route) directories() iter.Seq[string] {
	return func(yield func(string) bool) {
		seen := map[string]bool{}
		for path := range r {
			dir := filepath.Dir(path)
			if seen[dir] {
				continue
			}
			seen[dir] = true
			if !yield(dir) {
				return
			}
		}
	}
}

// passes reports whether name is a path of r or one of its directories, whose end is
// an event as well.
func (r route) passes(name string) bool {
	if _, isPath := r[name]; isPath {
		return true
	}
	for dir := range r.directories() {
		if dir == name {
			return true
		}
	}
	return false
}
