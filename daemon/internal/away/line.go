//go:build !darwin && !windows

package away

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/bus"
)

// answerTime bounds whatever is asked on a bus.
const answerTime = 5 * time.Second

// The bus's own name, and what it says when a name has another owner. Nobody else can send
// under that name.
const (
	busName            = "org.freedesktop.DBus"
	signalOwnerChanged = busName + ".NameOwnerChanged"
)

// source is somebody on a bus who tells that the person goes away. Its methods are called
// by one goroutine, in the order in which things happened.
type source interface {
	// names are the names that it may have on the bus.
	names() []string
	// rules say which signals are of interest.
	rules() [][]dbus.MatchOption
	// met is called when one of the names has an owner, or another one.
	met(l *line, name string)
	// heard is called with a signal, whoever it is from.
	heard(l *line, signal *dbus.Signal)
	// ended is called when the line is down.
	ended()
}

// line is one connection to a bus.
type line struct {
	address string
	conn    *dbus.Conn
	signals chan *dbus.Signal
	owners  map[string]string // the unique names of the owners of a source's names
	life    context.Context   // ends, by end, with the connection
	end     context.CancelFunc

	asking sync.WaitGroup
	then   chan func() // what is to be done about answers
}

// dial connects to the bus at an address for as long as life, and subscribes to what a
// source has to say.
func dial(life context.Context, address string, s source) (*line, error) {
	l := &line{
		address: address, signals: make(chan *dbus.Signal), owners: map[string]string{}, then: make(chan func()),
	}
	l.life, l.end = context.WithCancel(life)
	ctx, cancel := context.WithTimeout(l.life, answerTime)
	defer cancel()
	err := l.connect(ctx)
	if err == nil {
		err = l.subscribe(ctx, s)
	}
	if err != nil {
		l.hangUp()
		return nil, err
	}
	return l, nil
}

// connect connects.
func (l *line) connect(ctx context.Context) error {
	conn, err := bus.Connect(ctx, l.life, l.address)
	if err != nil {
		return err
	}
	l.conn = conn
	conn.Signal(l.signals)
	return nil
}

// subscribe has the bus send what is of interest, and learns who is there. It is told of
// changes before it asks, so it misses none.
func (l *line) subscribe(ctx context.Context, s source) error {
	rules := s.rules()
	for _, name := range s.names() {
		rules = append(rules, []dbus.MatchOption{
			dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name),
		})
	}
	for _, rule := range rules {
		if err := l.conn.AddMatchSignalContext(ctx, rule...); err != nil {
			return fmt.Errorf("subscribing to signals: %w", err)
		}
	}
	for _, name := range s.names() {
		owner, err := bus.Owner(ctx, l.conn, name)
		if err != nil {
			return err
		}
		l.owners[name] = owner
	}
	return nil
}

// listen passes on what happens until the connection ends.
func (l *line) listen(s source) {
	for name, owner := range l.owners {
		if owner != "" {
			s.met(l, name)
		}
	}
	for open := true; open; {
		var signal *dbus.Signal
		select {
		case signal, open = <-l.signals: // closed with the connection
			if open {
				l.receive(s, signal)
			}
		case then := <-l.then:
			then()
		}
	}
	l.hangUp()
	s.ended()
}

// receive passes on one signal.
func (l *line) receive(s source, signal *dbus.Signal) {
	if signal.Sender != busName {
		s.heard(l, signal)
		return
	}
	if signal.Name != signalOwnerChanged || len(signal.Body) != 3 {
		return // such as NameAcquired, which comes unasked
	}
	name, isName := signal.Body[0].(string)
	owner, isOwner := signal.Body[2].(string)
	before, known := l.owners[name]
	if !isName || !isOwner || !known || owner == before {
		return
	}
	l.owners[name] = owner
	if owner != "" {
		s.met(l, name)
	}
}

// from reports whether a signal is from who owns a name.
func (l *line) from(name string, signal *dbus.Signal) bool {
	owner := l.owners[name]
	return owner != "" && signal.Sender == owner
}

// ask asks something that takes its time, while signals are passed on. What question
// returns is done in turn with them, also when the line is down by then.
func (l *line) ask(question func() (then func())) {
	l.asking.Go(func() { l.then <- question() })
}

// hangUp ends the connection and all that was asked on it.
func (l *line) hangUp() {
	l.end()
	if l.conn != nil {
		_ = l.conn.Close() // it is of no more use
	}
	go func() {
		l.asking.Wait()
		close(l.then)
	}()
	for then := range l.then {
		then()
	}
}
