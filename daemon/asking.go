package daemon

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
	"github.com/bento-cred/bento-cred/daemon/internal/ask"
)

// rememberNo is how long a no holds: a program that asks again and again is not to fill the
// screen, and a person who pressed the wrong button is not to wait for long.
const rememberNo = 30 * time.Second

// reask puts settings in force for the questions to a person. What was answered under other
// rules is forgotten.
func (d *Daemon) reask(settings configs.Ask, rules []configs.Rule) {
	if d.asker.Load() != nil && settings == d.asked && reflect.DeepEqual(rules, d.ruled) {
		return
	}
	d.asked, d.ruled = settings, rules
	before := d.asker.Swap(ask.New(ask.Config{
		Program: settings.Program, Environ: d.config.Environ, Log: d.config.Log, Now: d.config.Now,
		Timeout: settings.Deadline, Remember: settings.Remember, RememberNo: min(settings.Remember, rememberNo),
	}))
	if before != nil {
		go before.Close() // what is being asked was decided by the old rules
	}
}

// askPerson has a person decide. Of tokens the answer holds for all processes that belong
// together, and for a while; each change is a question of its own.
func (a *agent) askPerson(ctx context.Context, who requester, what act, v verdict) verdict {
	ctx, cancel := a.daemon.whileServing(ctx)
	defer cancel()
	key := fmt.Sprintf("change %d", a.daemon.questions.Add(1))
	if what.credential {
		tree := who.Tree()
		key = fmt.Sprintf("token %d %d %q %q %q %q %q", tree.PID, tree.Started, v.Rule, what.context, what.host, what.token, who.program())
	}
	yes, err := a.daemon.asker.Load().Ask(ctx, key, question(who, what))
	switch {
	case errors.Is(err, ask.ErrClosed):
		return v.deny("the rules were changed while a person was asked; try again")
	case err != nil:
		return v.deny("a person was to be asked: " + err.Error())
	case !yes:
		return v.deny("a person said no")
	}
	v.Answer, v.reason, v.byPerson = allowed, "a person said yes", true
	return v
}

// question returns what a person is asked about a request.
func question(who requester, what act) ask.Question {
	text := "bento-cred: " + who.program() + "\nwants "
	switch {
	case what.credential:
		text += "a token of context " + quoted(what.context) + " for " + what.host + " (" + what.verb + ")"
	case what.context != "":
		text += strings.ReplaceAll(what.verb, "_", " ") + " of context " + quoted(what.context) + " for " + what.host
	default:
		text += strings.ReplaceAll(what.verb, "_", " ")
	}
	if what.detail != "" {
		text += "\n" + what.detail
	}
	if who.Directory != "" {
		text += "\nin " + who.Directory
	}
	q := ask.Question{Title: "bento-cred", Text: text, Terminal: who.Terminal}
	if len(who.Chain) > 0 {
		q.Environ = ancestry.Environ(who.Chain[0].PID, wordsOfDesktop)
	}
	return q
}

// wordsOfDesktop are the variables that lead to the screen of whoever asks: a daemon that was
// started before there was a desktop does not know them.
var wordsOfDesktop = []string{
	"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "DBUS_SESSION_BUS_ADDRESS",
}
