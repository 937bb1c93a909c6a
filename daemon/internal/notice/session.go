package notice

import (
	"context"
	"fmt"
	"slices"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/bus"
)

// The names of the Desktop Notifications Specification.
const (
	service = "org.freedesktop.Notifications"
	path    = dbus.ObjectPath("/org/freedesktop/Notifications")

	signalAction = service + ".ActionInvoked"
	signalClosed = service + ".NotificationClosed"

	capabilityActions = "actions"
	capabilityMarkup  = "body-markup"
)

// What we are to the server.
const (
	application = "bento-cred"
	icon        = "dialog-password" // of the freedesktop icon naming specification
)

// session is one connection to the bus, and what is up on the server that is there.
// All but the connection is guarded by the Desk's turn.
type session struct {
	conn *dbus.Conn
	end  context.CancelFunc // closes the connection, also one half made

	server       string // the unique name of the server; "" before the first notice
	capabilities []string
	shown        map[string]*shown // by the notices' keys
}

// shown is a notice as the server knows it.
type shown struct {
	id      uint32
	actions []string // the IDs of those offered
	up      bool
}

// newSession connects to the bus within ctx, for as long as life. The signals end with
// the connection.
func newSession(ctx, life context.Context, address string) (*session, <-chan *dbus.Signal, error) {
	life, end := context.WithCancel(life)
	conn, err := bus.Connect(ctx, life, address)
	if err != nil {
		end()
		if ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", ErrNotPossible, err)
		}
		return nil, nil, err
	}
	signals := make(chan *dbus.Signal)
	conn.Signal(signals)
	// Servers tell everybody (dunst) or only whom it concerns (GNOME Shell).
	err = conn.AddMatchSignalContext(ctx,
		dbus.WithMatchSender(service), dbus.WithMatchInterface(service), dbus.WithMatchObjectPath(path))
	if err != nil {
		end()
		_ = conn.Close() // it is of no use
		return nil, nil, fmt.Errorf("subscribing to signals: %w", err)
	}
	return &session{conn: conn, end: end, shown: map[string]*shown{}}, signals, nil
}

// show has the server show n.
func (s *session) show(ctx context.Context, n Notice) error {
	if err := s.meet(ctx); err != nil {
		return err
	}
	replaces := uint32(0)
	if before := s.shown[n.Key]; before != nil && before.up {
		replaces = before.id
	}
	urgency := byte(1)
	if n.Urgent {
		urgency = 2
	}
	now := &shown{up: true}
	actions := []string{} // the bus knows no nil
	if slices.Contains(s.capabilities, capabilityActions) {
		for _, action := range n.Actions {
			actions = append(actions, action.ID, line(action.Label, maxTitle))
			now.actions = append(now.actions, action.ID)
		}
	}
	text := lines(n.Text, maxText)
	if slices.Contains(s.capabilities, capabilityMarkup) {
		text = escape(text)
	}
	const serverDecides int32 = -1 // for how long it pops up
	call := s.object().CallWithContext(ctx, service+".Notify", 0,
		application, replaces, icon, line(n.Title, maxTitle), text, actions,
		map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgency)}, serverDecides)
	if err := call.Store(&now.id); err != nil {
		return fmt.Errorf("asking the notification server: %w", err)
	}
	s.shown[n.Key] = now
	return nil
}

// withdraw has the server take a notice down.
func (s *session) withdraw(ctx context.Context, key string) error {
	up := s.shown[key]
	if up == nil || !up.up {
		return nil
	}
	err := s.object().CallWithContext(ctx, service+".CloseNotification", 0, up.id).Err
	if err != nil && !bus.IsAnswer(err) {
		return fmt.Errorf("asking the notification server: %w", err)
	}
	// A server that answers with an error has no such notice, or is another one by now.
	delete(s.shown, key)
	return nil
}

// object is the server that was met.
func (s *session) object() dbus.BusObject { return s.conn.Object(s.server, path) }

// meet finds out which server is there, has the bus start one where none is, and asks
// one that is new what it can do.
func (s *session) meet(ctx context.Context) error {
	server, err := bus.Owner(ctx, s.conn, service)
	if err == nil && server == "" {
		err = s.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.StartServiceByName", 0, service, uint32(0)).Err
		if bus.IsAnswer(err) {
			return fmt.Errorf("%w: no notification server: %w", ErrNotPossible, err)
		}
		if err == nil {
			server, err = bus.Owner(ctx, s.conn, service)
		}
	}
	if err != nil {
		return fmt.Errorf("looking for the notification server: %w", err)
	}
	if server == "" {
		return fmt.Errorf("%w: the notification server left at once", ErrNotPossible)
	}
	if server == s.server {
		return nil
	}
	var capabilities []string
	err = s.conn.Object(server, path).CallWithContext(ctx, service+".GetCapabilities", 0).Store(&capabilities)
	if err != nil {
		return fmt.Errorf("asking the notification server what it can do: %w", err)
	}
	s.server, s.capabilities = server, capabilities
	clear(s.shown)
	return nil
}

// receive takes a signal, and passes on what somebody chose.
func (d *Desk) receive(s *session, signal *dbus.Signal) {
	// A notice has its number when Show is done with it, which the signal can outrun.
	d.turn <- struct{}{}
	chosen, isChoice := s.note(signal)
	<-d.turn
	if !isChoice {
		return
	}
	select {
	case d.chosen <- chosen:
	case <-d.life.Done():
	}
}

// note takes note of a signal, and reports whether it is that somebody chose one of the
// actions that were offered. Some servers close a notice before they tell what was
// chosen, so that one that is closed is remembered.
func (s *session) note(signal *dbus.Signal) (Chosen, bool) {
	if signal.Sender != s.server || len(signal.Body) != 2 {
		return Chosen{}, false
	}
	id, isID := signal.Body[0].(uint32)
	key, found := s.keyOf(id)
	if !isID || !found {
		return Chosen{}, false
	}
	switch signal.Name {
	case signalClosed:
		s.shown[key].up = false
	case signalAction:
		action, isText := signal.Body[1].(string)
		return Chosen{key, action}, isText && slices.Contains(s.shown[key].actions, action)
	}
	return Chosen{}, false
}

// keyOf returns the key of the notice with that number.
func (s *session) keyOf(id uint32) (string, bool) {
	for key, shown := range s.shown {
		if shown.id == id {
			return key, true
		}
	}
	return "", false
}
