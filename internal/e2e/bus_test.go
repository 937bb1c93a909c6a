//go:build unix

package e2e_test

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

const (
	secretService = "org.freedesktop.secrets"
	secretsPath   = dbus.ObjectPath("/org/freedesktop/secrets")
)

// cmdBus gives the script a message bus, on which nothing starts by itself, and a
// GNOME Keyring without a screen to ask anybody on.
//
//	bus start             its address is in $DBUS_SESSION_BUS_ADDRESS
//	bus keyring PASSWORD  start the keyring, unlocked; make it where there is none
//	bus lock              lock it
//	bus unlock PASSWORD   unlock it, as its owner does at the screen
//	bus kill              end the keyring as a crash would
//	bus stop              end the bus
func cmdBus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: bus start | keyring PASSWORD | lock | unlock PASSWORD | kill | stop")
	}
	s := sceneOf(ts)
	switch args[0] {
	case "start":
		realpart.Need(s.test, "dbus-daemon", "gnome-keyring-daemon")
		startBus(ts)
	case "keyring":
		s.keyring = background(ts, strings.NewReader(args[1]),
			"gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
		awaitKeyring(ts)
	case "lock":
		lockKeyring(ts)
	case "unlock":
		unlockKeyring(ts, args[1])
	case "stop":
		end(s.bus)
	case "kill":
		ts.Check(syscall.Kill(s.keyring.Process.Pid, syscall.SIGKILL))
		_ = s.keyring.Wait() // it was killed, which is an error
	default:
		ts.Fatalf("there is no bus %s", args[0])
	}
}

// lockKeyring locks the keyring, and makes sure that it is: that the call was answered does not
// say so.
func lockKeyring(ts *testscript.TestScript) {
	conn := dialBus(ts)
	defer func() { _ = conn.Close() }() // the answer is there
	const path = secretsPath + "/collection/login"
	for late := time.Now().Add(patience); ; time.Sleep(pause) {
		ts.Check(conn.Object(secretService, secretsPath).Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{path}).Err)
		locked, err := conn.Object(secretService, path).GetProperty("org.freedesktop.Secret.Collection.Locked")
		ts.Check(err)
		if locked.Value() == true {
			return
		}
		if time.Now().After(late) {
			ts.Fatalf("the keyring does not lock")
		}
	}
}

// unlockKeyring unlocks the keyring by the call that GNOME Keyring has for its own tools.
func unlockKeyring(ts *testscript.TestScript, password string) {
	conn := dialBus(ts)
	defer func() { _ = conn.Close() }() // the answer is there
	var ignored dbus.Variant
	var session dbus.ObjectPath
	service := conn.Object(secretService, secretsPath)
	ts.Check(service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&ignored, &session))
	secret := struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		Type              string
	}{session, []byte{}, []byte(password), "text/plain"}
	const unlock = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword"
	ts.Check(service.Call(unlock, 0, secretsPath+"/collection/login", secret).Err)
}

// startBus starts a bus that starts no services.
func startBus(ts *testscript.TestScript) {
	root := sceneOf(ts).root
	config := filepath.Join(root, "bus.conf")
	write(ts, config, `<busconfig><type>session</type><listen>unix:path=`+root+`/bus</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`)
	cmd := command(ts, "dbus-daemon", []string{"--config-file=" + config, "--nofork", "--print-address"})
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	sceneOf(ts).bus = cmd
	ts.Defer(func() { end(cmd) })
	address, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	ts.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	ts.Setenv("XDG_RUNTIME_DIR", root)
}

// background starts a program that ends with the script.
func background(ts *testscript.TestScript, stdin *strings.Reader, name string, args ...string) *exec.Cmd {
	cmd := command(ts, name, args)
	cmd.Stdin = stdin
	ts.Check(cmd.Start())
	ts.Defer(func() { end(cmd) })
	return cmd
}

// end ends a program, if it has not ended yet, and waits for that.
func end(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may be on its way already
		_ = cmd.Wait()                          // it ends by a signal, which is an error
	}
}

func dialBus(ts *testscript.TestScript) *dbus.Conn {
	conn, err := dbus.Connect(ts.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	ts.Check(err)
	return conn
}

// awaitKeyring returns when the keyring is on the bus.
func awaitKeyring(ts *testscript.TestScript) {
	conn := dialBus(ts)
	defer func() { _ = conn.Close() }() // the answer is there
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(pause) {
		var there bool
		ts.Check(conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretService).Store(&there))
		if there {
			return
		}
	}
	ts.Fatalf("the keyring did not come")
}
