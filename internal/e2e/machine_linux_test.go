package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// machine is a system of its own, booted by a real systemd over an overlay of this
// machine's root: what it writes is gone with it, and it sees no network but its own.
type machine struct {
	root   string // its root directory, as seen from here
	mount  string
	nspawn *exec.Cmd
	init   int      // its first process, as seen from here
	log    *os.File // what it says
}

// person is who a machine's commands run as.
const person = "alice"

const (
	bootTime = 5 * time.Minute
	bootPoll = 250 * time.Millisecond
	offTime  = 30 * time.Second
)

// bootTarget is what a machine boots to: what a login wants, and not whatever else is
// installed and may wait for a network that is not there.
const (
	bootTarget = "ready.target"
	bootUnit   = `[Unit]
Requires=basic.target
Wants=dbus.socket systemd-logind.service systemd-user-sessions.service
After=basic.target dbus.socket systemd-logind.service systemd-user-sessions.service
AllowIsolate=yes
`
)

// boot boots a machine, and ends it with the test.
func boot(t *testing.T) *machine {
	t.Helper()
	realpart.Need(t, "systemd-nspawn", "nsenter", "mount", "umount", "useradd", "runuser")
	if os.Getuid() != 0 {
		realpart.Missing(t, "a machine of its own can only be booted by root")
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() }) // it was for failures
	m := &machine{log: log}
	if m.mount, err = os.MkdirTemp("", "bcm"); err != nil {
		t.Fatal(err)
	}
	m.root = filepath.Join(m.mount, "root")
	t.Cleanup(func() { m.end(t) })
	local(t, "mount", "-t", "tmpfs", "-o", "size=2g,mode=755", "tmpfs", m.mount)
	for _, dir := range []string{"root", "upper", "work"} {
		if err := os.Mkdir(filepath.Join(m.mount, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	local(t, "mount", "-t", "overlay", "overlay", "-o",
		"lowerdir=/,upperdir="+filepath.Join(m.mount, "upper")+",workdir="+filepath.Join(m.mount, "work"), m.root)
	if err := os.WriteFile(filepath.Join(m.root, "etc/systemd/system", bootTarget), []byte(bootUnit), 0o644); err != nil {
		t.Fatal(err)
	}
	m.nspawn = exec.Command("systemd-nspawn", "--quiet", "--directory="+m.root, "--boot", "--private-network",
		"--register=no", "--keep-unit", "--console=pipe", "--link-journal=no", "--machine="+filepath.Base(m.mount),
		"systemd.unit="+bootTarget)
	m.nspawn.Stdout, m.nspawn.Stderr = m.log, m.log
	m.nspawn.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := m.nspawn.Start(); err != nil {
		t.Fatal(err)
	}
	m.await(t)
	m.must(t, "root", "useradd --create-home "+person+" && loginctl enable-linger "+person)
	m.must(t, person, `for i in $(seq 200); do test -S $XDG_RUNTIME_DIR/systemd/private && exit; sleep 0.05; done; exit 1`)
	return m
}

// await waits until the machine is up.
func (m *machine) await(t *testing.T) {
	t.Helper()
	children := fmt.Sprintf("/proc/%d/task/%[1]d/children", m.nspawn.Process.Pid)
	lastly := ""
	for late := time.Now().Add(bootTime); ; time.Sleep(bootPoll) {
		if m.init == 0 {
			text, _ := os.ReadFile(children) // empty while there is none
			m.init = initAmong(strings.Fields(string(text)))
		}
		if m.init != 0 {
			said, err := m.as("root", "systemctl is-active "+bootTarget+" || systemctl list-jobs")
			if lastly = said; err == nil && strings.TrimSpace(said) == "active" {
				return
			}
		}
		if time.Now().After(late) {
			said, _ := os.ReadFile(m.log.Name()) // shown only
			t.Fatalf("the machine does not boot:\n%s\n%s", lastly, said)
		}
	}
}

// initAmong returns the process that is number 1 in its own pid namespace; 0 where none is
// yet. The first child of systemd-nspawn is not: it makes that one, and ends.
func initAmong(pids []string) int {
	for _, pid := range pids {
		status, _ := os.ReadFile("/proc/" + pid + "/status") // of one that may have ended
		_, numbers, _ := strings.Cut(string(status), "\nNSpid:")
		numbers, _, _ = strings.Cut(numbers, "\n")
		if fields := strings.Fields(numbers); len(fields) > 1 && fields[len(fields)-1] == "1" {
			number, _ := strconv.Atoi(pid) // the kernel writes a number
			return number
		}
	}
	return 0
}

// as runs a shell script as a user of the machine and returns what it wrote, to standard
// error too.
func (m *machine) as(who, script string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	home := "/home/" + who
	if who == "root" {
		home = "/root"
	}
	cmd := exec.CommandContext(ctx, "nsenter", "--target", strconv.Itoa(m.init), "--mount", "--uts", "--ipc", "--pid",
		"--cgroup", "--net", "--", "runuser", "-u", who, "--", "env", "-i", "HOME="+home, "USER="+who,
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "bash", "-c",
		`cd; export XDG_RUNTIME_DIR=/run/user/$(id -u); eval "$(cat)" </dev/null`)
	cmd.Stdin = strings.NewReader(script)
	// A file, not a pipe: a daemon that a script leaves behind would hold a pipe open.
	out, err := os.CreateTemp("", "bcm")
	if err != nil {
		return "", err
	}
	defer func() { _, _ = out.Close(), os.Remove(out.Name()) }() // it was only read here
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	said, readErr := os.ReadFile(out.Name())
	return string(said), errors.Join(err, readErr)
}

// must is as for a script that has to succeed.
func (m *machine) must(t *testing.T, who, script string) string {
	t.Helper()
	said, err := m.as(who, "set -eu\n"+script)
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", who, err, script, said)
	}
	return said
}

// end turns the machine off and takes it away.
func (m *machine) end(t *testing.T) {
	t.Helper()
	if m.nspawn != nil && m.nspawn.Process != nil {
		if m.init != 0 {
			_, _ = m.as("root", "systemctl poweroff") // it is killed where that fails
		}
		ended := make(chan struct{})
		go func() { _ = m.nspawn.Wait(); close(ended) }() // how it ends is no matter
		select {
		case <-ended:
		case <-time.After(offTime):
			if m.init != 0 {
				_ = syscall.Kill(m.init, syscall.SIGKILL) // the machine ends with its first process
			}
			_ = m.nspawn.Process.Kill()
			<-ended
		}
	}
	for _, dir := range []string{m.root, m.mount} {
		_ = exec.Command("umount", "--lazy", dir).Run() // it may not have got that far
	}
	if err := os.Remove(m.mount); err != nil {
		t.Error(err)
	}
}

// local runs a command on this machine; where it is refused, as mounting is in many
// containers, there is no machine to be had.
func local(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		realpart.Missing(t, fmt.Sprintf("%s %s: %v: %s", name, strings.Join(args, " "), err, out))
	}
}
