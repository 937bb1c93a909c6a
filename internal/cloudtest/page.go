package cloudtest

import (
	_ "embed"
	"net/http"
)

// pageText is the template of the page on which a person decides on a login.
//
//go:embed page.html
var pageText string

// pagePolicy lets the page do nothing but show itself and send its form.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// view is what the page shows: the question while there is a Code, Said after.
type view struct {
	Code         string
	Organization string
	User         string
	Said         string
}

// servePage shows the page of a login code. On BentoCloud the person would have to
// be logged in there; here everybody is the user of Config.Login.
func (c *Cloud) servePage(w http.ResponseWriter, r *http.Request) {
	text := r.URL.Query().Get("code")
	c.mu.Lock()
	code, found := c.codeLocked(text)
	state := codeVanished
	if found {
		state = c.stateLocked(code)
	}
	c.mu.Unlock()
	if state == codePending {
		c.show(w, http.StatusOK, view{Code: text, Organization: c.cfg.Organization, User: c.user(c.cfg.Login.User).Name})
		return
	}
	c.showState(w, state)
}

// serveVerdict takes what the person decided on the page.
func (c *Cloud) serveVerdict(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	text := r.PostFormValue("code")
	switch r.PostFormValue("verdict") {
	case "approve":
		if c.Approve(text) {
			c.showState(w, codeApproved)
			return
		}
	case "deny":
		if c.Deny(text) {
			c.showState(w, codeDenied)
			return
		}
	default:
		c.show(w, http.StatusBadRequest, view{Said: "This is no decision."})
		return
	}
	c.show(w, http.StatusConflict, view{Said: "This login waits for no decision. Please begin again."})
}

// showState shows that there is nothing left to decide.
func (c *Cloud) showState(w http.ResponseWriter, state codeState) {
	switch state {
	case codeApproved:
		c.show(w, http.StatusOK, view{Said: "You may close this page."})
	case codeDenied:
		c.show(w, http.StatusOK, view{Said: "Login denied."})
	case codeExpired:
		c.show(w, http.StatusGone, view{Said: "This login is too old. Please begin again."})
	default:
		c.show(w, http.StatusNotFound, view{Said: "This login is not known. Please begin again."})
	}
}

// show sends the page.
func (c *Cloud) show(w http.ResponseWriter, status int, what view) {
	header := w.Header()
	header.Set(headerContentType, "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer") // The address holds the code.
	w.WriteHeader(status)
	_ = c.page.Execute(w, what) // Fails where the browser left.
}
