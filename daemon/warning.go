package daemon

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/lifetime"
	"github.com/bento-cred/bento-cred/daemon/internal/notice"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// warning is something a person should know of a token.
type warning struct {
	token credential.Token
	text  string
	// stage changes when the warning is worth telling again.
	stage string
	// renewable reports whether a renewal would mend it.
	renewable bool
}

// warnings returns what a person should know of the tokens of c, as fresh returned it.
func (d *Daemon) warnings(c credential.Context) []warning {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	how := settings.RenewalOf(c.Name)
	var list []warning
	for _, t := range c.Tokens {
		if !t.Retires.IsZero() {
			continue // another has taken its place
		}
		if w, due := d.warningOf(c, t, settings.Health.Warn, how); due {
			list = append(list, w)
		}
	}
	return list
}

// warningOf returns what a person should know of a token, and reports whether there is
// something.
func (d *Daemon) warningOf(c credential.Context, t credential.Token, warn []time.Duration, how configs.Renewal) (warning, bool) {
	left, _, known := lifetime.Left(t, d.config.Now())
	stage, near := lifetime.Stage(left, warn)
	if t.Refused == "" && (!known || left > 0 && !near) {
		return warning{}, false // as nearly always
	}
	w := warning{token: t, renewable: whyNotRenewed(t) == ""}
	subject := "the token " + quoted(titleOf(t)) + " of context " + quoted(c.Name)
	again := "; run: bento-cred login --context " + c.Name
	var trouble string
	d.pulses.with(c.Name, t, func(p *pulse) { trouble = p.trouble })
	switch {
	case t.Refused != "":
		w.text, w.stage = subject+" is no longer taken by the cloud ("+t.Refused+")"+again, "refused"
		return w, true
	case !known || len(warn) == 0:
		return w, false
	case left == 0:
		w.text, w.stage = subject+" has expired"+again, "expired"
		return w, true
	case trouble != "":
		w.text, w.stage = subject+" expires in "+lifetime.Words(left)+" and could not be renewed: "+trouble, "trouble "+stage.String()
		return w, near
	case !near, how.Renew == configs.RenewAuto && w.renewable:
		return w, false
	}
	if w.renewable && how.Renew != configs.RenewOff {
		again = "; run: bento-cred renew " + c.Name
	}
	w.text, w.stage = subject+" expires in "+lifetime.Words(left)+again, stage.String()
	return w, true
}

// titleOf returns what a token is called.
func titleOf(t credential.Token) string {
	switch {
	case t.Name != "":
		return t.Name
	case t.UID != "":
		return t.UID
	default:
		return string(t.Origin)
	}
}

// aDay is the time between two warnings that a program shows of the same context.
const aDay = 24 * time.Hour

// dailyWarning returns the sentence that a program which gets a token of c is to show;
// "" where there is none, or where one was shown already today.
func (d *Daemon) dailyWarning(c credential.Context) string {
	list := d.warnings(c)
	if len(list) == 0 {
		return ""
	}
	now := d.config.Now().UTC().Truncate(time.Second)
	if told := d.state.Get().Told[c.Name]; toldToday(told, now) {
		return ""
	}
	first := false
	err := d.state.Note(func(s *state.State) {
		if first = !toldToday(s.Told[c.Name], now); !first {
			return // another program was quicker
		}
		if s.Told == nil {
			s.Told = make(map[string]time.Time)
		}
		s.Told[c.Name] = now
	})
	if err != nil {
		d.config.Log.Error("keeping that a warning was shown", "error", err)
	}
	if !first {
		return ""
	}
	return list[0].text
}

// toldToday reports whether less than a day has passed since told. A time to come is
// that of a clock that was set back, and says nothing.
func toldToday(told, now time.Time) bool {
	return !told.IsZero() && !told.After(now) && now.Sub(told) < aDay
}

// actionRenew is the button of a notice about a token that can be renewed.
const actionRenew = "renew"

// notify shows on the desktop what was not shown yet of c, and takes down what no longer
// holds.
func (d *Daemon) notify(ctx context.Context, c credential.Context) {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	if !settings.Health.Notify {
		return
	}
	list := d.warnings(c)
	d.withdraw(ctx, c.Name, func(key string) bool {
		return !slices.ContainsFunc(list, func(w warning) bool { return noticeKey(c, w.token) == key })
	})
	for _, w := range list {
		key := noticeKey(c, w.token)
		mark := w.stage + " " + w.token.Expires.UTC().Format(time.RFC3339)
		if d.state.Get().Noticed[key] == mark {
			continue
		}
		if now := d.config.Now(); !d.pulses.mayShow(now) || !d.show(ctx, key, c.Name, w) {
			return // there may be a desktop later
		}
		err := d.state.Note(func(s *state.State) {
			if s.Noticed == nil {
				s.Noticed = make(map[string]string)
			}
			s.Noticed[key] = mark
		})
		if err != nil {
			d.config.Log.Error("keeping that a notice was shown", "error", err)
		}
	}
}

// show shows w on the desktop, and reports whether that was possible.
func (d *Daemon) show(ctx context.Context, key, name string, w warning) bool {
	shown := notice.Notice{Key: key, Title: "BentoCloud: " + name, Text: sentence(w.text), Urgent: w.stage == "refused"}
	if w.renewable && w.stage != "expired" {
		shown.Actions = []notice.Action{{ID: actionRenew, Label: "Renew now"}}
	}
	err := d.desk.Show(ctx, shown)
	d.pulses.showed(err, d.config.Now())
	if err != nil {
		d.config.Log.Debug("showing a notice", "context", name, "error", err)
	}
	return err == nil
}

// withdraw takes down those notices about tokens of a context that are over, and forgets
// that they were shown.
func (d *Daemon) withdraw(ctx context.Context, name string, over func(key string) bool) {
	var keys []string
	for key := range d.state.Get().Noticed {
		if strings.HasPrefix(key, name+"/") && over(key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return
	}
	err := d.state.Note(func(s *state.State) {
		for _, key := range keys {
			delete(s.Noticed, key)
		}
	})
	if err != nil {
		d.config.Log.Error("forgetting a notice", "error", err)
	}
	for _, key := range keys {
		if err := d.desk.Withdraw(ctx, key); err != nil {
			d.config.Log.Debug("withdrawing a notice", "context", name, "error", err)
		}
	}
}

// untell forgets what was told of the context called from, which is gone. Where it has
// the name to from now on, that one was warned of as lately.
func (d *Daemon) untell(ctx context.Context, from, to string) {
	d.renewals.forget(from)
	d.withdraw(ctx, from, func(string) bool { return true })
	if _, told := d.state.Get().Told[from]; !told {
		return
	}
	err := d.state.Note(func(s *state.State) {
		if to != "" {
			s.Told[to] = s.Told[from]
		}
		delete(s.Told, from)
	})
	if err != nil {
		d.config.Log.Error("forgetting that a warning was shown", "error", err)
	}
}

// sentence returns text with a capital at its beginning.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// noticeKey names a token of a context in the state: by its uid, or by a part of the
// digest of a value that has none.
func noticeKey(c credential.Context, t credential.Token) string {
	if t.UID != "" {
		return c.Name + "/" + t.UID
	}
	digest := keyOf(c.Name, t).digest
	return c.Name + "/" + hex.EncodeToString(digest[:8])
}

// carryOut does what a person chose on a notice.
func (d *Daemon) carryOut(ctx context.Context, chosen notice.Chosen) {
	name, uid, _ := strings.Cut(chosen.Key, "/")
	if chosen.Action != actionRenew {
		return
	}
	go func() {
		if _, err := d.renew(ctx, name, uid); err != nil {
			d.config.Log.Warn("renewing a token from a notice", "context", name, "token", uid, "error", err)
			failed := notice.Notice{Key: chosen.Key, Title: "BentoCloud: " + name, Text: "The token was not renewed: " + err.Error()}
			if err := d.desk.Show(ctx, failed); err != nil {
				d.config.Log.Debug("showing a notice", "context", name, "error", err)
			}
		}
	}()
}
