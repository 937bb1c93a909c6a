package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/browser"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const (
	// redrawTime is how often what is waited for is drawn.
	redrawTime = 200 * time.Millisecond
	// leaveTime is how long the daemon is given to hear that a login was given up. It
	// needs no more to note it; a login nobody takes back ends at its own deadline.
	leaveTime = 2 * time.Second
)

// waiting is what a login by browser waits for.
const waiting = "waiting for the approval in the browser"

// loginByBrowser has the daemon make a login, shows its page, opens it where open is
// set, and waits until the login was approved. The token goes from the cloud to the
// daemon: it does not come through here.
func (a *app) loginByBrowser(ctx context.Context, login management.BrowserLogin, open bool) error {
	agent, err := a.agent(ctx)
	if err != nil {
		return err
	}
	approval, err := agent.StartLogin(ctx, login)
	if err != nil {
		return err
	}
	if err := browser.CheckPage(approval.Page, approval.Endpoint); err != nil {
		a.leaveLogin(ctx, approval.ID)
		return &ipc.Error{
			Code:    ipc.BadReply,
			Message: err.Error() + " " + quoted(approval.Endpoint) + "; nothing was opened",
			Hint:    "look at the endpoint, or log in with --paste",
		}
	}
	if approval.Joined {
		a.say("joined a login that another shell began")
	}
	a.say("Open this page to log in:")
	a.tell("  " + approval.Page)
	wait := approvalWait{app: a, approval: approval, notes: make(chan string, 1)}
	if open && !approval.Joined { // the other shell has opened it
		go func() { wait.notes <- a.openPage(ctx, approval.Page) }()
	}
	if wait.agent, err = a.silent(ctx); err != nil {
		return err
	}
	loggedIn, err := wait.run(ctx)
	if err != nil && ctx.Err() != nil {
		a.leaveLogin(ctx, approval.ID)
		a.say("login given up")
	}
	if err != nil {
		return err
	}
	return a.showLogin(loggedIn)
}

// leaveLogin tells the daemon that nobody waits for a login any more: over a connection
// of its own, because the one in use was cut off in the middle of a question.
func (a *app) leaveLogin(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	if agent, err := a.running(ctx); err == nil {
		_ = agent.LeaveLogin(ctx, id) // the login ends at its deadline in any case
	}
}

// openPage opens page in the person's browser. It returns what the person should know;
// empty: nothing.
func (a *app) openPage(ctx context.Context, page string) string {
	opener := browser.Opener{Getenv: a.getenv, Environ: a.environ, System: runtime.GOOS}
	err := opener.Open(ctx, page)
	switch {
	case err == nil, ctx.Err() != nil:
		return ""
	case errors.Is(err, browser.ErrNowhere):
		return "there is no display here; open the page on any machine"
	default:
		return "the browser could not be opened; open the page on any machine"
	}
}

// approvalWait is the wait for a person to approve a login.
type approvalWait struct {
	app      *app
	agent    management.Agent
	approval management.Approval
	notes    chan string // what opening the page came to, once

	line    terminal.Line
	drawn   bool // the terminal shows the wait; else a line tells of each change
	frame   int
	trouble string
}

// answered is one answer about a login.
type answered struct {
	progress management.Progress
	err      error
}

// run waits until the login is over or ctx ends.
func (w *approvalWait) run(ctx context.Context) (management.LoggedIn, error) {
	w.line.Out = w.app.err
	w.drawn = terminal.Is(w.app.err) && !w.app.dumb()
	if !w.drawn {
		w.app.say(waiting + ", until " + w.approval.Deadline.UTC().Format(time.RFC3339))
	}
	defer w.line.Clear()
	ticker := time.NewTicker(redrawTime)
	defer ticker.Stop()
	answers := w.ask(ctx)
	for {
		w.draw()
		select {
		case got := <-answers:
			if got.err != nil {
				return management.LoggedIn{}, got.err
			}
			if got.progress.Done != nil {
				return *got.progress.Done, nil
			}
			w.heard(got.progress)
			answers = w.ask(ctx)
		case note := <-w.notes:
			w.tell(note)
		case <-ticker.C:
		case <-ctx.Done():
			return management.LoggedIn{}, context.Cause(ctx)
		}
	}
}

// ask asks once how far the login is. The answer takes the daemon some time.
func (w *approvalWait) ask(ctx context.Context) <-chan answered {
	answers := make(chan answered, 1)
	go func() {
		progress, err := w.agent.AwaitLogin(ctx, w.approval.ID)
		answers <- answered{progress, err}
	}()
	return answers
}

// heard takes in how far the login is.
func (w *approvalWait) heard(progress management.Progress) {
	w.approval.Deadline = progress.Deadline
	changed := progress.Trouble != w.trouble
	w.trouble = progress.Trouble
	switch {
	case w.drawn || !changed:
	case w.trouble == "":
		w.tell("the endpoint answers again; " + waiting)
	default:
		w.tell(w.trouble)
	}
}

// tell tells the person something while the wait is shown.
func (w *approvalWait) tell(note string) {
	if note == "" {
		return
	}
	w.line.Clear()
	w.app.say(note)
}

// draw shows the wait, the time that is left, and what stands in its way.
func (w *approvalWait) draw() {
	if !w.drawn {
		return
	}
	frames := []string{"|", "/", "-", `\`}
	if w.app.unicode() {
		frames = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
	}
	w.frame++
	left := max(0, w.approval.Deadline.Sub(w.app.now()))
	what, trouble := waiting, ""
	if w.trouble != "" { // the line has to have room for it
		what, trouble = "waiting", "; "+output.Clean(w.trouble)
	}
	w.line.Draw(fmt.Sprintf("%s %s, %02d:%02d left%s",
		frames[w.frame%len(frames)], what, int(left/time.Minute), int(left/time.Second)%secondsPerMinute, trouble))
}

// secondsPerMinute is what the seconds of a clock go up to.
const secondsPerMinute = 60
