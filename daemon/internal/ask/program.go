package ask

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// CanAsk returns why a question could not be put now, an ErrNoWay; nil where it could.
func (d *Desk) CanAsk(q Question) error { return d.config.newAsker(q).noWay }

// newAsker returns one who asks, with the program that can put the question or with an
// ErrNoWay that says what is missing.
func (c Config) newAsker(q Question) *asker {
	var noTerminal error
	if q.Terminal != "" {
		if noTerminal = checkTerminal(q.Terminal); noTerminal != nil {
			q.Terminal = ""
		}
	}
	me := &asker{question: q}
	switch {
	case q.Terminal != "" || hasDisplay(q.Environ):
		me.programs, me.noWay = c.find(hasDisplay(q.Environ), q.Terminal != "")
	case noTerminal != nil:
		me.noWay = fmt.Errorf("%w: %w, and there is no display", ErrNoWay, noTerminal)
	default:
		me.noWay = fmt.Errorf("%w: neither a terminal nor a display leads to a person", ErrNoWay)
	}
	return me
}

// checkTerminal looks whether a path is a terminal's. A pinentry does not: of a file
// nothing would be left when it has been opened for writing, and of a device that is no
// terminal it reads for ever.
func checkTerminal(path string) error {
	if !isWord(path) || !filepath.IsAbs(path) {
		return fmt.Errorf("%q is no terminal", brief(path))
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("the terminal is gone: %w", err)
	}
	if info.Mode()&os.ModeCharDevice == 0 || !isTerminal(path) {
		return fmt.Errorf("%q is no terminal", path)
	}
	return nil
}

// find returns the programs to ask with, the best first: the system's choice may be one for a
// desktop that is not there, and fail where another one would not.
func (c Config) find(display, terminal bool) ([]string, error) {
	var found []string
	var refused []error
	for _, candidate := range c.candidates(display, terminal) {
		path, err := runnable(candidate)
		if err == nil && !slices.Contains(found, path) {
			found = append(found, path)
		}
		if err == nil {
			continue
		}
		// On a PATH, what cannot be looked at is not there.
		var unseen *fs.PathError
		if !errors.Is(err, fs.ErrNotExist) && (filepath.IsAbs(c.Program) || !errors.As(err, &unseen)) {
			refused = append(refused, err)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if len(refused) > 0 {
		return nil, fmt.Errorf("%w: no pinentry that may be run: %w", ErrNoWay, refused[0])
	}
	wanted := "a pinentry"
	if c.Program != "" {
		wanted = fmt.Sprintf("%q", c.Program)
	}
	return nil, fmt.Errorf("%w: %s is not installed", ErrNoWay, wanted)
}

// candidates returns the paths where a pinentry may be, the best first. The plain name
// is the system's or its owner's choice, and on Debian falls back to the terminal by itself.
func (c Config) candidates(display, terminal bool) []string {
	names := []string{"pinentry"}
	if display {
		names = append(names, "pinentry-gnome3", "pinentry-gtk-2", "pinentry-gtk", "pinentry-qt", "pinentry-qt5", "pinentry-mac")
	}
	if terminal {
		names = append(names, "pinentry-curses", "pinentry-tty")
	}
	if c.Program != "" {
		if filepath.IsAbs(c.Program) {
			return []string{c.Program}
		}
		names = []string{c.Program}
	}
	var paths []string
	for _, name := range names {
		if filepath.Base(name) != name {
			continue // it would depend on the directory the daemon was started in
		}
		if runtime.GOOS == "windows" && filepath.Ext(name) == "" {
			name += ".exe"
		}
		for _, dir := range filepath.SplitList(c.Path) {
			if filepath.IsAbs(dir) {
				paths = append(paths, filepath.Join(dir, name))
			}
		}
	}
	return paths
}

// runnable returns the file at a path, by its own name, if it may be run as a pinentry.
// Whoever can write to that program says yes in the person's place, so it must be nobody
// but root and this user. Links are resolved first: what is run is what was looked at.
func runnable(path string) (string, error) {
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%q is not a file", file)
	}
	dir, err := os.Stat(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	if reason := untrusted(info, dir); reason != "" {
		return "", fmt.Errorf("%q %s", file, reason)
	}
	return file, nil
}
