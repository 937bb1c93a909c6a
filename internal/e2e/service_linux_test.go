package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The versions of the programs on the machine, before and after the upgrade.
const (
	versionNow  = "1.0.0"
	versionNext = "1.1.0"
)

// madeUp is the token that is used on the machine.
const madeUp = "made-up-token-for-everything"

// asking are 64 clients that ask one after another until the file "enough" is there. Who
// gets anything but the token writes to the file "lost".
const asking = `
rm -f enough lost asked; for i in $(seq 64); do
	while ! test -e enough; do
		got=$(bento-cred token 2>err.$i) || got="$? $(cat err.$i)"
		test "$got" = ` + madeUp + ` || echo "$got" >>lost
		echo >>asked
	done &
done`

// asked ends them, and tells what was lost.
const asked = `
touch enough; wait; rm -f err.*
test $(wc -l <asked) -gt 64; ! test -e lost || { sort lost | uniq -c; exit 1; }`

// TestService is the life of a service under a real systemd, as an ordinary user: installed,
// there after a login, brought back, upgraded while 64 clients ask, and taken away.
func TestService(t *testing.T) {
	t.Parallel()
	m := boot(t)
	furnish(t, m)
	steps := []struct {
		name   string
		script string
		want   string // a regular expression; empty: anything
	}{
		{"not installed", `! bento-cred service status`, `is not installed\n.*service install`},
		{"nothing to uninstall", `bento-cred service uninstall`, `nothing to uninstall`},
		{"log in, on demand", login, `logged in`},
		{"started on demand", `bento-cred status`, `started\s+on-demand`},
		{
			"install while 64 ask", asking + `
			sleep 0.5; bento-cred service install; sleep 0.5` + asked,
			`wrote .*/bento-cred.socket\nwrote .*/bento-cred.service\n.*enabled(.|\n)*running: bento-credd 1.0.0`,
		},
		{"one daemon is left", `pgrep -c -x -u alice bento-credd; pgrep -a -u alice bento-credd`, `(?m)^2\n.*bento-credd run\n.*store-worker$`},
		{"installing again changes nothing", `
			before=$(systemctl --user show -p MainPID --value bento-cred.service)
			bento-cred service install; test $before = $(systemctl --user show -p MainPID --value bento-cred.service)`, `already installed`},
		{"status", `bento-cred service status`, `\(enabled\)\n.*active \(running\), restarted 0 times\n.*active \(running\)(.|\n)*daemon     bento-credd 1.0.0`},
		{"only the service answers", `BENTO_CRED_AUTOSTART=0 bento-cred env`, madeUp},
		{"enabled for login", `systemctl --user is-enabled bento-cred.service bento-cred.socket; systemctl --user list-dependencies --plain default.target`, `(?s)enabled\nenabled.*bento-cred.service`},
	}
	for _, step := range steps {
		m.step(t, step.name, step.script, step.want)
	}
	t.Run("login", func(t *testing.T) { testRelogin(t, m) })
	t.Run("crash", func(t *testing.T) { testServiceCrash(t, m) })
	t.Run("upgrade", func(t *testing.T) { testUpgrade(t, m) })
	t.Run("log", func(t *testing.T) { testServiceLog(t, m) })
	t.Run("end", func(t *testing.T) { testUninstall(t, m) })
}

// step runs a script as the person and looks for what it has to say.
func (m *machine) step(t *testing.T, name, script, want string) {
	t.Helper()
	said := m.must(t, person, script)
	if !regexp.MustCompile(want).MatchString(said) {
		t.Fatalf("%s: does not say %q:\n%s", name, want, said)
	}
}

// login logs in at the stand-in of the machine.
const login = `printf %s ` + madeUp + ` | bento-cred login --api-token-stdin --endpoint $(cat endpoint) 2>&1`

// furnish puts the programs on the machine, and the stand-in of BentoCloud.
func furnish(t *testing.T, m *machine) {
	t.Helper()
	for dir, version := range map[string]string{"usr/local/bin": versionNow, "opt/next": versionNext} {
		if err := build(filepath.Join(m.root, dir), version); err != nil {
			t.Fatal(err)
		}
	}
	furnishCloud(t, m)
}

// furnishCloud starts the stand-in of BentoCloud on the machine, as a service of the person.
func furnishCloud(t *testing.T, m *machine) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", filepath.Join(m.root, "usr/local/bin")+"/",
		"github.com/bento-cred/bento-cred/internal/cloudtest/standin")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the stand-in: %v\n%s", err, out)
	}
	m.must(t, person, `
		systemd-run --user --quiet --unit=cloud --property=StandardOutput=file:$HOME/cloud bash -c 'sleep infinity | standin'
		for i in $(seq 200); do grep -q STANDIN_READY cloud && break; sleep 0.05; done
		sed -n s/^STANDIN_ENDPOINT=//p cloud >endpoint; test -s endpoint`)
}

// testRelogin ends everything the person has running, as the end of the last session does,
// and begins a new one.
func testRelogin(t *testing.T, m *machine) {
	m.must(t, "root", `systemctl restart user@$(id -u alice)`)
	m.step(t, "there after the login, before anybody asks", `
		for i in $(seq 100); do systemctl --user is-active bento-cred.service && break; sleep 0.05; done`, `(?m)^active$`)
	m.step(t, "answers", `BENTO_CRED_AUTOSTART=0 bento-cred token`, madeUp)
}

// testServiceCrash kills the daemon, once while nobody asks and then while 64 do.
func testServiceCrash(t *testing.T, m *machine) {
	const kill = `
		for i in $(seq 100); do pid=$(systemctl --user show -p MainPID --value bento-cred.service); test $pid = 0 || break; sleep 0.02; done
		kill -9 $pid`
	m.step(t, "the next request is served", kill+`; BENTO_CRED_AUTOSTART=0 bento-cred token`, madeUp)
	m.step(t, "64 ask", asking+`
		for i in 1 2 3; do sleep 0.4; `+kill+`; done; sleep 0.4`+asked, ``)
	m.step(t, "restarted", `bento-cred service status`, `restarted [1-9]`)
}

// testUpgrade puts a new version in place while 64 clients ask, and restarts.
func testUpgrade(t *testing.T, m *machine) {
	// The programs are replaced as packages do it, by rename.
	m.must(t, "root", `cat >/usr/local/bin/upgrade <<'END'
for name in bento-cred bento-credctl bento-credd; do
	cp $1/$name /usr/local/bin/.$name && mv /usr/local/bin/.$name /usr/local/bin/$name
done
END
mkdir /opt/now; cp /usr/local/bin/bento-cred* /opt/now/; chmod 777 /usr/local/bin`)
	m.step(t, "restart", asking+`
		sleep 0.3; sh /usr/local/bin/upgrade /opt/next; bento-cred service restart; sleep 0.3; bento-cred service restart; sleep 0.3`+asked,
		`running: bento-credd 1.1.0`)
	m.step(t, "back, by nothing but a reinstall", asking+`
		sleep 0.3; sh /usr/local/bin/upgrade /opt/now; bento-cred service install; sleep 0.3`+asked, `running: bento-credd 1.0.0`)
	m.step(t, "other units", asking+`
		sleep 0.3; GNUPGHOME=/elsewhere bento-cred service install; sleep 0.3; bento-cred service install; sleep 0.3`+asked, `wrote (.|\n)*running(.|\n)*wrote (.|\n)*running: bento-credd 1.0.0`)
	// A helper that is newer than the daemon has the manager bring the new one.
	m.step(t, "a newer helper", `sh /usr/local/bin/upgrade /opt/next; bento-cred token; echo; bento-cred service status`, madeUp+`\n(.|\n)*bento-credd 1.1.0`)
	m.step(t, "an older helper", `/opt/now/bento-cred token`, `^`+madeUp)
	m.step(t, "a newer helper that the manager has no daemon for", `
		cp /opt/now/bento-credd /usr/local/bin/.d && mv /usr/local/bin/.d /usr/local/bin/bento-credd; bento-cred service restart
		/opt/next/bento-cred token`, `older than this program(.|\n)*service install(.|\n)*`+madeUp)
	m.must(t, person, `sh /usr/local/bin/upgrade /opt/next; bento-cred service restart`)
}

// testServiceLog looks into the journal: fields of their own, a level that is changed while
// the daemon runs, and no token.
func testServiceLog(t *testing.T, m *machine) {
	m.must(t, person, `mkdir -p .config/bento-cred; bento-cred token`)
	m.step(t, "level", `
		printf '[daemon]\nlog_level = "debug"\n' >.config/bento-cred/config.toml
		for i in $(seq 100); do bento-cred token >/dev/null; bento-cred service logs --lines 500 >seen; grep -q 'context=' seen && break; sleep 0.05; done
		cat seen`, `serving version=1.1.0`)
	m.step(t, "fields", `journalctl --user -o json -u bento-cred.service BENTO_CRED_VERSION=1.1.0 | head -1`, `"BENTO_CRED_SOCKET":"/run/user/`)
	all := m.must(t, "root", `journalctl -o export --no-pager`)
	if !strings.Contains(all, "BENTO_CRED_CONTEXT=") {
		t.Error("the journal does not tell at debug who got a token, so that finding none in it proves nothing")
	}
	if strings.Contains(all, madeUp) {
		t.Error("the journal holds the token")
	}
}

// testUninstall takes the service away and looks for what is left.
func testUninstall(t *testing.T, m *machine) {
	m.step(t, "stop", `bento-cred service stop; ! BENTO_CRED_AUTOSTART=0 bento-cred token`, `stopped until`)
	m.step(t, "start", `bento-cred service start; BENTO_CRED_AUTOSTART=0 bento-cred token`, madeUp)
	m.step(t, "uninstall while 64 ask", asking+`
		sleep 0.3; bento-cred service uninstall; sleep 0.5`+asked, `removed .*bento-cred.service\nremoved .*bento-cred.socket`)
	m.step(t, "on demand again", `
		bento-cred status; bento-cred stop
		for i in $(seq 200); do pgrep -u alice bento-credd >/dev/null || break; sleep 0.05; done`, `on-demand`)
	m.step(t, "again, with nobody asking", `bento-cred service install; bento-cred service uninstall; ! ls -la $XDG_RUNTIME_DIR/bento-cred`, `removed`)
	m.step(t, "nothing is left", `
		find .config/systemd 2>/dev/null || true; systemctl --user list-units --all --plain 'bento-cred*'; systemctl --user list-unit-files 'bento-cred*' || true
		! pgrep -a -u alice bento-credd`, `0 loaded units listed(.|\n)*0 unit files listed`)
}
