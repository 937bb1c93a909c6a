package ipc

import (
	"strconv"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Encode returns r as the attributes of a request.
func (r Request) Encode() Message {
	m := r.Selection.Encode()
	m.Add("access", r.Access)
	m.Add("url", r.URL)
	m.Add("deployment", r.Deployment)
	m.Add("verb", r.Verb)
	if r.Wait > 0 {
		m.Add("wait", strconv.Itoa(int(r.Wait/time.Second)))
	}
	return m
}

// Encode returns s as the attributes of a request.
func (s Selection) Encode() Message {
	var m Message
	m.Add("context", s.Context)
	m.Add("context_source", s.Source)
	m.Add("directory", s.Directory)
	return m
}

// DecodeSelection reads what Selection.Encode wrote.
func DecodeSelection(m Message) Selection {
	return Selection{Context: m.Get("context"), Source: m.Get("context_source"), Directory: m.Get("directory")}
}

// DecodeRequest reads what Request.Encode wrote. A time to wait that is no number is none.
func DecodeRequest(m Message) Request {
	wait := 0
	if text := m.Get("wait"); text != "" {
		wait, _ = strconv.Atoi(text)
	}
	return Request{
		Selection: DecodeSelection(m), Access: m.Get("access"), URL: m.Get("url"), Deployment: m.Get("deployment"),
		Verb: m.Get("verb"), Wait: time.Duration(max(0, wait)) * time.Second,
	}
}

// Encode returns c as the attributes of a reply.
func (c Credential) Encode() Message {
	var m Message
	m.Add("context", c.Context)
	m.Add("context_source", c.Source)
	m.Add("endpoint", c.Endpoint)
	m.Add("header", c.Header)
	m.Add("scheme", c.Scheme)
	m.Add("value", c.Value.Reveal())
	m.Add("url", c.URL)
	if c.Public {
		m.Add("public", yes)
	}
	if !c.Expires.IsZero() {
		m.Add("expires", c.Expires.UTC().Format(time.RFC3339))
	}
	m.Add("token_uid", c.TokenUID)
	m.AddList("warning", c.Warnings)
	return m
}

// yes is the value of an attribute that says that something is so.
const yes = "true"

// DecodeCredential reads what Credential.Encode wrote. A reply without the value that
// does not say why is refused: an empty token must never be taken for one.
func DecodeCredential(m Message) (Credential, error) {
	c := Credential{
		Context:  m.Get("context"),
		Source:   m.Get("context_source"),
		Endpoint: m.Get("endpoint"),
		Header:   m.Get("header"),
		Scheme:   m.Get("scheme"),
		Value:    credential.NewSecret(m.Get("value")),
		URL:      m.Get("url"),
		Public:   m.Get("public") == yes,
		TokenUID: m.Get("token_uid"),
		Warnings: m.List("warning"),
	}
	if c.Value.IsZero() != c.Public || c.Endpoint == "" {
		return Credential{}, badRequest("the daemon's reply holds no credential")
	}
	if text := m.Get("expires"); text != "" {
		expires, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return Credential{}, badRequest("the daemon's reply has no date at expires")
		}
		c.Expires = expires
	}
	return c, nil
}

// Encode returns d as the attributes of a reply. The version is not among them:
// the server adds it to every reply.
func (d Daemon) Encode() Message {
	var m Message
	m.Add("protocols", d.Protocols)
	m.Add("pid", strconv.Itoa(d.PID))
	mode := modeService
	if d.OnDemand {
		mode = modeOnDemand
	}
	m.Add("mode", mode)
	return m
}

// The words of a daemon's mode.
const (
	modeOnDemand = "on-demand"
	modeService  = "service"
)

// DecodeDaemon reads what Daemon.Encode wrote.
func DecodeDaemon(m Message) (Daemon, error) {
	pid, err := strconv.Atoi(m.Get("pid"))
	if err != nil {
		return Daemon{}, badRequest("the daemon's reply has no number at pid")
	}
	return Daemon{
		Version:   m.Get("server"),
		Protocols: m.Get("protocols"),
		PID:       pid,
		OnDemand:  m.Get("mode") == modeOnDemand,
	}, nil
}

// Encode returns e as the attributes of a reply. Line feeds, which the wire cannot
// carry, become spaces.
func (e *Error) Encode() Message {
	var m Message
	m.Add("error", string(e.Code))
	m.Add("message", oneLine(e.Message))
	m.Add("hint", oneLine(e.Hint))
	return m
}

// failure returns the failure that m tells of, or nil.
func (m *Message) failure() error {
	code := Code(m.Get("error"))
	if code == "" {
		return nil
	}
	return &Error{Code: code.known(), Message: m.Get("message"), Hint: m.Get("hint")}
}

func oneLine(text string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\x00", " ").Replace(text)
}
