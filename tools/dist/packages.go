package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // the formats
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm"

	"github.com/bento-cred/bento-cred/configs/unit"
)

// description is what a package manager shows.
const description = `BentoCloud API tokens in the keychain, and in the programs that need them
A background service that holds BentoCloud tokens and contexts in the keychain of
the desktop, and a helper that gives each program the one it needs: as a header,
as variables, or in the words of git, Docker, kubectl and others.`

// completions are where each family of distributions has them.
var completions = map[string]map[string]string{
	"deb": {
		"bento-cred.bash": "/usr/share/bash-completion/completions/bento-cred",
		"_bento-cred":     "/usr/share/zsh/vendor-completions/_bento-cred",
		"bento-cred.fish": "/usr/share/fish/vendor_completions.d/bento-cred.fish",
	},
	"rpm": {
		"bento-cred.bash": "/usr/share/bash-completion/completions/bento-cred",
		"_bento-cred":     "/usr/share/zsh/site-functions/_bento-cred",
		"bento-cred.fish": "/usr/share/fish/vendor_completions.d/bento-cred.fish",
	},
}

// packages writes the packages of a Linux platform. They have no scripts: the units are the
// user's own, and each user enables them with `bento-cred service install`.
func (r *release) packages(b build) error {
	for _, format := range []string{"deb", "rpm"} {
		if err := r.pack(b, format); err != nil {
			return fmt.Errorf("making the %s of %s: %w", format, b.arch, err)
		}
	}
	return nil
}

// pack writes one package.
func (r *release) pack(b build, format string) (err error) {
	stage, err := os.MkdirTemp(b.dir, format)
	if err != nil {
		return err
	}
	contents, err := r.contents(b, format, stage)
	if err != nil {
		return err
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "bento-cred", Arch: b.arch, Platform: "linux",
		Version: packaged(r.version), VersionSchema: "none", Release: "1",
		Section: "utils", Priority: "optional", License: "Apache-2.0",
		Maintainer:  "The bento-cred authors <bento-cred@users.noreply.github.com>",
		Vendor:      "bento-cred",
		Homepage:    "https://github.com/bento-cred/bento-cred",
		Description: description,
		MTime:       r.date,
		Overridables: nfpm.Overridables{
			Contents: contents, Umask: 0o022,
			RPM: nfpm.RPM{BuildHost: "localhost", Compression: "gzip:9", Group: "Applications/System"},
			Deb: nfpm.Deb{Compression: "gzip"},
		},
	})
	packager, err := nfpm.Get(format)
	if err != nil {
		return err
	}
	if err := nfpm.PrepareForPackager(info, format); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := packager.Package(info, &out); err != nil {
		return err
	}
	return errors.Join(r.write(packager.ConventionalFileName(info), out.Bytes()), os.RemoveAll(stage))
}

// contents returns what a package installs, from files it writes below stage.
func (r *release) contents(b build, format, stage string) (files.Contents, error) {
	all, err := r.installed(b, format)
	if err != nil {
		return nil, err
	}
	var contents files.Contents
	for i, e := range all {
		content := &files.Content{
			Destination: e.name,
			FileInfo:    &files.ContentFileInfo{Owner: "root", Group: "root", Mode: os.FileMode(e.mode()), MTime: r.date}, //nolint:gosec // nine bits
		}
		if e.link != "" {
			content.Source, content.Type = e.link, files.TypeSymlink
			contents = append(contents, content)
			continue
		}
		content.Source = filepath.Join(stage, fmt.Sprint(i))
		if err := os.WriteFile(content.Source, e.content, 0o600); err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

// installed returns the files of a package, at the paths where they are installed.
func (r *release) installed(b build, format string) ([]entry, error) {
	var all []entry
	for _, name := range programs {
		content, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			return nil, err
		}
		all = append(all, entry{name: "/usr/bin/" + name, content: content, program: true})
	}
	for _, name := range names {
		all = append(all, entry{name: "/usr/bin/" + name, link: programs[0], program: true})
	}
	config := unit.Config{Program: "/usr/bin/bento-credd"}
	service, err := unit.Service(config)
	if err != nil {
		return nil, err
	}
	socket, err := unit.Socket(config)
	if err != nil {
		return nil, err
	}
	all = append(all, entry{name: "/usr/lib/systemd/user/" + unit.Name + ".service", content: service},
		entry{name: "/usr/lib/systemd/user/" + unit.Name + ".socket", content: socket})
	for _, text := range r.texts {
		e, wanted, err := r.placed(text, format)
		if err != nil {
			return nil, err
		}
		if wanted {
			all = append(all, e)
		}
	}
	return all, nil
}

// placed returns one of the texts where the format installs it, if it does.
func (r *release) placed(text entry, format string) (e entry, wanted bool, err error) {
	const docs = "/usr/share/doc/bento-cred/"
	folder, name := path.Split(text.name)
	switch {
	case folder == "completions/":
		at, known := completions[format][name]
		return entry{name: at, content: text.content}, known, nil
	case folder == "man/":
		packed, err := squeeze(text.content)
		return entry{name: "/usr/share/man/man1/" + name + ".gz", content: packed}, true, err
	case name == "LICENSE" && format == "deb":
		return entry{name: docs + "copyright", content: []byte(copyright)}, true, nil
	case name == "LICENSE":
		return entry{name: "/usr/share/licenses/bento-cred/LICENSE", content: text.content}, true, nil
	case name == "CHANGELOG.md":
		packed, err := squeeze(text.content)
		return entry{name: docs + name + ".gz", content: packed}, true, err
	}
	return entry{name: docs + name, content: text.content}, true, nil
}

// copyright is Debian's copyright file. The license's own text is on every Debian.
const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: bento-cred
Source: https://github.com/bento-cred/bento-cred

Files: *
Copyright: The bento-cred authors
License: Apache-2.0
 On Debian systems the full text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
`

// squeeze compresses a file; like everything here it says nothing of when that was.
func squeeze(content []byte) ([]byte, error) {
	var out bytes.Buffer
	packed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = packed.Write(content)
	err = errors.Join(err, packed.Close())
	return out.Bytes(), err
}

var (
	described  = regexp.MustCompile(`^(.*)-([0-9]+)-g([0-9a-f]+)$`) // by git: a tag, commits since, a commit
	prerelease = regexp.MustCompile(`^([0-9.]+)-(.+)$`)
)

// packaged returns a version as Debian and RPM order it: what is before a release below it,
// what is after it above, and a commit without any tag below everything.
func packaged(version string) string {
	version, dirty := strings.CutSuffix(strings.TrimPrefix(version, "v"), "-dirty")
	after := ""
	if parts := described.FindStringSubmatch(version); parts != nil {
		version, after = parts[1], "+"+parts[2]+".g"+parts[3]
	}
	if parts := prerelease.FindStringSubmatch(version); parts != nil {
		version = parts[1] + "~" + parts[2]
	}
	if version == "" || version[0] < '0' || version[0] > '9' || !strings.Contains(version, ".") {
		version = "0~git." + version
	}
	if dirty {
		after += "+dirty"
	}
	return strings.ReplaceAll(version, "-", ".") + after
}
