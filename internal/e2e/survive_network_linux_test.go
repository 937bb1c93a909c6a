package e2e_test

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// hostsAge is how long a program goes by what it has read of the table of hosts.
const hostsAge = 6 * time.Second

// TestNetworkThatChanges has the name of the cloud lead somewhere, then nowhere, as when
// there is no network and no name server, and then to another address, as in another
// network. The daemon is told of nothing; it serves all along, and revokes nothing.
func TestNetworkThatChanges(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can give a program a table of hosts of its own")
	}
	realpart.Need(t, "unshare", "mount")
	p, _ := newHome(t)
	cloud := cloudtest.New(t, cloudtest.Config{TLS: true, Tokens: []cloudtest.Token{{Value: tokenDeveloper, Developer: true}}})
	address, err := url.Parse(cloud.URL())
	if err != nil {
		t.Fatal(err)
	}
	const name = "example.com" // the stand-in's certificate is made out to it
	endpoint := "https://" + net.JoinHostPort(name, address.Port())
	hosts, servers := filepath.Join(p.root, "hosts"), filepath.Join(p.root, "resolv.conf")
	lead := func(to string) {
		t.Helper()
		text := ""
		if to != "" {
			text = to + " " + name + "\n"
		}
		if err := os.WriteFile(hosts, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(hostsAge)
	}
	writeAll(t, map[string]string{
		hosts:                                "127.0.0.3 " + name + "\n",
		servers:                              "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", // nobody serves names there
		filepath.Join(p.root, "authorities"): string(cloud.Certificate()),
		filepath.Join(p.home, ".config", "bento-cred", "config.toml"): "[health]\ninterval = \"1s\"\n[login]\ntimeout = \"3s\"\n",
	})
	startWithHosts(t, p, hosts, servers)
	first := forward(t, net.JoinHostPort("127.0.0.3", address.Port()), address.Host)

	p.login(t, endpoint, "default", tokenDeveloper)
	first.dead.Store(true)
	lead("")
	p.token(t, "without a network")
	begin := time.Now()
	status, _, complaint := p.try(t, tokenDeveloper, ipc.ProgramHelper, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", "more")
	if status != ipc.Unreachable.ExitStatus() || !strings.Contains(complaint, name) || time.Since(begin) > 5*time.Second {
		t.Errorf("a login without a network: status %d after %v: %s", status, time.Since(begin), complaint)
	}

	elsewhere := forward(t, net.JoinHostPort("127.0.0.2", address.Port()), address.Host)
	lead("127.0.0.2")
	p.login(t, endpoint, "more", tokenDeveloper)
	if elsewhere.came.Load() == 0 {
		t.Error("nobody came to the new address")
	}
	p.token(t, "in another network")
	var shown management.Status
	if err := json.Unmarshal([]byte(p.run(t, p.home, "", ipc.ProgramHelper, "status", "-o", "json")), &shown); err != nil {
		t.Fatal(err)
	}
	for _, c := range shown.Contexts {
		for _, each := range c.Tokens {
			if each.Refused != "" {
				t.Errorf("a token of %s counts as refused: %s", c.Name, each.Refused)
			}
		}
	}
}

// writeAll writes files that only their owner can read.
func writeAll(t *testing.T, files map[string]string) {
	t.Helper()
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// startWithHosts starts the daemon of a place with a table of hosts and of name servers of
// its own.
func startWithHosts(t *testing.T, p *place, hosts, servers string) {
	t.Helper()
	const script = `mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && exec bento-credd run`
	daemon := p.command(context.WithoutCancel(t.Context()), "unshare", "-m", "sh", "-c", script, "sh", hosts, servers)
	daemon.Env = append(daemon.Env, "SSL_CERT_FILE="+filepath.Join(p.root, "authorities"), "NO_PROXY=*")
	var log strings.Builder
	daemon.Stderr = &log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = daemon.Wait()                          // it ends by a signal
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for late := time.Now().Add(patience); ; time.Sleep(pause) {
		if _, err := pidAt(filepath.Join(p.root, "s")); err == nil {
			return
		} else if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

// way is a way to a cloud that can be cut as a network is: nobody is told.
type way struct {
	came atomic.Int32
	dead atomic.Bool
}

// forward carries what comes to one address to another.
func forward(t *testing.T, from, to string) *way {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", from)
	if err != nil {
		t.Skipf("this machine has no such address: %v", err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	w := &way{}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			w.came.Add(1)
			far, err := (&net.Dialer{}).DialContext(context.WithoutCancel(t.Context()), "tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go w.carry(near, far)
			go w.carry(far, near)
		}
	}()
	return w
}

// carry carries bytes until one end closes, or into nothing once the way is dead.
func (w *way) carry(from, to net.Conn) {
	defer func() { _ = from.Close(); _ = to.Close() }()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if w.dead.Load() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
