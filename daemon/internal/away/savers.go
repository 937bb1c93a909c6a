//go:build !darwin && !windows

package away

import (
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// screenSavers are those of the desktops, on the session bus. Each says under its own name
// that it became active. At which path differs, between versions too, so that does not count.
type screenSavers struct{ leave func(Reason) }

const memberActive = "ActiveChanged"

// names implements source. A screen saver's interface is called like itself.
func (screenSavers) names() []string {
	return []string{
		"org.freedesktop.ScreenSaver", // KDE, LXQt and others
		"org.gnome.ScreenSaver",
		"org.cinnamon.ScreenSaver",
		"org.mate.ScreenSaver",
		"org.xfce.ScreenSaver",
	}
}

// rules implements source.
func (s screenSavers) rules() [][]dbus.MatchOption {
	var rules [][]dbus.MatchOption
	for _, name := range s.names() {
		rules = append(rules, []dbus.MatchOption{
			dbus.WithMatchSender(name), dbus.WithMatchInterface(name), dbus.WithMatchMember(memberActive),
		})
	}
	return rules
}

// heard implements source.
func (s screenSavers) heard(l *line, signal *dbus.Signal) {
	name, isActive := strings.CutSuffix(signal.Name, "."+memberActive)
	if !isActive || !slices.Contains(s.names(), name) || !l.from(name, signal) {
		return
	}
	if active, _ := argument[bool](signal, 0); active {
		s.leave(Locked)
	}
}

// met implements source.
func (screenSavers) met(*line, string) {}

// ended implements source.
func (screenSavers) ended() {}

// argument returns an argument of a signal, and reports whether it is there and of that type.
func argument[T any](signal *dbus.Signal, at int) (T, bool) {
	var none T
	if at >= len(signal.Body) {
		return none, false
	}
	value, ok := signal.Body[at].(T)
	return value, ok
}
