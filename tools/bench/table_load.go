package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

const (
	// crew is how many connections ask at the same time, and asks how often each asks in
	// one turn.
	crew = 64
	asks = 50
)

// underRules is the daemon when it has rules to go through. None of them fits.
const (
	underRules = "the daemon under rules"
	rules      = `
[rule.production-asks]
answer = "ask"
context = "production"

[rule.nothing-for-an-agent]
answer = "deny"
executable = ["made-up-agent", "/opt/made-up/*"]

[rule.nothing-below-a-directory]
answer = "deny"
directory = "/made/up/directory"
`
)

// load measures how many requests are answered when many ask at the same time. Every answer
// of the daemon's is decided about and recorded.
func (b *bench) load(ctx context.Context) (result report.Result, err error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	strict, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, strict.Close()) }()
	if err := errors.Join(strict.Configure(rules), strict.StartDaemon()); err != nil {
		return result, err
	}
	daemon, echo, end, err := b.talks(p)
	if err != nil {
		return result, err
	}
	defer end()
	ruled := daemon
	ruled.socket, ruled.request = strict.Socket, question()
	var cases []measure.Case
	for name, side := range map[string]talk{ours: daemon, underRules: ruled, theEcho: echo} {
		conns, hangUp, err := dialAll(ctx, side.socket)
		if err != nil {
			return result, err
		}
		defer hangUp()
		cases = append(cases, measure.Case{Name: name, Turn: func(context.Context) ([]measure.Sample, error) {
			return side.crowd(conns)
		}})
	}
	samples, err := measure.Rounds{N: b.scaled(60), Warm: 3, Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	result.Keep(all)
	for _, name := range []string{ours, underRules} {
		result.Add("requests a second at 64 connections, "+name, theEcho,
			measure.Ratio(all[theEcho].Median, all[name].Median), report.Target{Least: 0.5})
	}
	for _, name := range []string{ours, underRules, theEcho} {
		result.AddAmount("requests a second, "+name, "", measure.Ratio(time.Second, all[name].Median))
	}
	return result, nil
}

// dialAll connects the whole crew.
func dialAll(ctx context.Context, socket string) (conns []net.Conn, hangUp func(), err error) {
	hangUp = func() {
		for _, conn := range conns {
			_ = conn.Close() // nothing more is said
		}
	}
	for range crew {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if err != nil {
			hangUp()
			return nil, nil, err
		}
		conns = append(conns, conn)
	}
	return conns, hangUp, nil
}

// crowd has everybody ask at the same time, and returns what one request took of the whole.
func (t talk) crowd(conns []net.Conn) ([]measure.Sample, error) {
	failures := make(chan error, len(conns))
	begin := time.Now()
	for _, conn := range conns {
		go func() { failures <- t.askAgain(conn) }()
	}
	var err error
	for range conns {
		err = errors.Join(err, <-failures)
	}
	each := time.Since(begin) / time.Duration(len(conns)*asks)
	return []measure.Sample{{Wall: each}}, err
}

// askAgain asks as often as one of the crew does in a turn.
func (t talk) askAgain(conn net.Conn) error {
	buffer := make([]byte, t.reply)
	for range asks {
		if _, err := conn.Write(t.request); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, buffer); err != nil {
			return err
		}
	}
	return nil
}
