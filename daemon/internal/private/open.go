package private

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// Open opens the file at path with the flags of os.OpenFile, and makes it with mode 0600
// where they say so. It is ErrNotOurs unless it is a regular file of ours; symbolic links
// are not followed. Access that others have is taken away.
//
// CheckFile and then opening would leave a moment in which somebody puts a link there.
// Here the system refuses the link, where it can, and what is looked at is the open file.
func Open(path string, flag int) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %q is no file (%s)", ErrNotOurs, path, info.Mode().Type())
	}
	f, err := os.OpenFile(path, flag|noFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening a private file: %w", err)
	}
	if err := checkOpen(f, path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// checkOpen returns nil when f, opened at path, is a file of ours, and sets its mode.
func checkOpen(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("looking at a private file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %q is no file (%s)", ErrNotOurs, path, info.Mode().Type())
	}
	if runtime.GOOS == "windows" {
		return nil // as in claim
	}
	if uid, known := owner(info); known && uid != os.Getuid() {
		return fmt.Errorf("%w: %q belongs to uid %d", ErrNotOurs, path, uid)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	// A disk that cannot be written keeps the mode it has; what stands there is ours
	// all the same, and was readable for others before.
	if err := f.Chmod(0o600); err != nil && !errors.Is(err, errReadOnly) {
		return fmt.Errorf("taking others' access away: %w", err)
	}
	return nil
}
