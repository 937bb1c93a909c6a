package store_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
)

// history is what the writers said: for each context the values it may have now. The
// last one acknowledged, and those tried since; "" stands for none.
type history struct {
	t       *testing.T
	allowed map[string][]string
	tried   int // the number of the last write that was tried
	acked   int // how many were acknowledged
}

// read takes in what a writer says until it is gone.
func (h *history) read(output *bufio.Scanner, afterAck func()) {
	for output.Scan() {
		word, rest, _ := strings.Cut(output.Text(), " ")
		n, err := strconv.Atoi(rest)
		if err != nil {
			h.t.Errorf("the writer says %q", output.Text())
			continue
		}
		name := crashNames[n%len(crashNames)]
		value := string(crashValue(n))
		if n%10 == 9 {
			value = ""
		}
		switch word {
		case "try":
			h.tried = n
			h.allowed[name] = append(h.may(name), value)
		case "ack":
			h.acked++
			h.allowed[name] = []string{value}
			afterAck()
		}
	}
}

// may returns the values that a context may have; at first it has none.
func (h *history) may(name string) []string {
	if h.allowed[name] == nil {
		return []string{""}
	}
	return h.allowed[name]
}

// check compares the store with what was said, which is then known to the byte.
func (h *history) check(k *store.Keychain) {
	h.t.Helper()
	names, err := k.List(h.t.Context())
	if err != nil {
		h.t.Fatalf("List after a kill: %v", err)
	}
	for _, name := range crashNames {
		got, err := k.Get(h.t.Context(), name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			h.t.Fatalf("Get(%q) after a kill: %v", name, err)
		}
		if slices.Contains(names, name) != (err == nil) {
			h.t.Errorf("%q is listed as %v and read as %v", name, names, err)
		}
		allowed := h.may(name)
		if !slices.Contains(allowed, string(got)) {
			first, _, _ := bytes.Cut(got, []byte("\n"))
			h.t.Errorf("%q holds write %q (%d bytes), which is none of the %d it may hold", name, first, len(got), len(allowed))
		}
		h.allowed[name] = []string{string(got)}
	}
}

// crashTest has a writer write until so many writes are acknowledged, and kills it, or
// its worker, at random moments on the way.
func crashTest(t *testing.T, config store.Config, writes, between int) {
	t.Helper()
	h := &history{t: t, allowed: map[string][]string{}, tried: -1}
	k := openReady(t, config)
	config.Remembered = k.Report().Choice
	for kills := 0; h.acked < writes; kills++ {
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		h.run(config, between, kills%3 == 2)
		k = open(t, config)
		h.check(k)
		if t.Failed() {
			t.Fatalf("after %d kills and %d writes", kills+1, h.acked)
		}
	}
}

// run runs one writer and kills it after about so many writes.
func (h *history) run(config store.Config, between int, workerFirst bool) {
	h.t.Helper()
	text, err := json.Marshal(order{config.Backend, config.Remembered, config.Dir, config.Worker.Env, h.tried + 1})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Minute)
	defer cancel()
	writer := exec.CommandContext(ctx, os.Args[0])
	writer.Env = append(slices.Clone(config.Worker.Env), writerVariable+"="+string(text), "DBUS_SESSION_BUS_ADDRESS=disabled:")
	stdout, err := writer.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		h.t.Fatal(err)
	}
	left := 1 + rand.IntN(between)
	h.read(bufio.NewScanner(stdout), func() {
		left--
		switch {
		case left == between/2 && workerFirst:
			go killLater(children(writer.Process.Pid)...)
		case left == 0:
			go killLater(writer.Process.Pid)
		}
	})
	_ = writer.Wait()
	if ctx.Err() != nil {
		h.t.Fatal("the writer stood still")
	}
}

// killLater kills processes some milliseconds from now, in the middle of the next write.
func killLater(pids ...int) {
	time.Sleep(time.Duration(rand.IntN(25_000)) * time.Microsecond)
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// children returns the processes that pid started.
func children(pid int) []int {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	var pids []int
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// TestKillFile is the promise of issue 2: kill -9 at random moments of 500 writes loses
// no context and leaves none half written.
func TestKillFile(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	crashTest(t, config, 500, 40)
	k := openReady(t, config) // which adopts it
	names, err := k.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if files := itemFiles(t, k.Report().Dir); len(files) != len(names)+1 {
		t.Errorf("%d files at rest for %d contexts and a marker: %q", len(files), len(names), files)
	}
}

func TestKillSecretService(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.keyring()
	crashTest(t, d.config(store.SecretService), 100, 20)
}

func TestKillPass(t *testing.T) {
	t.Parallel()
	p := newPasswordStore(t, "")
	crashTest(t, p.config(store.Pass), 30, 8)
}
