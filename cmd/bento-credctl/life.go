package main

import (
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// contextBlock shows what a person wants to know of a context and each of its tokens.
func (a *app) contextBlock(c management.Context) []output.Field {
	var block output.View
	name := output.Cell{Text: c.Name, Style: output.Strong}
	if c.Current {
		name.Text += " *"
		name.Style = output.Good
	}
	block.Add("context", name)
	block.Add("account", output.Text(joined(", ", c.Organization, c.Email)))
	block.Add("endpoint", output.Text(c.Endpoint))
	if len(c.Tokens) == 0 {
		block.Add("token", output.Cell{Text: "none", Style: output.Bad})
	}
	for _, token := range c.Tokens {
		a.addToken(&block, token)
	}
	return block.Fields
}

// addToken adds to block what is known of a token.
func (a *app) addToken(block *output.View, t management.Token) {
	block.Add("token", output.Text(joined(", ", tokenName(t), t.Kind, accessWords(t))))
	block.Add("", a.lifeCell(t))
	if t.Refused != "" {
		block.Add("", output.Cell{Text: "refused by the cloud: " + t.Refused, Style: output.Bad})
	}
	if t.Retires != nil {
		block.Add("", output.Cell{Text: "retires " + a.when(*t.Retires) + ", another took its place", Style: output.Warning})
	}
	var past []string
	for _, event := range []struct {
		what string
		at   *time.Time
	}{{"created", t.Created}, {"used", t.LastUsed}, {"checked", t.Checked}} {
		if event.at != nil {
			past = append(past, event.what+" "+a.when(*event.at))
		}
	}
	block.Add("", output.Cell{Text: strings.Join(past, ", "), Style: output.Faint})
}

// when tells in words how far t is from now.
func (a *app) when(t time.Time) string { return output.When(a.now(), t) }

// lifeCell shows how much of its life a token has left.
func (a *app) lifeCell(t management.Token) output.Cell {
	if t.Expired || t.Life == nil {
		cell := a.expiryCell(t)
		if !t.Expired && t.Expires != nil {
			cell.Text = "expires " + cell.Text
		} else if !t.Expired {
			cell.Text = "expiry " + cell.Text
		}
		return cell
	}
	left, total := t.Life.Left, t.Life.Total
	words := output.Left(time.Duration(left) * time.Second)
	if total <= 0 {
		return output.Text(words)
	}
	return output.Cell{Text: output.Bar(left, total, a.unicode()) + " " + words, Style: output.LifeStyle(left, total)}
}

// joined returns the texts that are not empty with separator between them.
func joined(separator string, texts ...string) string {
	var said []string
	for _, text := range texts {
		if text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, separator)
}
