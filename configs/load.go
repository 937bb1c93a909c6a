package configs

import (
	"errors"
	"io/fs"
)

// The caps on a file we read. A line is capped too, because the time the TOML
// parser takes grows with the cube of a dotted key's length: 64 KiB of "a.a.a…" keep
// it busy for a minute.
const (
	maxSize = 32 << 10
	maxLine = 1 << 10
)

// Load reads the settings in the file path. Without a file they are the defaults.
// An error is an *Error and leaves no settings.
func Load(path string) (Config, error) {
	data, err := readFile(path, policy{maxSize: maxSize, writers: othersMayNot})
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil
	}
	if err != nil {
		return Config{}, err
	}
	return Parse(path, data)
}

// Parse reads the settings in data. The name file is only for errors, each of which
// is an *Error.
func Parse(file string, data []byte) (Config, error) {
	doc, err := newDocument(file, data)
	if err != nil {
		return Config{}, err
	}
	config := Default()
	if err := config.applyAll(doc); err != nil {
		return Config{}, err
	}
	if config.Store.PassphraseFile != "" && !config.Store.Passphrase.readsFile() {
		return Config{}, doc.refuse(keyPassphraseFile, refusal{
			summary: "store.passphrase_file is set, but store.passphrase reads no file",
			hint:    `set store.passphrase to "file" or "auto", or leave passphrase_file out`,
		})
	}
	return config, nil
}

// readsFile reports whether p may read a passphrase file.
func (p Passphrase) readsFile() bool { return p == PassphraseFile || p == PassphraseAuto }
