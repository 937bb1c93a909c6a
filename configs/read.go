package configs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// policy is what a file must be to be read.
type policy struct {
	maxSize int64
	// writers are the permission bits that nobody may have.
	writers fs.FileMode
}

// The write bits a policy forbids. A group of one's own is common, so that settings
// may be the group's to write; what a stranger's checkout brings may not.
const (
	othersMayNot         fs.FileMode = 0o002
	groupAndOthersMayNot fs.FileMode = 0o022
)

// readFile reads the regular file at path, symlinks followed, if it is what p says.
// Whoever may write settings decides where logins go, so a file that is somebody
// else's, or that anybody may change, is not read. A missing file is fs.ErrNotExist;
// a symlink to nothing is not missing but broken.
func readFile(path string, p policy) ([]byte, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, openError(path, err)
	}
	data, err := readOpen(file, path, p)
	// The file was only read: there is nothing that closing it could lose.
	_ = file.Close()
	return data, err
}

// openError returns the error of opening path as an *Error.
func openError(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return &Error{File: path, Summary: "cannot be opened: " + reason(err), cause: err}
	}
	if info, linkErr := os.Lstat(path); linkErr == nil && info.Mode()&fs.ModeSymlink != 0 {
		return &Error{File: path, Summary: "is a symlink to a file that does not exist"}
	}
	return &Error{File: path, Summary: "does not exist", cause: err}
}

// readOpen reads file, if it is what p says.
func readOpen(file *os.File, path string, p policy) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, &Error{File: path, Summary: "cannot be looked at: " + reason(err), cause: err}
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{File: path, Summary: "is not a regular file"}
	}
	if err := checkOwner(path, info, p.writers, os.Geteuid()); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, p.maxSize+1))
	if err != nil {
		return nil, &Error{File: path, Summary: "cannot be read: " + reason(err), cause: err}
	}
	if int64(len(data)) > p.maxSize {
		return nil, &Error{File: path, Summary: "is larger than " + strconv.FormatInt(p.maxSize, 10) + " bytes"}
	}
	return data, nil
}

// reason returns what the system said without the path, which the Error has.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// shellQuote returns path as one word of a POSIX shell.
func shellQuote(path string) string {
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
