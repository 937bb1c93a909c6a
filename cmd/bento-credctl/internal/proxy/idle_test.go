package proxy

import (
	"net"
	"testing"
	"time"
)

// pair returns a line and its other end.
func pair(t *testing.T) (*line, net.Conn) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	conn, err := dial(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	other, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(); _ = other.Close() })
	return newLine(conn), other
}

// isClosed reports whether a line was closed at this end.
func isClosed(l *line) bool { return l.conn.SetDeadline(time.Time{}) != nil }

// TestIdle keeps lines for a time, not more of them than it may, and none on which something
// happened.
func TestIdle(t *testing.T) {
	t.Parallel()
	if !canProbe {
		t.Skip("no line is kept on this system")
	}
	i := &idle{keep: time.Minute}
	spoken, other := pair(t)
	ended, end := pair(t)
	still, _ := pair(t)
	for _, l := range []*line{still, spoken, ended} {
		i.put(l)
	}
	_, _ = other.Write([]byte("x"))
	_ = end.Close()
	time.Sleep(20 * time.Millisecond)
	if got := i.take(); got != still || !isClosed(spoken) || !isClosed(ended) || i.take() != nil {
		t.Error("it is not the line on which nothing happened")
	}
	i.put(still)
	i.close()
	late, _ := pair(t)
	i.put(late)
	if !isClosed(still) || !isClosed(late) || i.take() != nil {
		t.Error("after its end it keeps lines")
	}
}

func TestIdleForLong(t *testing.T) {
	t.Parallel()
	i := &idle{keep: 50 * time.Millisecond}
	defer i.close()
	old, _ := pair(t)
	i.put(old)
	time.Sleep(30 * time.Millisecond)
	young, _ := pair(t)
	i.put(young)
	for deadline := time.Now().Add(5 * time.Second); !isClosed(old) || !isClosed(young); time.Sleep(time.Millisecond) {
		if isClosed(young) && !isClosed(old) {
			t.Fatal("the younger one went first")
		}
		if time.Now().After(deadline) {
			t.Fatal("lines are kept for ever")
		}
	}
}

func TestIdleHasAnEnd(t *testing.T) {
	t.Parallel()
	i := &idle{keep: time.Minute}
	defer i.close()
	l, _ := pair(t)
	for range maxIdle {
		i.lines = append(i.lines, l)
	}
	another, _ := pair(t)
	if i.put(another); !isClosed(another) {
		t.Errorf("%d lines are kept", len(i.lines))
	}
}
