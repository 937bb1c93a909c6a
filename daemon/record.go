package daemon

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
	"github.com/bento-cred/bento-cred/daemon/internal/audit"
	"github.com/bento-cred/bento-cred/daemon/internal/grant"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The bounds of an answer about the record.
const (
	mostRecords    = 1000
	longestLogWait = 30 * time.Second
	mostLog        = 8 << 20 // bytes, and no more when they are escaped: document does not
)

// openRecords opens the record of decisions and the grants. Both are this daemon's alone from
// here on: it holds the lock of the data.
func (d *Daemon) openRecords() error {
	record, err := audit.Open(audit.Config{
		Dir: filepath.Join(d.config.DataDir, "audit"), Spill: ipc.SpillPath(d.config.Socket),
		Now: d.config.Now, Log: d.config.Log,
	})
	if err != nil {
		return coded(err)
	}
	grants, err := grant.Open(grant.Config{
		Path: filepath.Join(d.config.DataDir, "grants.json"), Boot: ancestry.Boot(),
		Running: func(h grant.Holder) bool {
			return ancestry.Running(ancestry.Process{PID: h.PID, Started: h.Started})
		},
	})
	if err != nil {
		return errors.Join(coded(err), record.Close())
	}
	d.audit, d.grants = record, grants
	d.sayHead("the record of decisions begins")
	return nil
}

// closeRecords closes the record of decisions.
func (d *Daemon) closeRecords() {
	d.sayHead("the record of decisions ends")
	if err := d.audit.Close(); err != nil {
		d.config.Log.Error("closing the record of decisions", "error", err)
	}
}

// sayHead logs where the record stands. The log is another file, often of another program: who
// cuts records off at the end would have to change that, too.
func (d *Daemon) sayHead(what string) {
	seq, digest := d.audit.Head()
	d.config.Log.Info(what, "record", seq, "digest", digest)
}

// Log implements management.Agent.
func (a *agent) Log(ctx context.Context, query management.LogQuery) ([]management.LogRecord, error) {
	limit := query.Limit
	if limit <= 0 || limit > mostRecords {
		limit = mostRecords
	}
	wanted := func(r audit.Record) bool { return query.Context == "" || r.Context == query.Context }
	var records []audit.Record
	var err error
	switch {
	case query.Wait > 0:
		records, err = a.news(ctx, query, limit, wanted)
	case query.After > 0:
		records, err = a.daemon.audit.Since(query.After, limit, wanted)
	default:
		records, err = a.daemon.audit.Last(limit, wanted)
	}
	if err != nil {
		return nil, coded(fmt.Errorf("reading the record of decisions: %w", err))
	}
	list, size := make([]management.LogRecord, 0, len(records)), 0
	for _, r := range records {
		if size += recordSize(r); size > mostLog && query.After > 0 {
			break // who follows asks for the rest
		}
		list = append(list, describeRecord(r))
	}
	for size > mostLog { // the newest are wanted
		size -= recordSize(records[0])
		records, list = records[1:], list[1:]
	}
	return list, nil
}

// recordSize returns about how much of an answer a record takes.
func recordSize(r audit.Record) int {
	const rest = 512 // numbers, names of fields and short texts
	size := rest + len(r.Executable) + len(r.Directory) + len(r.Detail) + len(r.Reason)
	for _, parent := range r.Parents {
		size += len(parent) + 4
	}
	return size
}

// news waits for records behind query.After.
func (a *agent) news(ctx context.Context, query management.LogQuery, limit int, wanted func(audit.Record) bool) ([]audit.Record, error) {
	ctx, done := a.daemon.whileServing(ctx)
	defer done()
	ctx, cancel := context.WithTimeout(ctx, min(query.Wait, longestLogWait))
	defer cancel()
	for {
		head, _ := a.daemon.audit.Head() // before the look, or what comes between is missed
		records, err := a.daemon.audit.Since(query.After, limit, wanted)
		if err != nil || len(records) > 0 {
			return records, err
		}
		if a.daemon.audit.Wait(ctx, head) != nil {
			return nil, nil // nothing came, or the asker went
		}
	}
}

func describeRecord(r audit.Record) management.LogRecord {
	return management.LogRecord{
		Seq: r.Seq, Time: r.Time, UID: r.UID, PID: r.PID, Executable: r.Executable, Chain: r.Parents,
		Directory: r.Directory, Contained: r.Contained, Verb: r.Verb, Context: r.Context, Host: r.Host,
		Token: r.Token, Detail: r.Detail, Answer: string(r.Answer), Rule: r.Rule, Grant: r.Grant, Reason: r.Reason,
	}
}

// VerifyLog implements management.Agent.
func (a *agent) VerifyLog(context.Context) (management.LogCheck, error) {
	report, err := a.daemon.audit.Verify()
	if err != nil {
		return management.LogCheck{}, coded(fmt.Errorf("reading the record of decisions: %w", err))
	}
	return management.LogCheck{
		Whole: report.Trouble == "", Trouble: report.Trouble, Files: report.Files,
		Records: report.Records, First: report.First, Last: report.Last, Head: report.Head,
	}, nil
}
