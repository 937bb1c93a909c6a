package place

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	secretService   = "org.freedesktop.secrets"
	keyringPassword = "made-up-password"
)

// Keyring is a message bus of our own, on which nothing starts by itself, with a GNOME
// Keyring that is unlocked.
type Keyring struct {
	Address string
	Environ []string

	bus, keyring *Child
}

// StartKeyring starts a Keyring that lives in dir. It fails where the programs for it are
// not installed.
func StartKeyring(dir string) (*Keyring, error) {
	for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, errors.New(program + " is not on PATH")
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	k := &Keyring{}
	err := k.startBus(dir)
	if err == nil {
		err = k.startKeyring()
	}
	if err != nil {
		k.End()
		return nil, err
	}
	return k, nil
}

// PID returns the process of the keyring.
func (k *Keyring) PID() int { return k.keyring.PID() }

// End ends the keyring, and its bus.
func (k *Keyring) End() {
	for _, child := range []*Child{k.keyring, k.bus} {
		if child != nil {
			child.End()
		}
	}
}

func (k *Keyring) startBus(dir string) error {
	config := filepath.Join(dir, "bus.conf")
	text := `<busconfig><type>session</type><listen>unix:path=` + dir + `/bus</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	//nolint:noctx // It is ended.
	cmd := exec.Command("dbus-daemon", "--config-file="+config, "--nofork", "--print-address=3")
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = read.Close() }() // it was only read
	cmd.ExtraFiles = []*os.File{write}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, noBus}
	k.bus, err = StartChild(cmd)
	_ = write.Close() // the bus has its own
	if err != nil {
		return err
	}
	address, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return fmt.Errorf("reading the address of the bus: %w", err)
	}
	k.Address = strings.TrimSpace(address)
	k.Environ = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"DBUS_SESSION_BUS_ADDRESS=" + k.Address,
	}
	return nil
}

func (k *Keyring) startKeyring() error {
	//nolint:noctx // It is ended.
	cmd := exec.Command("gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
	cmd.Stdin, cmd.Env = strings.NewReader(keyringPassword), k.Environ
	var err error
	if k.keyring, err = StartChild(cmd); err != nil {
		return err
	}
	conn, err := dbus.Connect(k.Address)
	if err != nil {
		return fmt.Errorf("connecting to the bus: %w", err)
	}
	defer func() { _ = conn.Close() }() // the answer is there
	return k.keyring.Await(func() bool {
		var there bool
		err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretService).Store(&there)
		if !there {
			time.Sleep(10 * time.Millisecond)
		}
		return err == nil && there
	})
}
