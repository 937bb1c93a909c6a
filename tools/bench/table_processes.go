package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// The names of what everything is compared with.
const (
	emptyGo   = "an empty Go program"
	emptyC    = "an empty static C program"
	floorName = "the least Go helper and daemon"
)

// hotLimit is how many times an empty program a hot call may take.
const hotLimit = 1.20

// The hot verbs, as their cases are called.
const (
	caseEnv    = "bento-cred env"
	caseToken  = "bento-cred token"
	caseHeader = "bento-cred header URL"
)

// processes measures whole processes: ours, what is the least, and those of others.
func (b *bench) processes(ctx context.Context) (result report.Result, err error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	cases := append([]measure.Case{b.hello(p).Case(emptyGo, 1)}, hot(p)...)
	floor, endFloor, err := b.floor(p)
	if err != nil {
		return result, err
	}
	defer endFloor()
	cases = append(cases, floor)
	if c, err := b.buildC(ctx); err != nil {
		result.Lack(emptyC, err.Error())
	} else {
		cases = append(cases, measure.Command{Args: []string{c}, Env: p.Environ(), Dir: p.Dir}.Case(emptyC, 1))
	}
	others, endOthers := b.peers(ctx, &result)
	defer endOthers()
	cases = append(cases, others...)
	samples, err := measure.Rounds{N: b.rounds, Warm: b.scaled(10), Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	result.Keep(all)
	for _, name := range hotNames() {
		result.Add(name, emptyGo, measure.Ratio(all[name].Median, all[emptyGo].Median), report.Target{Most: hotLimit})
	}
	for _, other := range append([]measure.Case{floor}, others...) {
		result.Add(other.Name, emptyGo, measure.Ratio(all[other.Name].Median, all[emptyGo].Median), report.Target{})
	}
	if bare, found := all[emptyC]; found {
		result.Add(emptyC, emptyGo, measure.Ratio(bare.Median, all[emptyGo].Median), report.Target{})
	}
	result.Add(caseToken, floorName, measure.Ratio(all[caseToken].Median, all[floorName].Median), report.Target{})
	comparePeers(&result, all)
	return result, nil
}

// warm makes a place with the programs of bin whose daemon is logged in and has answered.
func (b *bench) warm(ctx context.Context, bin string) (*place.Place, error) {
	p, err := place.New(bin)
	if err != nil {
		return nil, err
	}
	err = p.StartDaemon()
	if err == nil {
		err = p.Login(ctx)
	}
	for _, c := range hotCommands(p) {
		if err == nil {
			_, err = c.Check(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// hotNames returns the names of hotCommands.
func hotNames() []string { return []string{caseEnv, caseToken, caseHeader} }

// hotCommands returns the commands that shells and tools run all the time.
func hotCommands(p *place.Place) map[string]measure.Command {
	return map[string]measure.Command{
		caseEnv:    p.Command(ipc.ProgramHelper, "env", "--shell", "bash"),
		caseToken:  p.Command(ipc.ProgramHelper, "token"),
		caseHeader: p.Command(ipc.ProgramHelper, "header", p.Cloud.URL()+"/api/v1/auth/current"),
	}
}

func hot(p *place.Place) []measure.Case {
	var cases []measure.Case
	for name, command := range hotCommands(p) {
		cases = append(cases, command.Case(name, 1))
	}
	return cases
}

// hello is the empty program, in the place that the others run in.
func (b *bench) hello(p *place.Place) measure.Command {
	return measure.Command{Args: []string{b.program("hello")}, Env: p.Environ(), Dir: p.Dir}
}

// floor starts the least daemon, and returns the case of the least helper, and what ends the
// daemon.
func (b *bench) floor(p *place.Place) (measure.Case, func(), error) {
	socket := filepath.Join(b.work, "floor")
	daemon, err := place.StartChild(exec.Command(b.program("floord"), socket)) //nolint:noctx // It is ended.
	if err != nil {
		return measure.Case{}, nil, err
	}
	end := func() {
		daemon.End()
		_ = os.Remove(socket) // the directory goes with all in it
	}
	if err := daemon.Await(func() bool { return place.Listens(socket) }); err != nil {
		end()
		return measure.Case{}, nil, err
	}
	return measure.Command{Args: []string{b.program("floorhelper"), socket}, Env: p.Environ(), Dir: p.Dir}.Case(floorName, 1), end, nil
}
