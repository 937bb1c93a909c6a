// Package away tells that the person goes away: the computer is about to sleep, or the
// screen was locked. Whoever is told can put secrets out of reach before somebody else
// opens the lid.
//
// Where it hears of that:
//
//   - systemd-logind, on the system bus (org.freedesktop.login1(5)), says PrepareForSleep,
//     and waits with the sleep for those who hold a delay lock, 5 seconds at most unless
//     logind.conf(5) says otherwise. So such a lock is held while nothing happens, let go
//     when what was to be done is done, and taken anew when the computer is awake. Where
//     none is to be had, the sleep is told all the same, and may be faster.
//   - logind also asks a session's screen to be locked (the signal Lock), and is told by
//     desktops that it was (the property LockedHint). Sessions of other users say the same;
//     whose a session is has to be asked for.
//   - Desktops that do not tell logind have a screen saver on the session bus, which says
//     ActiveChanged.
//
// One going away is often heard of three times, so whoever is told must not mind.
//
// What is on a bus was put there by others. Any user may send any signal to any connection
// on the system bus, past what that subscribed to, so a signal counts only when it comes
// from who owns the name it is of. Another program of the same user that takes a screen
// saver's name can have this daemon locked; so can it by asking.
//
// A bus may be missing, hang, or be restarted, and so may logind. All that is looked for
// again and again, at pauses that grow. What happens while nobody is there to tell is not
// heard of, and a screen that was locked before is no news.
//
// Systems other than Linux have no logind. On the BSDs the screen savers may be there; what
// macOS and Windows would say, nobody here listens to (Supported).
package away

import (
	"context"
	"log/slog"
	"sync"
)

// Reason is why the person is taken to be away, for people to read.
type Reason string

// The reasons.
const (
	Sleeps Reason = "the computer goes to sleep"
	Locked Reason = "the screen was locked"
)

// Wanted says what is to be told. The zero value wants nothing.
type Wanted struct{ Sleep, Screen bool }

// Config says where to listen.
type Config struct {
	// System and Session return the addresses of the two buses as they are by now. One that
	// leads nowhere, such as "" or "disabled:", is looked at again later; nil: there is
	// none.
	System, Session func() string
	// UID is the person, whose sessions count.
	UID int
	// Log is told, at level debug, whether anybody tells; nil discards.
	Log *slog.Logger
}

// Supported reports whether this system is one on which anything can be heard of at all.
// Whether it is, depends on what runs there.
func Supported() bool { return supported }

// Watch calls leave whenever the person goes away, and returns when ctx has ended and leave,
// if it was called, has returned. Where nothing is wanted, or this system is not supported,
// it returns at once.
//
// The computer does not sleep until leave has returned, or logind has lost its patience. leave
// is not called twice at a time, and not after the end of ctx. It may end ctx, but must not
// wait for Watch.
func Watch(ctx context.Context, c Config, wanted Wanted, leave func(Reason)) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	var one sync.Mutex
	watch(ctx, c, wanted, func(why Reason) {
		one.Lock()
		defer one.Unlock()
		if ctx.Err() == nil {
			leave(why)
		}
	})
}
