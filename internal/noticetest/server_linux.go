package noticetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// Where a notification server is found on a bus.
const (
	Service = "org.freedesktop.Notifications"
	Path    = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// Server is a notification server as a person sees it: one notice is up at a time in
// these tests.
type Server interface {
	// Up returns the number of notices that are up.
	Up() int
	// Click clicks on the notice that is up.
	Click()
	// Dismiss closes the notice that is up.
	Dismiss()
	// History returns title and text of the notices that are up no more, the latest
	// first.
	History() [][2]string
}

// dunst is a real server, on a display of its own.
type dunst struct {
	t       *testing.T
	bus     *Bus
	display string
	conn    *dbus.Conn
}

// NewDunst starts dunst on a display of its own.
func NewDunst(t *testing.T, b *Bus, markup string) Server {
	t.Helper()
	realpart.Need(t, "dunst", "xdotool")
	d := &dunst{t: t, bus: b, display: display(t), conn: b.Connect()}
	b.Write("dunstrc", `[global]
width = 300
origin = top-left
offset = 0x0
mouse_left_click = do_action
markup = `+markup+"\n")
	run(t, b.Dir, []string{"DBUS_SESSION_BUS_ADDRESS=" + b.Address, d.display}, nil, "dunst", "-config", b.Dir+"/dunstrc")
	b.WaitFor(Service)
	return d
}

func (d *dunst) Up() int {
	value, err := d.conn.Object(Service, Path).GetProperty("org.dunstproject.cmd0.displayedLength")
	if err != nil {
		d.t.Fatal(err)
	}
	number, _ := value.Value().(uint32)
	return int(number)
}

func (d *dunst) Click() {
	d.t.Helper()
	// It takes a click where it is drawn, which is a moment after it is up.
	Eventually(d.t, "the notice is drawn", func() bool {
		return output(d.t, []string{d.display}, "xdotool", "search", "--onlyvisible", "--name", "Dunst") != ""
	})
	time.Sleep(200 * time.Millisecond)
	output(d.t, []string{d.display}, "xdotool", "mousemove", "40", "20", "click", "1")
}

func (d *dunst) Dismiss() {
	d.t.Helper()
	if err := d.conn.Object(Service, Path).Call("org.dunstproject.cmd0.NotificationCloseLast", 0).Err; err != nil {
		d.t.Fatal(err)
	}
}

func (d *dunst) History() [][2]string {
	d.t.Helper()
	var entries []map[string]dbus.Variant
	if err := d.conn.Object(Service, Path).Call("org.dunstproject.cmd0.NotificationListHistory", 0).Store(&entries); err != nil {
		d.t.Fatal(err)
	}
	var past [][2]string
	for _, entry := range entries {
		title, _ := entry["summary"].Value().(string)
		text, _ := entry["body"].Value().(string)
		past = append(past, [2]string{title, text})
	}
	return past
}

// Fake is a server in a few lines, for machines without a display, and for what a real
// one does seldom. It is exported to the bus, and tells only whom it concerns.
type Fake struct {
	t            *testing.T
	Conn         *dbus.Conn
	Asked        chan dbus.Sender // who asked one that is mute
	capabilities []string
	mute         bool // it does not answer

	mu     sync.Mutex // guards what is below
	next   uint32
	notes  []Note
	past   [][2]string
	latest Note
}

// Note is a call of Notify.
type Note struct {
	ID, Replaces uint32
	Sender       dbus.Sender
	App, Icon    string
	Title, Text  string
	Actions      []string
	Hints        map[string]dbus.Variant
	Expires      int32
}

// NewFake starts a fake that can do what capabilities say.
func NewFake(t *testing.T, b *Bus, capabilities ...string) *Fake {
	t.Helper()
	f := &Fake{t: t, Conn: b.Connect(), capabilities: capabilities}
	f.Serve()
	return f
}

// NewMute starts one that does not answer.
func NewMute(t *testing.T, b *Bus) *Fake {
	t.Helper()
	f := &Fake{t: t, Conn: b.Connect(), mute: true, Asked: make(chan dbus.Sender, 16)}
	f.Serve()
	return f
}

// Serve has the bus know of it.
func (f *Fake) Serve() {
	f.t.Helper()
	if err := f.Conn.Export(f, Path, Service); err != nil {
		f.t.Fatal(err)
	}
	if reply, err := f.Conn.RequestName(Service, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		f.t.Fatalf("owning the name: %v, %v", reply, err)
	}
}

// Leave takes the server off the bus, which knows of it when Leave returns: it sees a closed
// connection only when it comes round to it.
func (f *Fake) Leave() {
	_, _ = f.Conn.ReleaseName(Service) // the connection may be gone by now
	_ = f.Conn.Close()
}

// GetCapabilities is a method of the specification.
func (f *Fake) GetCapabilities(sender dbus.Sender) ([]string, *dbus.Error) {
	if f.mute {
		f.Asked <- sender
		<-f.t.Context().Done()
	}
	return f.capabilities, nil
}

// Notify is a method of the specification.
func (f *Fake) Notify(sender dbus.Sender, app string, replaces uint32, icon, title, text string,
	actions []string, hints map[string]dbus.Variant, expires int32,
) (uint32, *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := Note{
		ID: replaces, Replaces: replaces, Sender: sender, App: app, Icon: icon, Title: title, Text: text,
		Actions: actions, Hints: hints, Expires: expires,
	}
	at := slices.IndexFunc(f.notes, func(other Note) bool { return other.ID == replaces })
	if at >= 0 {
		f.notes[at] = n
	} else {
		f.next++
		n.ID = f.next
		f.notes = append(f.notes, n)
	}
	f.latest = n
	return n.ID, nil
}

// CloseNotification is a method of the specification.
func (f *Fake) CloseNotification(id uint32) *dbus.Error {
	const byCall = 3
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closeLocked(id, byCall) {
		return dbus.NewError(Service+".Error.InvalidId", nil)
	}
	return nil
}

// closeLocked reports whether there was such a notice.
func (f *Fake) closeLocked(id, reason uint32) bool {
	at := slices.IndexFunc(f.notes, func(n Note) bool { return n.ID == id })
	if at < 0 {
		return false
	}
	n := f.notes[at]
	f.notes = slices.Delete(f.notes, at, at+1)
	f.past = append([][2]string{{n.Title, n.Text}}, f.past...)
	f.Tell(n.Sender, "NotificationClosed", id, reason)
	return true
}

// Tell sends a signal to one program on the bus.
func (f *Fake) Tell(to dbus.Sender, member string, body ...any) {
	message := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(string(to)),
		dbus.FieldPath:        dbus.MakeVariant(Path),
		dbus.FieldInterface:   dbus.MakeVariant(Service),
		dbus.FieldMember:      dbus.MakeVariant(member),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(body...)),
	}, Body: body}
	f.Conn.Send(message, nil)
}

// Up implements Server.
func (f *Fake) Up() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.notes)
}

// Click implements Server.
func (f *Fake) Click() {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.notes[len(f.notes)-1]
	f.Tell(n.Sender, "ActionInvoked", n.ID, n.Actions[0])
	f.closeLocked(n.ID, 2)
}

// Dismiss implements Server.
func (f *Fake) Dismiss() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closeLocked(f.notes[len(f.notes)-1].ID, 2)
}

// History implements Server.
func (f *Fake) History() [][2]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.past)
}

// Last returns the last call of Notify.
func (f *Fake) Last() Note {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest
}

// NewStranger returns a program on the bus that is no server and can say what one says.
func NewStranger(t *testing.T, b *Bus) *Fake {
	t.Helper()
	return &Fake{t: t, Conn: b.Connect()}
}
