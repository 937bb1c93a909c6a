//go:build !unix

package private

import (
	"errors"
	"io/fs"
)

// noFollow: links are refused by a look before, for want of a flag.
const noFollow = 0

// errReadOnly is what a disk that cannot be written says, which is not asked here.
var errReadOnly = errors.ErrUnsupported

// owner does not know.
func owner(fs.FileInfo) (int, bool) { return 0, false }
