package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// The sides of the comparison of sockets.
const (
	ours     = "the daemon"
	theEcho  = "an echo"
	openLine = ", open connection"
	newLine  = ", new connection"
)

// batch is how many requests are asked in one turn over an open connection; where they take
// long, it is as many as fit into batchTime.
const (
	batch     = 200
	batchTime = 200 * time.Millisecond
)

// talk is one side of a conversation: where, what is said, and how long the answer is.
type talk struct {
	socket  string
	request []byte
	reply   int
}

// socket measures one request, against a server that only echoes.
func (b *bench) socket(ctx context.Context) (result report.Result, err error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	daemon, echo, end, err := b.talks(p)
	if err != nil {
		return result, err
	}
	defer end()
	var cases []measure.Case
	for name, side := range map[string]talk{ours: daemon, theEcho: echo} {
		line, err := place.Connect(side.socket)
		if err != nil {
			return result, err
		}
		defer func() { _ = line.Close() }() // nothing more is said
		cases = append(cases,
			measure.Case{Name: name + openLine, Turn: side.over(line)},
			measure.Case{Name: name + newLine, Turn: side.anew})
	}
	samples, err := measure.Rounds{N: b.scaled(150), Warm: 5, Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	result.Keep(all)
	for _, how := range []string{openLine, newLine} {
		got, floor := all[ours+how], all[theEcho+how]
		most := report.Target{}
		worst := report.Target{}
		if how == openLine {
			most, worst = report.Target{Most: 1.5}, report.Target{Most: 2}
		}
		result.Add("p25"+how, theEcho, measure.Ratio(got.P25, floor.P25), most)
		result.Add("p50"+how, theEcho, measure.Ratio(got.Median, floor.Median), most)
		result.Add("p99"+how, theEcho, measure.Ratio(got.P99, floor.P99), worst)
	}
	return result, nil
}

// question is what `bento-cred token` asks where no .bento-cred.toml stands.
func question() []byte {
	return []byte("bento-cred/1\nop=get\nverb=token\n\n")
}

// questionFor is what `bento-cred header URL` asks.
func questionFor(url string) []byte {
	return []byte("bento-cred/1\nop=get\nurl=" + url + "\nverb=header\n\n")
}

// talks returns the conversation with the daemon and one of the same sizes with an echo, and
// what ends the echo.
func (b *bench) talks(p *place.Place) (daemon, echo talk, end func(), err error) {
	daemon = talk{socket: p.Socket, request: question()}
	reply, err := place.Reply(p.Socket, daemon.request)
	if err != nil {
		return daemon, echo, nil, err
	}
	daemon.reply = len(reply)
	echo = daemon
	echo.socket = filepath.Join(b.work, "echo")
	//nolint:noctx // It is ended.
	child, err := place.StartChild(exec.Command(b.program("echo"), echo.socket,
		strconv.Itoa(len(daemon.request)), strconv.Itoa(daemon.reply)))
	if err != nil {
		return daemon, echo, nil, err
	}
	end = func() {
		child.End()
		_ = os.Remove(echo.socket) // the directory goes with all in it
	}
	if err := child.Await(func() bool { return place.Listens(echo.socket) }); err != nil {
		end()
		return daemon, echo, nil, err
	}
	return daemon, echo, end, nil
}

// over returns the turn that asks a batch of requests over an open connection.
func (t talk) over(line place.Line) func(context.Context) ([]measure.Sample, error) {
	return func(context.Context) ([]measure.Sample, error) {
		samples := make([]measure.Sample, 0, batch)
		buffer := make([]byte, t.reply)
		for late := time.Now().Add(batchTime); len(samples) < batch && time.Now().Before(late); {
			begin := time.Now()
			if err := line.Ask(t.request, buffer); err != nil {
				return nil, err
			}
			samples = append(samples, measure.Sample{Wall: time.Since(begin)})
		}
		return samples, nil
	}
}

// anew connects, asks and hangs up, a few times.
func (t talk) anew(context.Context) ([]measure.Sample, error) {
	samples := make([]measure.Sample, batch/10)
	buffer := make([]byte, t.reply)
	for i := range samples {
		begin := time.Now()
		line, err := place.Connect(t.socket)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(line.Ask(t.request, buffer), line.Close()); err != nil {
			return nil, err
		}
		samples[i].Wall = time.Since(begin)
	}
	return samples, nil
}
