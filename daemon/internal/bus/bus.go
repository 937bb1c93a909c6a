// Package bus connects to a message bus, D-Bus, that may be missing, hang, or carry what
// others send. It is no room of the daemon's but what two of them stand on: notice, which
// speaks to the desktop, and away, which hears from it.
//
// Two things have to be known of the library and of buses:
//
//   - The library waits for a bus that does not answer for as long as it takes; a
//     deadline it does not know. Here it is left waiting, and woken by the end of the
//     connection's life.
//   - Any user may send a signal, with descriptors in it, to any connection on the system
//     bus. The library keeps the descriptors it has no use for, so another user could fill
//     this process with them until it can open no file. A connection that has not agreed
//     to descriptors is sent none; only one that awaits a descriptor should agree.
package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"

	"github.com/godbus/dbus/v5"
)

// Connect connects to the bus at an address, within ctx. The connection is closed when
// life ends; it carries no descriptors. The end of life also ends what is half made, so
// life must end where Connect fails, too.
func Connect(ctx, life context.Context, address string) (*dbus.Conn, error) {
	return within(ctx, func() (*dbus.Conn, error) { return connectPlain(life, address) })
}

// ConnectForDescriptors is Connect for a connection that can be sent descriptors. It should
// be held no longer than it takes to be given the one it is for.
func ConnectForDescriptors(ctx, life context.Context, address string) (*dbus.Conn, error) {
	return within(ctx, func() (*dbus.Conn, error) { return dbus.Connect(address, options(life)...) })
}

// Owner returns the unique name of who owns a name on the bus; "" is nobody. Unlike the
// name, a unique name is never somebody else's later on.
func Owner(ctx context.Context, conn *dbus.Conn, name string) (string, error) {
	var owner string
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, name).Store(&owner)
	if err != nil && !IsAnswer(err) {
		return "", fmt.Errorf("asking the message bus who is %q: %w", name, err)
	}
	return owner, nil // the answer that is an error says that there is nobody
}

// IsAnswer reports whether err is one that came as an answer, not for want of one.
func IsAnswer(err error) bool {
	var answer dbus.Error
	return errors.As(err, &answer)
}

// within waits for a connection until ctx ends.
func within(ctx context.Context, connect func() (*dbus.Conn, error)) (*dbus.Conn, error) {
	type outcome struct {
		conn *dbus.Conn
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		// One that comes after ctx is closed by the end of its life.
		conn, err := connect()
		done <- outcome{conn, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, fmt.Errorf("connecting to the message bus: %w", o.err)
		}
		return o.conn, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("connecting to the message bus: %w", ctx.Err())
	}
}

// options are those of every connection: signals come in the order they were sent in.
func options(life context.Context) []dbus.ConnOption {
	return []dbus.ConnOption{dbus.WithContext(life), dbus.WithSignalHandler(dbus.NewSequentialSignalHandler())}
}

// connectPlain connects to the first bus of an address that can be connected to, without
// agreeing to descriptors.
func connectPlain(life context.Context, address string) (*dbus.Conn, error) {
	var errs []error
	for one := range strings.SplitSeq(address, ";") {
		socket, isSocket := socketOf(one)
		if !isSocket {
			// No other transport carries descriptors.
			conn, err := dbus.Connect(one, options(life)...)
			if err == nil {
				return conn, nil
			}
			errs = append(errs, err)
			continue
		}
		conn, err := connectSocket(life, socket)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// connectSocket connects to a bus at a Unix socket. The library always asks for
// descriptors on a Unix socket that it dials itself, and never on one it is given.
func connectSocket(life context.Context, socket string) (*dbus.Conn, error) {
	var dialer net.Dialer
	stream, err := dialer.DialContext(life, "unix", socket)
	if err != nil {
		return nil, err
	}
	conn, err := dbus.NewConn(stream, options(life)...)
	if err != nil {
		_ = stream.Close() // nothing was said on it
		return nil, err
	}
	err = conn.Auth(nil)
	if err == nil {
		err = conn.Hello()
	}
	if err != nil {
		_ = conn.Close() // it is of no use
		return nil, err
	}
	return conn, nil
}

// socketOf returns the Unix socket that an address of one bus names, as package net writes
// it, and reports whether it can be dialed here. It is so on Linux alone: elsewhere a bus
// may want credentials sent, which only the library's own dialing does.
func socketOf(address string) (string, bool) {
	keys, isUnix := strings.CutPrefix(address, "unix:")
	if !isUnix || runtime.GOOS != "linux" {
		return "", false
	}
	socket := ""
	for pair := range strings.SplitSeq(keys, ",") {
		key, escaped, _ := strings.Cut(pair, "=")
		if key != "path" && key != "abstract" {
			continue
		}
		value, err := dbus.UnescapeBusAddressValue(escaped)
		if err != nil || value == "" || socket != "" {
			return "", false // the library has words for what is wrong with it
		}
		if socket = value; key == "abstract" {
			socket = "@" + value
		}
	}
	return socket, socket != ""
}
