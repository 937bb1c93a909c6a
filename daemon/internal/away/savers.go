package away

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// savers are the desktops' screen savers as a source: each tells on the session bus, under a
// name of its own, that it has become active, which locks the screen.
type savers struct{ leave func(Reason) }

// saverNames are theirs: both of a bus name and of an interface.
var saverNames = []string{
	"org.freedesktop.ScreenSaver", // KDE, XFCE, LXQt
	"org.gnome.ScreenSaver",
	"org.cinnamon.ScreenSaver",
	"org.mate.ScreenSaver",
}

// subscribe implements source. The bus passes on what the owner of a name says under it, and
// nobody else's.
func (s savers) subscribe(ctx context.Context, conn *dbus.Conn) error {
	for _, name := range saverNames {
		err := conn.AddMatchSignalContext(ctx,
			dbus.WithMatchSender(name), dbus.WithMatchInterface(name), dbus.WithMatchMember("ActiveChanged"))
		if err != nil {
			return fmt.Errorf("subscribing to the screen saver's signals: %w", err)
		}
	}
	return nil
}

// hear implements source.
func (s savers) hear(_ context.Context, _ *dbus.Conn, signal *dbus.Signal) {
	active, ok := first[bool](signal)
	if ok && active && strings.HasSuffix(signal.Name, ".ScreenSaver.ActiveChanged") {
		s.leave(Locked)
	}
}

// close implements source.
func (s savers) close() {}
