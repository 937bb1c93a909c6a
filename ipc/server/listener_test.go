//go:build unix

package server_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/server"
)

func TestListenMakesItPrivate(t *testing.T) {
	path := filepath.Join(filepath.Dir(socketPath(t)), "deep", "s")
	listener, err := server.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for file, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", file, info.Mode().Perm(), err, want)
		}
	}
}

func TestListenRefusesASecondDaemon(t *testing.T) {
	r := serve(t, ipctest.NewMemory())
	if _, err := server.Listen(r.path); !errors.Is(err, server.ErrRunning) {
		t.Errorf("error %v, want ErrRunning", err)
	}
	if _, err := r.dial(t).Ping(t.Context()); err != nil {
		t.Errorf("the first daemon no longer answers: %v", err)
	}
}

func TestListenReplacesAStaleSocket(t *testing.T) {
	path := socketPath(t)
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	listener, err := server.Listen(path)
	if err != nil {
		t.Fatalf("a dead daemon's socket stands in the way: %v", err)
	}
	_ = listener.Close()
}

func TestListenRemovesNothingElse(t *testing.T) {
	path := socketPath(t)
	if err := os.WriteFile(path, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Listen(path); err == nil {
		t.Error("a file was taken for a socket")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "somebody's" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

// ATTACK: a program that is no bento-credd, without its lock, serves the path.
// THIS TEST VERIFIES: it is not pushed aside in silence.
func TestListenAsksBeforeItRemoves(t *testing.T) {
	path := socketPath(t)
	other, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := server.Listen(path); !errors.Is(err, server.ErrRunning) {
		t.Errorf("error %v, want ErrRunning", err)
	}
}

// ATTACK: the socket's directory can be written by other users, who could put their
// own socket in the place of ours.
// THIS TEST VERIFIES: the daemon does not listen there.
func TestListenRefusesASharedDirectory(t *testing.T) {
	path := socketPath(t)
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Listen(path); err == nil || !strings.Contains(err.Error(), "chmod go-w") {
		t.Errorf("error %v, want one that says chmod go-w", err)
	}
}

// nobody is the user that owns nothing.
const nobody = 65534

// foreignVariable makes the test binary a peer of another user.
const foreignVariable = "BENTO_CRED_TEST_FOREIGN_PEER"

// leaverVariable makes the test binary a peer that connects and ends, and leaves its
// connection to another process.
const leaverVariable = "BENTO_CRED_TEST_LEAVER"

// leave connects to the socket at path, has another process keep the connection, and tells its
// number.
func leave(path string) int {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return 2
	}
	file, err := conn.File()
	if err != nil {
		return 3
	}
	heir := exec.Command("sleep", "60")
	heir.ExtraFiles = []*os.File{file}
	if err := heir.Start(); err != nil {
		return 4
	}
	fmt.Println(heir.Process.Pid)
	return 0
}

func TestMain(m *testing.M) {
	if path := os.Getenv(leaverVariable); path != "" {
		os.Exit(leave(path))
	}
	if path := os.Getenv(foreignVariable); path != "" {
		os.Exit(foreignPeer(path))
	}
	goleak.VerifyTestMain(m) // nobody who connects may leave a goroutine behind
}

// foreignPeer sends a good request and returns 0 when the connection ends unanswered.
func foreignPeer(path string) int {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return 2
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "bento-cred/1\nop=ping\n\n") // the door may be shut already
	answer, _ := io.ReadAll(conn)                            // a reset is an end too
	if len(answer) > 0 {
		return 3
	}
	return 0
}

// ATTACK: another user reaches the socket, through modes that somebody loosened, and
// sends a request that would be good.
// THIS TEST VERIFIES: the connection is closed without an answer.
func TestAnotherUserIsTurnedAway(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to become another user")
	}
	r := serve(t, ipctest.NewMemory())
	for file, mode := range map[string]os.FileMode{filepath.Dir(r.path): 0o755, r.path: 0o666} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(filepath.Dir(r.path), "peer")
	if err := os.WriteFile(copied, program, 0o755); err != nil {
		t.Fatal(err)
	}
	peer := exec.Command(copied)
	peer.Dir = "/"
	peer.Env = []string{foreignVariable + "=" + r.path}
	peer.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if output, err := peer.CombinedOutput(); err != nil {
		t.Errorf("the foreign peer: %v (2: could not connect, 3: was answered)\n%s", err, output)
	}
}

// ATTACK: another user's socket stands where ours belongs.
// THIS TEST VERIFIES: the client writes nothing to it.
func TestClientTrustsNoOtherUsersSocket(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to give the socket away")
	}
	r := serve(t, ipctest.NewMemory())
	if err := os.Chown(r.path, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	_, err := ipc.Dial(t.Context(), ipc.Config{Socket: r.path})
	if !errors.Is(err, ipc.Untrusted) || ipc.AsError(err).Hint == "" {
		t.Errorf("error %v, want untrusted with a hint", err)
	}
}
