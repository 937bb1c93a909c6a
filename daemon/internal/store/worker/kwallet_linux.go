package worker

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	kwalletName      = "org.kde.kwalletd5"
	kwalletPath      = "/modules/kwalletd5"
	kwalletInterface = "org.kde.KWallet."

	// defaultWallet is the one that is opened with the session.
	defaultWallet = "kdewallet"
)

// admission is how long an open wallet may take to let a program in without asking.
const admission = 2 * time.Second

// kwallet guards a KDE wallet. Opening one that is closed, or not made yet, shows a
// dialogue and stands still until it is answered; and kwalletd keeps what is written to
// it in memory for some seconds, which its death loses, so it is told to write it down.
type kwallet struct {
	noGuard
	bus     bus
	wallet  string
	app     string
	probing bool
	daemon  string // the unique name of the kwalletd that gave us handle
	handle  int32
}

func newKWallet(s Settings) guard {
	g := &kwallet{wallet: s.Collection, app: s.Service, probing: s.Probing}
	if g.wallet == "" {
		g.wallet = defaultWallet
	}
	return g
}

func (g *kwallet) collection() string { return g.wallet }

// call calls one of kwalletd's methods and stores its answers.
func (g *kwallet) call(ctx context.Context, method string, args []any, answers ...any) error {
	object := g.bus.conn.Object(kwalletName, kwalletPath)
	call := object.CallWithContext(ctx, kwalletInterface+method, 0, args...)
	if errors.Is(call.Err, context.DeadlineExceeded) {
		return call.Err
	}
	if call.Err == nil && len(answers) == 0 {
		return nil
	}
	return busError(call.Store(answers...))
}

// check asks whether the wallet is open, and takes a handle on it.
func (g *kwallet) check() error {
	if err := g.present(); err != nil {
		return err
	}
	var open bool
	if err := g.call(context.Background(), "isOpen", []any{g.wallet}, &open); err != nil {
		return err
	}
	if open {
		return g.enter()
	}
	var wallets []string
	if err := g.call(context.Background(), "wallets", nil, &wallets); err != nil {
		return err
	}
	if g.probing && !slices.Contains(wallets, g.wallet) {
		return faultf(Absent, "KWallet has no wallet %q", g.wallet)
	}
	return faultf(Locked, "the wallet %q is closed", g.wallet)
}

// present asks whether there is a kwalletd, and starts it where that was asked for.
func (g *kwallet) present() error {
	if err := g.bus.connect(); err != nil {
		return err
	}
	daemon, err := g.bus.owner(kwalletName)
	if err != nil {
		return err
	}
	if daemon == "" {
		if g.probing {
			return faultf(Absent, "%s is not running", kwalletName)
		}
		var result uint32
		start := g.bus.conn.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, kwalletName, uint32(0))
		if err := start.Store(&result); err != nil {
			return faultf(Absent, "starting %s: %v", kwalletName, err)
		}
		if daemon, err = g.bus.owner(kwalletName); err != nil {
			return err
		}
	}
	if daemon != g.daemon {
		g.daemon, g.handle = daemon, 0 // handles die with their daemon
	}
	var enabled bool
	if err := g.call(context.Background(), "isEnabled", nil, &enabled); err != nil {
		return err
	}
	if !enabled {
		return &CallError{Absent, "KWallet is switched off"}
	}
	return nil
}

// enter takes a handle on an open wallet. Where KWallet is set to ask about each
// program even then, that counts as locked.
func (g *kwallet) enter() error {
	if g.handle > 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), admission)
	defer cancel()
	err := g.open(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return faultf(Locked, "KWallet wants to be asked whether %s may use %q", g.app, g.wallet)
	}
	return err
}

// open opens the wallet, which may ask a person.
func (g *kwallet) open(ctx context.Context) error {
	var handle int32
	if err := g.call(ctx, "open", []any{g.wallet, int64(0), g.app}, &handle); err != nil {
		return err
	}
	if handle <= 0 {
		return faultf(Denied, "KWallet did not open the wallet %q", g.wallet)
	}
	g.handle = handle
	return nil
}

// unlock opens the wallet and waits for the person who is asked.
func (g *kwallet) unlock(_ *session, _ string) error {
	if err := g.present(); err != nil {
		return err
	}
	if err := g.open(context.Background()); err != nil {
		return err
	}
	return nil
}

// before asks whether an item is there.
func (g *kwallet) before(key string) error {
	var there bool
	args := []any{g.handle, g.app, key, g.app} // the library's folder is called like the program
	if err := g.call(context.Background(), "hasEntry", args, &there); err != nil {
		return err
	}
	if !there {
		return &CallError{NotFound, "no such item"}
	}
	return nil
}

// written has kwalletd write the wallet to its file.
func (g *kwallet) written(string) error {
	return g.call(context.Background(), "sync", []any{g.handle, g.app})
}
