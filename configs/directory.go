package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"github.com/BurntSushi/toml"
)

// maxDirectoryFile is the cap on such a file, which somebody else's repository may
// bring along.
const maxDirectoryFile = 4 << 10

// LoadDirectory reads the directory file at path, which must be absolute, and
// returns the context it names. An error is an *Error; a missing file is
// fs.ErrNotExist.
//
// The digest is of the path and the content together. Such a file comes with a
// checkout, so a user allows it once, by that digest: another place or other content
// needs another permission.
func LoadDirectory(path string) (name, digest string, err error) {
	if !filepath.IsAbs(path) {
		return "", "", &Error{File: path, Summary: "is not an absolute path"}
	}
	path = filepath.Clean(path)
	data, err := readFile(path, policy{maxSize: maxDirectoryFile, writers: groupAndOthersMayNot})
	if err != nil {
		return "", "", err
	}
	name, err = parseDirectory(path, data)
	if err != nil {
		return "", "", err
	}
	return name, directoryDigest(path, data), nil
}

// directoryDigest returns the digest of path and data. No path has a zero byte in
// it, so that no two pairs run together into the same bytes.
func directoryDigest(path string, data []byte) string {
	sum := sha256.Sum256(append([]byte(path+"\x00"), data...))
	return hex.EncodeToString(sum[:])
}

// parseDirectory returns the context that data names.
func parseDirectory(file string, data []byte) (string, error) {
	const onlyKey = `the only key is: context = "NAME"`
	doc, err := newDocument(file, data)
	if err != nil {
		return "", err
	}
	name := ""
	for _, key := range doc.meta.Keys() {
		if len(key) != 1 || key[0] != "context" {
			return "", doc.refuse(key, unknownKey(key, "the only key is ", []string{"context"}))
		}
		if err := setName(&name, doc.value(key)); err != nil {
			return "", doc.refuse(toml.Key{"context"}, refusal{summary: "context " + err.Error(), hint: onlyKey})
		}
	}
	if name == "" {
		return "", &Error{File: file, Summary: "names no context", Hint: onlyKey}
	}
	return name, nil
}
