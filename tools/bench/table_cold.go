package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// What a start is made of.
const (
	caseCold  = "bento-cred env, no daemon there"
	caseReady = "the daemon, from its start until peers can connect"
	caseFirst = "the daemon, from its start until it has opened its store and answered"
	caseWarm  = "bento-cred env, the daemon warm"
)

// cold measures the first command after a login at the computer: no daemon runs, the token is
// in encrypted files.
func (b *bench) cold(ctx context.Context) (result report.Result, err error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	env := hotCommands(p)[caseEnv]
	cases := []measure.Case{
		b.hello(p).Case(emptyGo, 1),
		{Name: caseCold, Turn: func(ctx context.Context) ([]measure.Sample, error) { return afterStop(ctx, p, env) }},
		{Name: caseReady, Turn: func(ctx context.Context) ([]measure.Sample, error) { return becomeReady(ctx, p, nil) }},
		{Name: caseFirst, Turn: func(ctx context.Context) ([]measure.Sample, error) { return becomeReady(ctx, p, question()) }},
		{Name: caseWarm, Turn: func(ctx context.Context) ([]measure.Sample, error) { return askedAgain(ctx, env) }},
	}
	samples, err := measure.Rounds{N: b.scaled(60), Warm: 2, Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	result.Keep(all)
	for _, ready := range []string{caseFirst, caseReady} {
		result.Add(caseCold, ready+", and one warm call",
			measure.Ratio(all[caseCold].Median, all[ready].Median+all[caseWarm].Median), report.Target{Most: 1.3})
	}
	result.Add(caseReady, emptyGo, measure.Ratio(all[caseReady].Median, all[emptyGo].Median), report.Target{Most: 10})
	result.Add(caseCold, emptyGo, measure.Ratio(all[caseCold].Median, all[emptyGo].Median), report.Target{})
	return result, nil
}

// afterStop measures a command when no daemon is there.
func afterStop(ctx context.Context, p *place.Place, c measure.Command) ([]measure.Sample, error) {
	if err := p.StopDaemon(); err != nil {
		return nil, err
	}
	sample, err := c.Measure(ctx)
	return []measure.Sample{sample}, err
}

// becomeReady measures how long the daemon takes until it says that peers can connect, which
// it says to its starter on descriptor 3; and, where there is a request, until it has answered
// that.
func becomeReady(ctx context.Context, p *place.Place, request []byte) (samples []measure.Sample, err error) {
	if err := p.StopDaemon(); err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = read.Close() }() // it was only read
	cmd := exec.CommandContext(ctx, p.Program(ipc.ProgramDaemon), "run-ready")
	cmd.Env, cmd.Dir, cmd.ExtraFiles = p.Environ(), "/", []*os.File{write}
	begin := time.Now()
	err = cmd.Start()
	_ = write.Close() // the daemon has its own
	if err != nil {
		return nil, err
	}
	_, err = read.Read(make([]byte, 1))
	if err == nil && request != nil {
		_, err = place.Reply(p.Socket, request)
	}
	wall := time.Since(begin)
	err = errors.Join(err, p.StopDaemon())
	if ended := cmd.Wait(); err != nil || ended != nil {
		return nil, fmt.Errorf("starting the daemon: %w", errors.Join(err, ended))
	}
	return []measure.Sample{{Wall: wall}}, nil
}

// askedAgain measures a command that a daemon has just answered before.
func askedAgain(ctx context.Context, c measure.Command) ([]measure.Sample, error) {
	if _, err := c.Measure(ctx); err != nil {
		return nil, err
	}
	sample, err := c.Measure(ctx)
	return []measure.Sample{sample}, err
}
