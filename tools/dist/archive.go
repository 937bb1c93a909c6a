package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// entry is a file of an archive or a package.
type entry struct {
	name    string
	content []byte
	program bool   // it can be run
	link    string // what it is a link to; then it has no content
}

// mode returns the permissions of an entry.
func (e entry) mode() int64 {
	if e.program {
		return 0o755
	}
	return 0o644
}

// entries returns what a platform's archive holds, in a folder of the archive's name.
func (r *release) entries(b build) ([]entry, error) {
	var all []entry
	for _, name := range programs {
		content, err := os.ReadFile(filepath.Join(b.dir, b.program(name)))
		if err != nil {
			return nil, err
		}
		all = append(all, entry{name: b.program(name), content: content, program: true})
		if name != programs[0] {
			continue
		}
		for _, alias := range names {
			e := entry{name: b.program(alias), link: b.program(name), program: true}
			if b.system == "windows" { // where links want a privilege
				e.link, e.content = "", content
			}
			all = append(all, e)
		}
	}
	return append(all, r.texts...), nil
}

// archive writes the archive of a platform.
func (r *release) archive(b build) error {
	entries, err := r.entries(b)
	if err != nil {
		return err
	}
	folder := strings.TrimSuffix(strings.TrimSuffix(b.archive, ".zip"), ".tar.gz")
	pack := tarball
	if b.system == "windows" {
		pack = zipped
	}
	content, err := pack(folder, entries, r.date)
	if err != nil {
		return err
	}
	return r.write(b.archive, content)
}

// tarball returns the entries as a tar archive, compressed. It belongs to root and says
// nothing of who made it.
func tarball(folder string, entries []entry, date time.Time) ([]byte, error) {
	var out bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	packed := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{
			Name: folder + "/" + e.name, Mode: e.mode(), Size: int64(len(e.content)), ModTime: date,
			Uname: "root", Gname: "root", Format: tar.FormatUSTAR, Typeflag: tar.TypeReg,
		}
		if e.link != "" {
			header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
		}
		if err := packed.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := packed.Write(e.content); err != nil {
			return nil, err
		}
	}
	err = errors.Join(packed.Close(), compressed.Close())
	return out.Bytes(), err
}

// zipped returns the entries as a zip archive.
func zipped(folder string, entries []entry, date time.Time) ([]byte, error) {
	var out bytes.Buffer
	packed := zip.NewWriter(&out)
	for _, e := range entries {
		header := &zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: date}
		header.SetMode(os.FileMode(e.mode())) //nolint:gosec // nine bits
		file, err := packed.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(e.content); err != nil {
			return nil, err
		}
	}
	err := packed.Close()
	return out.Bytes(), err
}
