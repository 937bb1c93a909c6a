package cloudtest

import (
	"fmt"
	"slices"
)

// AddToken makes one more token known.
func (c *Cloud) AddToken(token Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addLocked(token)
}

// addLocked makes one more token known, and returns it with nothing left empty.
func (c *Cloud) addLocked(token Token) Token {
	if token.UID == "" {
		token.UID = "token_" + Fingerprint(token.Value)
	}
	if token.User == "" {
		token.User = c.cfg.Users[0].Name
	}
	if token.Scopes == nil && token.Developer {
		token.Scopes = []string{scopeAll}
	}
	if token.Created.IsZero() {
		token.Created = c.started
	}
	c.tokens = append(c.tokens, token)
	return token
}

// makeLocked gives a token a value and the time, and makes it known.
func (c *Cloud) makeLocked(token Token) Token {
	c.made++
	// The length and the letters of a value that Yatai makes.
	token.Value = fmt.Sprintf("madeup%014d", c.made)
	if c.cfg.NewValue != nil {
		token.Value = c.cfg.NewValue(c.made)
	}
	token.Created = c.now()
	return c.addLocked(token)
}

// Revoke forgets the token with a value, and reports whether there was one.
func (c *Cloud) Revoke(value string) bool {
	_, found := c.forget(func(t Token) bool { return t.Value == value })
	return found
}

// forget forgets the first token that is meant, and returns what it was.
func (c *Cloud) forget(meant func(Token) bool) (Token, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.tokens, meant)
	if i < 0 {
		return Token{}, false
	}
	token := c.tokens[i]
	c.tokens = slices.Delete(c.tokens, i, i+1)
	return token, true
}

// Tokens returns what the Cloud knows of every token now, values included, oldest
// first.
func (c *Cloud) Tokens() []Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	tokens := slices.Clone(c.tokens)
	for i := range tokens {
		tokens[i].Scopes = slices.Clone(tokens[i].Scopes)
		tokens[i].Deployments = slices.Clone(tokens[i].Deployments)
	}
	return tokens
}
