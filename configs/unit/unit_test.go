package unit_test

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

var update = flag.Bool("update", false, "rewrite the files that the tests compare with")

// odd is a configuration in which whatever can be quoted wrongly is quoted.
var odd = unit.Config{
	Program: `/opt/100% "best" & <more>/it's/bento-credd`,
	Socket:  `/run/a b/100%/s`,
	Environ: []string{"XDG_DATA_HOME=/data dir/100%", `GNUPGHOME=/g"\&<x>`},
	Log:     `/Users/a & b/bento-cred.log`,
	User:    `ACME & Co\ada`,
}

// odder is odd with a program that systemd would run: in a program's path it takes no quotes.
var odder = unit.Config{Program: "/opt/100% best; more/bento-credd", Environ: odd.Environ}

// ordinary is what an installation looks like.
var ordinary = unit.Config{
	Program: "/usr/bin/bento-credd",
	Socket:  "/Users/ada/Library/Caches/bento-cred/s",
	Log:     "/Users/ada/Library/Logs/bento-cred.log",
	User:    `ACME\ada`,
}

func TestGolden(t *testing.T) {
	t.Parallel()
	packaged := unit.Config{Program: "/usr/bin/bento-credd"}
	for name, test := range map[string]struct {
		render func(unit.Config) ([]byte, error)
		config unit.Config
	}{
		"packaged.service": {unit.Service, packaged},
		"packaged.socket":  {unit.Socket, packaged},
		"odd.service":      {unit.Service, odder},
		"odd.socket":       {unit.Socket, odd},
		"ordinary.plist":   {unit.Agent, ordinary},
		"odd.plist":        {unit.Agent, odd},
		"ordinary.xml":     {unit.Task, ordinary},
		"odd.xml":          {unit.Task, odd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.render(test.config)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(string(got), "@PROGRAM@") || strings.Contains(string(got), "@ENVIRONMENT@") {
				t.Error("a word was not filled in")
			}
		})
	}
}

func TestUnquotable(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"line feed": "/opt/a\nExecStartPre=/bin/evil", "nul": "/opt/a\x00b", "braces": "/opt/{{.Path}}", "not UTF-8": "/opt/\xff",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := unit.Config{Program: bad, Socket: bad, Log: bad, User: bad}
			for file, render := range map[string]func(unit.Config) ([]byte, error){
				"service": unit.Service, "socket": unit.Socket, "agent": unit.Agent, "task": unit.Task,
			} {
				if _, err := render(config); !errors.Is(err, unit.ErrUnquotable) {
					t.Errorf("%s: %v", file, err)
				}
			}
			if _, err := unit.Service(unit.Config{Program: "/p", Environ: []string{"A=" + bad}}); !errors.Is(err, unit.ErrUnquotable) {
				t.Errorf("a variable: %v", err)
			}
		})
	}
	for _, program := range []string{"/opt/$HOME/p", `/opt/"p"`, "/opt/it's/p", `/opt/a\b`} {
		if _, err := unit.Service(unit.Config{Program: program}); !errors.Is(err, unit.ErrUnquotable) {
			t.Errorf("%s: %v", program, err)
		}
	}
}

// TestSystemdReadsThem has systemd's own checker read the units.
func TestSystemdReadsThem(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "systemd-analyze")
	for name, config := range map[string]unit.Config{"ordinary": {}, "odd": {Socket: odd.Socket, Environ: odd.Environ}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "100% best; it is")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			config.Program = filepath.Join(dir, "bento-credd")
			if err := os.WriteFile(config.Program, []byte("#!/bin/true\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			service, err := unit.Service(config)
			if err != nil {
				t.Fatal(err)
			}
			socket, err := unit.Socket(config)
			if err != nil {
				t.Fatal(err)
			}
			units := t.TempDir()
			for file, text := range map[string][]byte{"bento-cred.service": service, "bento-cred.socket": socket} {
				if err := os.WriteFile(filepath.Join(units, file), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("systemd-analyze", "verify", "--user", "--man=no",
				filepath.Join(units, "bento-cred.service"), filepath.Join(units, "bento-cred.socket"))
			cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if err != nil || strings.Contains(string(out), "bento-cred") {
				t.Errorf("systemd-analyze verify: %v\n%s\n%s", err, out, service)
			}
		})
	}
}

// mostExposed is what systemd may give the unit, in tenths of its points for what is left
// open to a service. What would lower it further wants a user namespace, which not every
// system gives to its users; a service that is hardened and not there is of no use.
const mostExposed = "66"

func TestHardened(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "systemd-analyze")
	service, err := unit.Service(unit.Config{Program: "/bin/true"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bento-cred.service")
	if err := os.WriteFile(path, service, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("systemd-analyze", "security", "--user", "--offline=true", "--threshold="+mostExposed, "--no-pager", path)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}

// TestPropertyListIsRead has a reader of property lists that is not ours read the agent,
// and say what launchd would.
func TestPropertyListIsRead(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "python3")
	got, err := unit.Agent(odd)
	if err != nil {
		t.Fatal(err)
	}
	const read = `
import plistlib, sys
p = plistlib.loads(sys.stdin.buffer.read())
for v in (p["Label"], p["ProgramArguments"], p["Sockets"]["Listener"]["SockPathName"], oct(p["Sockets"]["Listener"]["SockPathMode"]),
          p["EnvironmentVariables"], p["StandardErrorPath"], p["RunAtLoad"], p["KeepAlive"], oct(p["Umask"])):
    print(v)`
	cmd := exec.Command("python3", "-c", read)
	cmd.Stdin = strings.NewReader(string(got))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := unit.Label + "\n" +
		`['/opt/100% "best" & <more>/it\'s/bento-credd', 'run']` + "\n" +
		odd.Socket + "\n0o600\n" +
		`{'XDG_DATA_HOME': '/data dir/100%', 'GNUPGHOME': '/g"\\&<x>'}` + "\n" +
		odd.Log + "\nTrue\n{'SuccessfulExit': False}\n0o77\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
