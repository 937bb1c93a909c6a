// Package longfile has more lines than a reader keeps in mind.
package longfile

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.

// A comment.
// The end. // want revive: file-length-limit:
