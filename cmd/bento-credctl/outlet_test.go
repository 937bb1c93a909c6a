//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// slow is a reader like a pager: it stands still until it is let go.
type slow struct {
	bytes.Buffer

	letGo <-chan struct{}
}

func (s *slow) Write(p []byte) (int, error) {
	<-s.letGo
	return s.Buffer.Write(p)
}

// opened returns an outlet to w, on which everything ends with the test.
func opened(t *testing.T, w io.Writer) *outlet {
	t.Helper()
	o, err := newOutlet(w, credential.NewSecret(madeUpToken))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.write.Close() })
	go o.pass()
	return o
}

// TestSlowReaderGetsAll has a command end long before what it wrote is read.
func TestSlowReaderGetsAll(t *testing.T) {
	t.Parallel()
	letGo := make(chan struct{})
	to := &slow{letGo: letGo}
	o := opened(t, to)
	text := bytes.Repeat([]byte("0123456789abcde\n"), 8<<10) // more than a pipe and a read hold together: some is still unwritten
	written := make(chan error, 1)
	go func() {
		_, err := o.write.Write(text)
		written <- errors.Join(err, o.write.Close())
	}()
	o.expire(time.Now().Add(10 * time.Millisecond))
	time.Sleep(100 * time.Millisecond)
	close(letGo)
	if err := errors.Join(<-written, <-o.done); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(to.Bytes(), text) {
		t.Errorf("%d bytes came, want %d", to.Len(), len(text))
	}
}

// TestOutletLeftOpen has something hold the pipe that a command left running.
func TestOutletLeftOpen(t *testing.T) {
	t.Parallel()
	tests := map[string]time.Duration{ // between two writes
		"silent": time.Hour,
		"chatty": 5 * time.Millisecond,
		"hasty":  0,
	}
	for name, pause := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := opened(t, io.Discard)
			go func() {
				line := bytes.Repeat([]byte("still here\n"), 1000)
				for {
					if _, err := o.write.Write(line); err != nil {
						return // the outlet is closed, at last by the test's end
					}
					time.Sleep(pause)
				}
			}()
			o.expire(time.Now().Add(100 * time.Millisecond))
			select {
			case err := <-o.done:
				if !errors.Is(err, errLeftOpen) {
					t.Errorf("it ended with %v", err)
				}
			case <-time.After(patience):
				t.Fatal("it does not end")
			}
		})
	}
}

// full fails always.
type full struct{}

var errFull = errors.New("it is full")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestOutletThatLeadsNowhere ends the command's writing as the file itself would.
func TestOutletThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	o := opened(t, full{})
	if _, err := o.write.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := <-o.done; !errors.Is(err, errFull) {
		t.Errorf("it ended with %v", err)
	}
	if _, err := o.write.Write([]byte("text")); err == nil {
		t.Error("more could be written")
	}
}
