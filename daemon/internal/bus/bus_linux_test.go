package bus_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/bus"
	"github.com/bento-cred/bento-cred/internal/noticetest"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	b := noticetest.NewBus(t)
	socket := filepath.Join(b.Dir, "bus")
	tests := map[string]struct {
		address string
		there   bool
	}{
		"a path":                   {"unix:path=" + socket, true},
		"with what nobody needs":   {"unix:x=y,path=" + socket + ",guid=0,,z", true},
		"escaped":                  {"unix:path=" + b.Dir + "/%62us", true},
		"the second of two":        {"unix:path=" + b.Dir + "/gone;unix:path=" + socket, true},
		"after one of no use":      {"disabled:;;unix:path=" + socket, true},
		"empty":                    {"", false},
		"nowhere":                  {"disabled:", false},
		"of nothing":               {"unix:", false},
		"no path":                  {"unix:path=,guid=0", false},
		"both":                     {"unix:path=" + socket + ",abstract=" + socket, false},
		"badly escaped":            {"unix:path=" + b.Dir + "/%6", false},
		"nothing there":            {"unix:path=" + b.Dir + "/gone", false},
		"abstract, nothing there":  {"unix:abstract=" + socket, false},
		"a bus that is to be made": {"autolaunch:", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			conn, err := bus.Connect(ctx, ctx, test.address)
			if test.there != (err == nil) {
				t.Errorf("Connect = %v", err)
			}
			if err == nil && conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetId", 0).Err != nil {
				t.Error("the bus does not answer")
			}
		})
	}
}

// TestAbstractSocket has only the name of a bus, at which nobody says anything.
func TestAbstractSocket(t *testing.T) {
	t.Parallel()
	name := "bento-cred-" + filepath.Base(t.TempDir()) + time.Now().Format("150405.000000000")
	silent, err := net.Listen("unix", "@"+name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	hangs(t, silent, "unix:abstract="+name, bus.Connect)
}

// TestBusThatHangs: the end of ctx ends the waiting, and the end of life the connection.
func TestBusThatHangs(t *testing.T) {
	t.Parallel()
	for name, connect := range map[string]func(ctx, life context.Context, address string) (*dbus.Conn, error){
		"plain": bus.Connect, "for descriptors": bus.ConnectForDescriptors,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			silent, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = silent.Close() }()
			hangs(t, silent, "unix:path="+silent.Addr().String(), connect)
		})
	}
}

// hangs connects to a bus that says nothing.
func hangs(t *testing.T, silent net.Listener, address string, connect func(ctx, life context.Context, address string) (*dbus.Conn, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	life, end := context.WithCancel(t.Context())
	defer end()
	if conn, err := connect(ctx, life, address); conn != nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("connected to %v, %v", conn, err)
	}
	peer, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = peer.Close() }()
	end()
	if err := peer.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(peer); err != nil {
		t.Errorf("the connection stays: %v", err)
	}
}

// TestNoDescriptors has a program send a descriptor to another.
//
// VULNERABILITY: on the system bus, any user may send a signal with descriptors in it to any
// connection that has agreed to them, and the library keeps those that nobody asked for.
// ATTACK: another user fills the daemon with descriptors, until it can open no file, and so
// cannot lock itself.
// THIS TEST VERIFIES that a connection is sent none, but the kind that is for them.
func TestNoDescriptors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		connect func(ctx, life context.Context, address string) (*dbus.Conn, error)
		arrives bool
	}{
		"plain":           {bus.Connect, false},
		"for descriptors": {bus.ConnectForDescriptors, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := noticetest.NewBus(t)
			conn, err := test.connect(t.Context(), t.Context(), b.Address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			signals := make(chan *dbus.Signal, 8)
			conn.Signal(signals)
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = reader.Close() }()
			sender := b.Connect()
			send(sender, conn.Names()[0], "Descriptor", dbus.UnixFD(writer.Fd()))
			_ = writer.Close()
			send(sender, conn.Names()[0], "Word", "hello")
			arrived := false
			for signal := range signals {
				if signal.Name == "org.example.Descriptor" {
					arrived = true
				}
				if signal.Name == "org.example.Word" {
					break
				}
			}
			if arrived != test.arrives {
				t.Errorf("it arrived: %t", arrived)
			}
			if test.arrives {
				return // it ends with the process
			}
			if err := reader.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := reader.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("somebody keeps the descriptor: %v", err)
			}
		})
	}
}

// send sends a signal to one connection.
func send(from *dbus.Conn, to, member string, body any) {
	from.Send(&dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(to),
		dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/")),
		dbus.FieldInterface:   dbus.MakeVariant("org.example"),
		dbus.FieldMember:      dbus.MakeVariant(member),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(body)),
	}, Body: []any{body}}, make(chan *dbus.Call, 1))
}

func TestOwner(t *testing.T) {
	t.Parallel()
	const name = "org.example.Name"
	b := noticetest.NewBus(t)
	conn, err := bus.Connect(t.Context(), t.Context(), b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if owner, err := bus.Owner(t.Context(), conn, name); owner != "" || err != nil {
		t.Errorf("Owner of nobody's = %q, %v", owner, err)
	}
	other := b.Connect()
	if _, err := other.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	if owner, err := bus.Owner(t.Context(), conn, name); owner != other.Names()[0] || err != nil {
		t.Errorf("Owner = %q, %v", owner, err)
	}
	b.Daemon.Kill()
	if owner, err := bus.Owner(t.Context(), conn, name); owner != "" || err == nil || bus.IsAnswer(err) {
		t.Errorf("Owner without a bus = %q, %v", owner, err)
	}
}
