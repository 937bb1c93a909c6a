package main

import (
	"context"
	"errors"
	"os/exec"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

const (
	caseExec = "bento-cred exec -- true"
	caseTrue = "env true"
)

// exec measures a command that is run with a token, against the same run without: the helper
// becomes the command, so there is one process in both.
func (b *bench) exec(ctx context.Context) (result report.Result, err error) {
	env, err := exec.LookPath("env")
	if err != nil {
		result.Lack(caseExec, "env is not on PATH")
		return result, nil
	}
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	token := hotCommands(p)[caseToken]
	cases := []measure.Case{
		b.hello(p).Case(emptyGo, 1),
		token.Case(caseToken, 1),
		p.Command(ipc.ProgramHelper, "exec", "--", "true").Case(caseExec, 1),
		measure.Command{Args: []string{env, "true"}, Env: p.Environ(), Dir: p.Dir}.Case(caseTrue, 1),
	}
	samples, err := measure.Rounds{N: b.rounds, Warm: b.scaled(10), Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	result.Keep(all)
	result.Add(caseExec, caseTrue+" and one "+caseToken,
		measure.Ratio(all[caseExec].Median, all[caseTrue].Median+all[caseToken].Median), report.Target{Most: 1.3})
	result.Add(caseExec, emptyGo, measure.Ratio(all[caseExec].Median, all[emptyGo].Median), report.Target{})
	return result, nil
}
