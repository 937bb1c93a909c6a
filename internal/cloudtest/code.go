package cloudtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// codeLifetime is how long a login code can be used, unless the CodeManner says
// otherwise.
const codeLifetime = 10 * time.Minute

// CodeManner is the way a Cloud answers who asks for the token of a login code that
// has none. BentoCloud's is not known: its client takes any answer but a success for
// "not yet". The zero value has a status and a text of its own for each case.
type CodeManner struct {
	Pending  CodeReply // nobody decided yet; if zero, 400 {"error"}
	Denied   CodeReply // a person said no; if zero, 403 {"message"}
	Expired  CodeReply // it was too old; if zero, 410 {"error"}
	Vanished CodeReply // there is no such code, or no more; if zero, 404 {"error"}
	// Lifetime is how long a code can be used, from when it was made until its token
	// is collected, by the Cloud's clock; if 0, ten minutes.
	Lifetime time.Duration
	// Again lets a token be collected more than once. Otherwise its code vanishes.
	Again bool
}

// CodeReply is the answer to who asks with a login code.
type CodeReply struct {
	Status int    // if 0 while there is a Body, 200
	Body   string // JSON, or empty
}

// CodesAlike returns the CodeManner of a cloud that says of every code without
// a token that there is no such thing.
func CodesAlike() CodeManner {
	no := CodeReply{http.StatusNotFound, refuseCode.body()}
	return CodeManner{Pending: no, Denied: no, Expired: no, Vanished: no}
}

// PendingOK returns the CodeManner of a cloud that answers with 200 and body while
// nobody has decided, as in `{}` or `{"token":null}`.
func PendingOK(body string) CodeManner {
	return CodeManner{Pending: CodeReply{http.StatusOK, body}}
}

// code is one login that was begun.
type code struct {
	text   string
	number int // from 1
	made   time.Time
	state  codeState
	token  Token // once approved
}

// codeState is how far a login is.
type codeState int

const (
	codePending codeState = iota
	codeApproved
	codeDenied
	codeExpired
	codeVanished // never the state of a code that is there
)

func (c *code) approve(token Token) { c.state, c.token = codeApproved, token }

// Codes returns the login codes on which nobody decided yet, oldest first.
func (c *Cloud) Codes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var waiting []string
	for _, code := range c.codes {
		if c.stateLocked(code) == codePending {
			waiting = append(waiting, code.text)
		}
	}
	return waiting
}

// Approve does what a person does on the page of a code who agrees, and reports
// whether the code waited for that.
func (c *Cloud) Approve(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	code, found := c.waitingLocked(text)
	if found {
		code.approve(c.makeLocked(c.login(code)))
	}
	return found
}

// Deny does what a person does on the page of a code who refuses, and reports
// whether the code waited for that.
func (c *Cloud) Deny(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	code, found := c.waitingLocked(text)
	if found {
		code.state = codeDenied
	}
	return found
}

// Expire ends the life of a code, whatever was decided, and reports whether there
// was one. An approved one leaves its token behind.
func (c *Cloud) Expire(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	code, found := c.codeLocked(text)
	if found {
		code.state = codeExpired
	}
	return found
}

// Vanish forgets a code, and reports whether there was one. An approved one leaves
// its token behind.
func (c *Cloud) Vanish(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.codes)
	c.codes = slices.DeleteFunc(c.codes, func(code *code) bool { return code.text == text })
	return len(c.codes) < before
}

// codeLocked returns the code that reads text.
func (c *Cloud) codeLocked(text string) (*code, bool) {
	i := slices.IndexFunc(c.codes, func(code *code) bool { return code.text == text })
	if i < 0 {
		return nil, false
	}
	return c.codes[i], true
}

// waitingLocked returns the code that reads text, if nobody decided on it yet.
func (c *Cloud) waitingLocked(text string) (*code, bool) {
	code, found := c.codeLocked(text)
	if !found || c.stateLocked(code) != codePending {
		return nil, false
	}
	return code, true
}

// stateLocked returns how far a login is by now.
func (c *Cloud) stateLocked(code *code) codeState {
	lifetime := c.cfg.Codes.Lifetime
	if lifetime == 0 {
		lifetime = codeLifetime
	}
	if code.state != codeDenied && !c.now().Before(code.made.Add(lifetime)) {
		return codeExpired
	}
	return code.state
}

// login returns the token to be made for an approved code.
func (c *Cloud) login(code *code) Token {
	login := c.cfg.Login
	token := Token{
		Name: login.Name, Description: "made by a login in the browser", User: login.User, Scopes: login.Scopes,
		Developer: login.Developer, AllEndpoints: login.AllEndpoints, Deployments: login.Deployments,
		Organization: login.Organization,
	}
	if token.Name == "" {
		token.Name = "login-" + strconv.Itoa(code.number)
	}
	if !token.Developer && !token.AllEndpoints && len(token.Deployments) == 0 {
		token.Developer = true
	}
	if login.Lifetime != 0 {
		token.Expires = c.now().Add(login.Lifetime)
	}
	return token
}

// serveCode begins a login. It needs no token: to get one is what it is for.
func (c *Cloud) serveCode(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	c.asked++
	text := fmt.Sprintf("made-up-code-%d", c.asked)
	if c.cfg.NewCode != nil {
		text = c.cfg.NewCode(c.asked)
	}
	c.codes = append(c.codes, &code{text: text, number: c.asked, made: c.now()})
	c.mu.Unlock()
	reply(w, map[string]string{"code": text})
}

// serveCollect sends the token of an approved code, and says why there is none.
func (c *Cloud) serveCollect(w http.ResponseWriter, r *http.Request) {
	token, state := c.collect(r.URL.Query().Get("code"))
	if state == codeApproved {
		reply(w, c.revealed(token))
		return
	}
	answer, otherwise := c.cfg.Codes.reply(state)
	if answer == (CodeReply{}) {
		c.refuse(w, otherwise)
		return
	}
	if answer.Status == 0 {
		answer.Status = http.StatusOK
	}
	replyText(w, answer.Status, answer.Body)
}

// collect returns the token of a code, and how far its login is.
func (c *Cloud) collect(text string) (Token, codeState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, there := c.codeLocked(text)
	if !there {
		return Token{}, codeVanished
	}
	state := c.stateLocked(found)
	if state == codeApproved && !c.cfg.Codes.Again {
		c.codes = slices.DeleteFunc(c.codes, func(code *code) bool { return code == found })
	}
	return found.token, state
}

// reply returns the answer for a state, and the refusal that stands for a zero one.
func (m CodeManner) reply(state codeState) (CodeReply, refusal) {
	switch state {
	case codeDenied:
		return m.Denied, refuseDenied
	case codeExpired:
		return m.Expired, refuseExpiredCode
	case codeVanished:
		return m.Vanished, refuseCode
	default:
		return m.Pending, refusePending
	}
}
