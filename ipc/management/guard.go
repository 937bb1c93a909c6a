package management

import (
	"context"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// The operations about who gets what.
const (
	OpLock       = "lock"
	OpGrant      = "grant"
	OpEndGrant   = "end_grant"
	OpGrants     = "grants"
	OpTestPolicy = "test_policy"
	OpLog        = "log"
	OpVerifyLog  = "verify_log"
)

// GrantWish asks for leave for the caller's process and those it starts.
type GrantWish struct {
	ipc.Selection

	Hosts []string // to which a token may go; none: all of the context's
	TTL   time.Duration
	Uses  int // how often; 0: any number of times
}

// Grant is leave for a process tree.
type Grant struct {
	ID      string    `json:"id" yaml:"id"`
	Context string    `json:"context" yaml:"context"`
	Hosts   []string  `json:"hosts,omitempty" yaml:"hosts,omitempty"`
	Expires time.Time `json:"expires_at" yaml:"expires_at"`
	Limited bool      `json:"limited" yaml:"limited"`     // in how often it may be used
	Left    int       `json:"uses_left" yaml:"uses_left"` // of that
	PID     int       `json:"pid" yaml:"pid"`             // the process it is bound to
}

// PolicyTest asks what would be decided.
type PolicyTest struct {
	ipc.Request

	Program string // that would ask, an absolute path; empty: the caller itself
}

// Explanation is a decision that was not carried out.
type Explanation struct {
	Answer      string   `json:"answer" yaml:"answer"`                   // "allow", "deny" or "ask"
	Rule        string   `json:"rule,omitempty" yaml:"rule,omitempty"`   // that decides; empty: none fits
	Grant       string   `json:"grant,omitempty" yaml:"grant,omitempty"` // that decides
	Reason      string   `json:"reason,omitempty" yaml:"reason,omitempty"`
	Verb        string   `json:"verb" yaml:"verb"`
	Context     string   `json:"context" yaml:"context"`
	Host        string   `json:"host" yaml:"host"`
	Executables []string `json:"executables" yaml:"executables"` // the program, and those it descends from
	Directory   string   `json:"directory,omitempty" yaml:"directory,omitempty"`
	Contained   bool     `json:"contained,omitempty" yaml:"contained,omitempty"`
}

// LogQuery asks for records of decisions.
type LogQuery struct {
	After   uint64 // the number of the last one that is known; 0: the newest are asked for
	Context string // of which; empty: of all
	Limit   int    // how many at most; 0: as many as the daemon sends at once
	Wait    time.Duration
}

// LogRecord is a decision that was taken.
type LogRecord struct {
	Seq        uint64    `json:"seq" yaml:"seq"`
	Time       time.Time `json:"time" yaml:"time"`
	UID        int       `json:"uid" yaml:"uid"`
	PID        int       `json:"pid" yaml:"pid"`
	Executable string    `json:"executable,omitempty" yaml:"executable,omitempty"`
	Chain      []string  `json:"chain,omitempty" yaml:"chain,omitempty"` // what it descends from, nearest first
	Directory  string    `json:"directory,omitempty" yaml:"directory,omitempty"`
	Contained  bool      `json:"contained,omitempty" yaml:"contained,omitempty"`
	Verb       string    `json:"verb" yaml:"verb"`
	Context    string    `json:"context,omitempty" yaml:"context,omitempty"`
	Host       string    `json:"host,omitempty" yaml:"host,omitempty"`
	Token      string    `json:"token,omitempty" yaml:"token,omitempty"`   // its uid
	Detail     string    `json:"detail,omitempty" yaml:"detail,omitempty"` // what exactly, and within which limits
	Answer     string    `json:"answer" yaml:"answer"`
	Rule       string    `json:"rule,omitempty" yaml:"rule,omitempty"`
	Grant      string    `json:"grant,omitempty" yaml:"grant,omitempty"`
	Reason     string    `json:"reason,omitempty" yaml:"reason,omitempty"`
}

// LogCheck says how far the record is whole.
type LogCheck struct {
	Whole   bool   `json:"whole" yaml:"whole"`
	Trouble string `json:"trouble,omitempty" yaml:"trouble,omitempty"` // where it is not, and how
	Files   int    `json:"files" yaml:"files"`
	Records uint64 `json:"records" yaml:"records"`
	First   uint64 `json:"first" yaml:"first"` // the number of the oldest record
	Last    uint64 `json:"last" yaml:"last"`
	// Head is the digest of the newest record. Who has noted it elsewhere can tell whether
	// records behind it were taken away.
	Head string `json:"head,omitempty" yaml:"head,omitempty"`
}

// Guard is the part of Agent about who gets what.
type Guard interface {
	// Lock has the daemon forget all that it has in memory, and give out nothing until
	// Unlock.
	Lock(ctx context.Context) error
	// Grant gives leave to the caller's process and those it starts.
	Grant(ctx context.Context, wish GrantWish) (Grant, error)
	// EndGrant takes it back.
	EndGrant(ctx context.Context, id string) error
	// Grants lists those in force.
	Grants(ctx context.Context) ([]Grant, error)
	// TestPolicy tells what would be decided.
	TestPolicy(ctx context.Context, test PolicyTest) (Explanation, error)
	// Log returns records of decisions.
	Log(ctx context.Context, query LogQuery) ([]LogRecord, error)
	// VerifyLog tells how far the record is whole.
	VerifyLog(ctx context.Context) (LogCheck, error)
}

// Lock implements Agent.
func (c Client) Lock(ctx context.Context) error {
	_, err := c.Tell(ctx, OpLock, ipc.Message{})
	return err
}

// Grant implements Agent.
func (c Client) Grant(ctx context.Context, wish GrantWish) (Grant, error) {
	request := wish.Encode()
	request.AddList("host", wish.Hosts)
	request.Add("ttl", strconv.Itoa(int(wish.TTL/time.Second)))
	request.Add("uses", strconv.Itoa(wish.Uses))
	return decode[Grant](c.Tell(ctx, OpGrant, request))
}

// DecodeGrantWish reads what Client.Grant wrote.
func DecodeGrantWish(m ipc.Message) (GrantWish, error) {
	ttl, ttlErr := strconv.Atoi(m.Get("ttl"))
	uses, usesErr := strconv.Atoi(m.Get("uses"))
	if ttlErr != nil || usesErr != nil || ttl < 0 || uses < 0 {
		return GrantWish{}, &ipc.Error{Code: ipc.Usage, Message: "a grant has a ttl and uses, which are numbers", Hint: "see `bento-cred grant --help`"}
	}
	return GrantWish{
		Selection: ipc.DecodeSelection(m), Hosts: m.List("host"), TTL: time.Duration(ttl) * time.Second, Uses: uses,
	}, nil
}

// EndGrant implements Agent.
func (c Client) EndGrant(ctx context.Context, id string) error {
	_, err := c.Tell(ctx, OpEndGrant, message("id", id))
	return err
}

// Grants implements Agent.
func (c Client) Grants(ctx context.Context) ([]Grant, error) {
	return decode[[]Grant](c.Ask(ctx, OpGrants, ipc.Message{}))
}

// TestPolicy implements Agent.
func (c Client) TestPolicy(ctx context.Context, test PolicyTest) (Explanation, error) {
	request := test.Encode()
	request.Add("program", test.Program)
	return decode[Explanation](c.Ask(ctx, OpTestPolicy, request))
}

// Log implements Agent.
func (c Client) Log(ctx context.Context, query LogQuery) ([]LogRecord, error) {
	return decode[[]LogRecord](c.Ask(ctx, OpLog, message(
		"after", strconv.FormatUint(query.After, 10), "context", query.Context,
		"limit", strconv.Itoa(query.Limit), "wait", strconv.Itoa(int(query.Wait/time.Second)))))
}

// DecodeLogQuery reads what Client.Log wrote. What is no number is none.
func DecodeLogQuery(m ipc.Message) LogQuery {
	after, _ := strconv.ParseUint(m.Get("after"), 10, 64)
	limit, _ := strconv.Atoi(m.Get("limit"))
	wait, _ := strconv.Atoi(m.Get("wait"))
	return LogQuery{After: after, Context: m.Get("context"), Limit: limit, Wait: time.Duration(wait) * time.Second}
}

// VerifyLog implements Agent.
func (c Client) VerifyLog(ctx context.Context) (LogCheck, error) {
	return decode[LogCheck](c.Ask(ctx, OpVerifyLog, ipc.Message{}))
}
