package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// errChanged is the error for a file that is no longer as we left it.
var errChanged = errors.New("the file was replaced, or changed by somebody else")

// file is a file that lines are appended to.
type file struct {
	path string

	f    *os.File    // nil: it is not open
	info fs.FileInfo // of f, when it was opened
	size int64       // what there is up to the end of the last whole line
	torn bool        // what follows could not be taken away; size says where it begins
}

// open opens the file, and makes it where there is none. What a crash left behind the
// last whole line is taken away, but for the line with that sum, which lacks nothing but
// its line feed.
func (f *file) open(last sum) error {
	o, err := private.Open(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return err
	}
	info, err := o.Stat()
	if err == nil {
		f.size, err = f.mend(o, info.Size(), last)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("opening the record of decisions: %w", err), o.Close())
	}
	f.f, f.info, f.torn = o, info, false
	return nil
}

// mend has a file of that size end in a whole line that was kept, and returns what size that
// is. Of a batch that could not be written, whole lines may stand there as well.
func (f *file) mend(o *os.File, size int64, last sum) (int64, error) {
	whole, err := lineStart(o, size)
	if f.torn {
		whole = min(whole, f.size)
	}
	if err != nil || whole == size {
		return size, err
	}
	if size-whole < maxLine {
		half := make([]byte, size-whole)
		if _, err := o.ReadAt(half, whole); err != nil {
			return 0, err
		}
		if sha256.Sum256(half) == last {
			_, err := o.Write([]byte{'\n'})
			return size + 1, err
		}
	}
	return whole, f.cut(o, whole)
}

// cut shortens the file, which is open as o. Windows does not let a file be shortened by
// who opened it for appending, so there it is opened once more.
func (f *file) cut(o *os.File, size int64) error {
	first := o.Truncate(size)
	if first == nil {
		return nil
	}
	again, err := private.Open(f.path, os.O_WRONLY)
	if err != nil {
		return first
	}
	return errors.Join(again.Truncate(size), again.Close())
}

// check returns nil when the file is open, and at its path, and as we left it. It asks
// the system once.
func (f *file) check() error {
	if f.f == nil {
		return fs.ErrClosed
	}
	info, err := os.Lstat(f.path)
	if err != nil {
		return err
	}
	if !os.SameFile(info, f.info) || info.Size() != f.size {
		return errChanged
	}
	return nil
}

// append appends a line by one write. One that fails leaves nothing of it, and the file
// closed: so that who wants to make its disk read-only, or to take it away, can.
func (f *file) append(write func(*os.File, []byte) (int, error), text []byte) error {
	if f.f == nil {
		return fs.ErrClosed
	}
	_, err := write(f.f, text)
	if err == nil {
		f.size += int64(len(text))
		return nil
	}
	f.torn = f.cut(f.f, f.size) != nil
	f.close()
	return fmt.Errorf("writing the record of decisions: %w", err)
}

// close closes the file. What was written has reached the kernel, or failed, by then.
func (f *file) close() {
	if f.f != nil {
		_ = f.f.Close()
		f.f = nil
	}
}
