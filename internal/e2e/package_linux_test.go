package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// TestPackage installs the Debian package on a machine of its own, uses it as an ordinary
// user, upgrades it under a running service, and purges it.
func TestPackage(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "dpkg", "git")
	m := boot(t)
	furnishCloud(t, m)
	for _, version := range []string{"v1.0.0", "v1.1.0"} {
		dir := filepath.Join(m.root, "opt", version)
		cmd := exec.Command("go", "run", "-C", "tools/dist", ".", "-dir", dir, "-version", version, "-platforms", "linux/"+runtime.GOARCH)
		cmd.Dir = "../.."
		cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("making a release: %v\n%s", err, out)
		}
	}
	const files = `find / -xdev \( -path /proc -o -path /home -o -path /opt -o -path /run -o -path '/var/log/*' \) -prune -o \( -name '*bento-cred*' -o -name '*-credential-bento*' \) -print | sort`
	before := m.must(t, "root", files)
	m.must(t, "root", `dpkg -i /opt/v1.0.0/*.deb`)
	if m.must(t, "root", files) == before {
		t.Error("nothing was installed, so that finding nothing later proves nothing")
	}
	m.step(t, "the manual and the completion", `
		man -l /usr/share/man/man1/bento-cred.1.gz 2>/dev/null | head -0; zcat /usr/share/man/man1/bento-cred-hook.1.gz | head -1
		bash -c 'source /usr/share/bash-completion/completions/bento-cred; complete -p bento-cred'`, `TH "BENTO(.|\n)*complete .*bento-cred`)
	m.step(t, "log in and use it", `test $(command -v bento-cred) = /usr/bin/bento-cred; `+login+`; bento-cred env`, madeUp)
	m.step(t, "the package's own units", `bento-cred service install; bento-cred service status; ! test -e .config/systemd/user/bento-cred.service`,
		`uses the units of the package(.|\n)*/usr/lib/systemd/user/bento-cred.service \(enabled\)(.|\n)*bento-credd 1.0.0`)
	m.must(t, "root", `dpkg -i /opt/v1.1.0/*.deb`)
	m.step(t, "after an upgrade", `systemctl --user daemon-reload; bento-cred token; echo; bento-cred service status`, madeUp+`\n(.|\n)*bento-credd 1.1.0`)
	m.step(t, "uninstalled", `bento-cred service uninstall; bento-cred stop; find .config -name '*bento*' -path '*systemd*'`, `no longer started at login`)
	m.must(t, "root", `dpkg --purge bento-cred`)
	if after := m.must(t, "root", files); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}
