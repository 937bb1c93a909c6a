package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/peer"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// Daemons that do nothing with what ours has to do all with.
const (
	importing = "a Go daemon that imports the same"
	linking   = "a Go daemon that has the same linked"
)

// resting is one process that does nothing.
type resting struct {
	name string
	pid  int
}

// rest measures what daemons take while nobody asks: all of them side by side, for a while.
func (b *bench) rest(ctx context.Context) (result report.Result, err error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	// The one that was logged in with has talked to the cloud. What people have is one that
	// was started since.
	if err := errors.Join(p.StopDaemon(), p.StartDaemon()); err != nil {
		return result, err
	}
	for range 20 {
		if _, err := place.Reply(p.Socket, question()); err != nil {
			return result, err
		}
	}
	all := []resting{{"the daemon", p.DaemonPID()}}
	children, err := place.ChildrenOf(p.DaemonPID())
	if err != nil {
		return result, err
	}
	for _, child := range children {
		all = append(all, resting{"the store's worker", child})
	}
	for _, base := range []struct{ name, program string }{{"the least Go daemon", "floord"}, {importing, "libraries"}, {linking, "linked"}} {
		child, err := b.listener(base.program, p)
		if err != nil {
			return result, err
		}
		defer child.End()
		all = append(all, resting{base.name, child.PID()})
	}
	others, end := b.restingPeers(&result)
	defer end()
	return result, b.watch(ctx, append(all, others...), &result)
}

// listener starts one of the daemons that are compared with, and asks it something.
func (b *bench) listener(program string, p *place.Place) (*place.Child, error) {
	socket := filepath.Join(p.Dir, program)
	cmd := exec.Command(b.program(program), socket) //nolint:noctx // It is ended.
	cmd.Env = p.Environ()
	child, err := place.StartChild(cmd)
	if err != nil {
		return nil, err
	}
	if err := child.Await(func() bool { return place.Listens(socket) }); err != nil {
		child.End()
		return nil, err
	}
	line, err := place.Connect(socket)
	if err == nil {
		err = errors.Join(line.Ask(question(), make([]byte, 1)), line.Close())
	}
	if err != nil {
		child.End()
		return nil, err
	}
	return child, nil
}

// restingPeers starts the agents and keychains of others.
func (b *bench) restingPeers(result *report.Result) (all []resting, end func()) {
	var ends []func()
	end = func() {
		for _, end := range ends {
			end()
		}
	}
	if agent, err := peer.StartSSHAgent(filepath.Join(b.work, "rest-agent")); err != nil {
		result.Lack("ssh-agent", err.Error())
	} else {
		ends = append(ends, agent.End)
		all = append(all, resting{"ssh-agent", agent.PID()})
	}
	dir := filepath.Join(b.work, "rest-keyring")
	if keyring, err := place.StartKeyring(dir); err != nil {
		result.Lack("gnome-keyring-daemon", err.Error())
	} else {
		ends = append(ends, keyring.End, func() { _ = os.RemoveAll(dir) })
		all = append(all, resting{"gnome-keyring-daemon", keyring.PID()})
	}
	return all, end
}

// watch lets them come to rest, and then looks what they do all the same.
func (b *bench) watch(ctx context.Context, all []resting, result *report.Result) error {
	lasts := time.Duration(b.scaled(60)) * time.Second
	if err := sleep(ctx, lasts/6); err != nil {
		return err
	}
	before := make(map[string]place.Burden)
	for _, process := range all {
		burden, err := place.BurdenOf(process.pid)
		if err != nil {
			return fmt.Errorf("looking at %s: %w", process.name, err)
		}
		before[process.name] = burden
	}
	if err := sleep(ctx, lasts); err != nil {
		return err
	}
	resident := make(map[string]float64)
	for _, process := range all {
		burden, err := place.BurdenOf(process.pid)
		if errors.Is(err, fs.ErrNotExist) {
			result.Lack(process.name, "it has ended by itself meanwhile")
			continue
		}
		if err != nil {
			return fmt.Errorf("looking at %s: %w", process.name, err)
		}
		resident[process.name] = float64(burden.Resident)
		result.AddAmount("resident, "+process.name, "MiB", float64(burden.Resident)/1024)
		result.AddAmount("its share, "+process.name, "MiB", float64(burden.Proportional)/1024)
		result.AddAmount("woken a minute, "+process.name, "",
			float64(burden.Switches-before[process.name].Switches)*float64(time.Minute)/float64(lasts))
	}
	for _, base := range []string{importing, linking} {
		result.Add("resident, the daemon", base, resident["the daemon"]/resident[base], report.Target{Most: 1.5})
	}
	return nil
}

// sleep waits, unless the run is to end.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
