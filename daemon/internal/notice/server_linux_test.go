package notice_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

const (
	service = "org.freedesktop.Notifications"
	path    = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// server is a notification server as a person sees it: one notice is up at a time in
// these tests.
type server interface {
	// up returns the number of notices that are up.
	up() int
	// click clicks on the notice that is up.
	click()
	// dismiss closes the notice that is up.
	dismiss()
	// history returns title and text of the notices that are up no more, the latest
	// first.
	history() [][2]string
}

// dunst is a real server, on a display of its own.
type dunst struct {
	t       *testing.T
	bus     *bus
	display string
	conn    *dbus.Conn
}

func newDunst(t *testing.T, b *bus, markup string) server {
	t.Helper()
	realpart.Need(t, "dunst", "xdotool")
	d := &dunst{t: t, bus: b, display: display(t), conn: b.connect()}
	b.write("dunstrc", `[global]
width = 300
origin = top-left
offset = 0x0
mouse_left_click = do_action
markup = `+markup+"\n")
	run(t, b.dir, []string{"DBUS_SESSION_BUS_ADDRESS=" + b.address, d.display}, nil, "dunst", "-config", b.dir+"/dunstrc")
	b.waitFor(service)
	return d
}

func (d *dunst) up() int {
	value, err := d.conn.Object(service, path).GetProperty("org.dunstproject.cmd0.displayedLength")
	if err != nil {
		d.t.Fatal(err)
	}
	number, _ := value.Value().(uint32)
	return int(number)
}

func (d *dunst) click() {
	d.t.Helper()
	// It takes a click where it is drawn, which is a moment after it is up.
	eventually(d.t, "the notice is drawn", func() bool {
		return output(d.t, []string{d.display}, "xdotool", "search", "--onlyvisible", "--name", "Dunst") != ""
	})
	time.Sleep(200 * time.Millisecond)
	output(d.t, []string{d.display}, "xdotool", "mousemove", "40", "20", "click", "1")
}

func (d *dunst) dismiss() {
	d.t.Helper()
	if err := d.conn.Object(service, path).Call("org.dunstproject.cmd0.NotificationCloseLast", 0).Err; err != nil {
		d.t.Fatal(err)
	}
}

func (d *dunst) history() [][2]string {
	d.t.Helper()
	var entries []map[string]dbus.Variant
	if err := d.conn.Object(service, path).Call("org.dunstproject.cmd0.NotificationListHistory", 0).Store(&entries); err != nil {
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

// fake is a server in a few lines, for machines without a display, and for what a real
// one does seldom. It is exported to the bus, and tells only whom it concerns.
type fake struct {
	t            *testing.T
	conn         *dbus.Conn
	capabilities []string
	mute         bool             // it does not answer
	asked        chan dbus.Sender // who asked one that is mute

	mu     sync.Mutex // guards what is below
	next   uint32
	notes  []note
	past   [][2]string
	latest note
}

// note is a call of Notify.
type note struct {
	id, replaces uint32
	sender       dbus.Sender
	app, icon    string
	title, text  string
	actions      []string
	hints        map[string]dbus.Variant
	expires      int32
}

func newFake(t *testing.T, b *bus, capabilities ...string) *fake {
	t.Helper()
	f := &fake{t: t, conn: b.connect(), capabilities: capabilities}
	f.serve()
	return f
}

// newMute starts one that does not answer.
func newMute(t *testing.T, b *bus) *fake {
	t.Helper()
	f := &fake{t: t, conn: b.connect(), mute: true, asked: make(chan dbus.Sender, 16)}
	f.serve()
	return f
}

// serve has the bus know of it.
func (f *fake) serve() {
	f.t.Helper()
	if err := f.conn.Export(f, path, service); err != nil {
		f.t.Fatal(err)
	}
	if reply, err := f.conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		f.t.Fatalf("owning the name: %v, %v", reply, err)
	}
}

// leave takes the server off the bus.
func (f *fake) leave() { _ = f.conn.Close() }

// GetCapabilities is a method of the specification.
func (f *fake) GetCapabilities(sender dbus.Sender) ([]string, *dbus.Error) {
	if f.mute {
		f.asked <- sender
		<-f.t.Context().Done()
	}
	return f.capabilities, nil
}

// Notify is a method of the specification.
func (f *fake) Notify(sender dbus.Sender, app string, replaces uint32, icon, title, text string,
	actions []string, hints map[string]dbus.Variant, expires int32,
) (uint32, *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := note{
		id: replaces, replaces: replaces, sender: sender, app: app, icon: icon, title: title, text: text,
		actions: actions, hints: hints, expires: expires,
	}
	at := slices.IndexFunc(f.notes, func(other note) bool { return other.id == replaces })
	if at >= 0 {
		f.notes[at] = n
	} else {
		f.next++
		n.id = f.next
		f.notes = append(f.notes, n)
	}
	f.latest = n
	return n.id, nil
}

// CloseNotification is a method of the specification.
func (f *fake) CloseNotification(id uint32) *dbus.Error {
	const byCall = 3
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closeLocked(id, byCall) {
		return dbus.NewError(service+".Error.InvalidId", nil)
	}
	return nil
}

// closeLocked reports whether there was such a notice.
func (f *fake) closeLocked(id, reason uint32) bool {
	at := slices.IndexFunc(f.notes, func(n note) bool { return n.id == id })
	if at < 0 {
		return false
	}
	n := f.notes[at]
	f.notes = slices.Delete(f.notes, at, at+1)
	f.past = append([][2]string{{n.title, n.text}}, f.past...)
	f.tell(n.sender, "NotificationClosed", id, reason)
	return true
}

// tell sends a signal to one program on the bus.
func (f *fake) tell(to dbus.Sender, member string, body ...any) {
	message := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(string(to)),
		dbus.FieldPath:        dbus.MakeVariant(path),
		dbus.FieldInterface:   dbus.MakeVariant(service),
		dbus.FieldMember:      dbus.MakeVariant(member),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(body...)),
	}, Body: body}
	f.conn.Send(message, nil)
}

func (f *fake) up() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.notes)
}

func (f *fake) click() {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.notes[len(f.notes)-1]
	f.tell(n.sender, "ActionInvoked", n.id, n.actions[0])
	f.closeLocked(n.id, 2)
}

func (f *fake) dismiss() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closeLocked(f.notes[len(f.notes)-1].id, 2)
}

func (f *fake) history() [][2]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.past)
}

// last returns the last call of Notify.
func (f *fake) last() note {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest
}
