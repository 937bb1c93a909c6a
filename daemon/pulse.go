package daemon

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/lifetime"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// pulses is what the daemon knows of the tokens beside what the store holds: when each
// was last used and checked, when it is next to be asked about, and a refusal that the
// store could not be told of yet. None of it is worth a write to the keychain.
type pulses struct {
	mu     sync.Mutex
	tokens map[pulseKey]*pulse // guarded by mu
	// judging has the names of contexts of which a pulse may know a refusal.
	judging map[string]bool // guarded by mu
	// tidying has by context the tries to end what renewals left, while they fail.
	tidying map[string]lifetime.Schedule // guarded by mu
	// showing is of tries to show something on the desktop, while they fail.
	showing lifetime.Schedule // guarded by mu
}

// pulseKey names a token of a context by what cannot be taken for another's.
type pulseKey struct {
	context string
	digest  [sha256.Size]byte
}

// renewalRetry is the longest pause between two tries to renew a token, or to end what a
// renewal left to be done.
const renewalRetry = time.Hour

// pulse is what is known of one token.
type pulse struct {
	used     time.Time // zero: not since the daemon started
	checked  time.Time // zero: the cloud has said nothing yet
	refused  string
	lastUsed time.Time // by the cloud's word
	schedule lifetime.Schedule
	hurried  bool              // it is to be asked about at the next occasion
	renewing lifetime.Schedule // of tries to renew it
	trouble  string            // why the last try to renew it failed
}

func keyOf(context string, t credential.Token) pulseKey {
	return pulseKey{context: context, digest: book.DigestOf(t)}
}

// with calls f with the pulse of a token.
func (p *pulses) with(context string, t credential.Token, f func(*pulse)) {
	key := keyOf(context, t)
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p.pulseLocked(key))
}

// pulseLocked returns the pulse of a token.
func (p *pulses) pulseLocked(key pulseKey) *pulse {
	if p.tokens == nil {
		p.tokens = make(map[pulseKey]*pulse)
	}
	kept := p.tokens[key]
	if kept == nil {
		kept = &pulse{
			schedule: lifetime.New(0, rand.Float64), // how often is for the settings to say
			renewing: lifetime.New(renewalRetry, rand.Float64),
		}
		p.tokens[key] = kept
	}
	return kept
}

// used notes that a token was given to a program.
func (p *pulses) used(context string, t credential.Token, now time.Time) {
	p.with(context, t, func(p *pulse) { p.used = now.Round(0) })
}

// good notes that the cloud took a token.
func (p *pulses) good(context string, t credential.Token, now time.Time) {
	p.with(context, t, func(p *pulse) {
		p.checked, p.refused = now.Round(0), ""
		p.schedule, p.hurried = p.schedule.Succeeded(now), false
	})
}

// hurry has the cloud asked about a token at the next occasion.
func (p *pulses) hurry(context string, t credential.Token) {
	p.with(context, t, func(p *pulse) { p.hurried = true })
}

// untilCheck returns after how long the cloud is to be asked about a token, and reports
// whether it ever is.
func (p *pulses) untilCheck(context string, t credential.Token, interval time.Duration, now time.Time) (wait time.Duration, ever bool) {
	p.with(context, t, func(p *pulse) {
		p.schedule = p.schedule.Every(interval)
		wait, ever = p.schedule.Next(now)
		if p.hurried {
			wait, ever = 0, true
		}
	})
	return wait, ever
}

// untilTidying returns after how long it is next to be tried to end what renewals of a
// context left: at once, or after a try that failed at growing pauses.
func (p *pulses) untilTidying(context string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	tries, failed := p.tidying[context]
	if !failed {
		return 0
	}
	wait, _ := tries.Next(now)
	return wait
}

// tidied notes that nothing is left of the renewals of a context that could have been
// ended by now.
func (p *pulses) tidied(context string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tidying, context)
}

// notTidied notes that something is left, and has to wait.
func (p *pulses) notTidied(context string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tidying == nil {
		p.tidying = make(map[string]lifetime.Schedule)
	}
	tries, failed := p.tidying[context]
	if !failed {
		tries = lifetime.New(renewalRetry, rand.Float64)
	}
	p.tidying[context] = tries.Failed(now)
}

// deskRetry is the longest pause between two tries to show something on a desktop that
// is not there.
const deskRetry = 5 * time.Minute

// mayShow reports whether it is worth trying to show something on the desktop.
func (p *pulses) mayShow(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait, _ := p.showing.Every(deskRetry).Next(now)
	return wait == 0
}

// showed notes what came of such a try.
func (p *pulses) showed(err error, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.showing = lifetime.Schedule{}
		return
	}
	p.showing = p.showing.Every(deskRetry).Failed(now)
}

// fresh returns c with what the pulses know beside the store.
func (p *pulses) fresh(c credential.Context) credential.Context {
	c.Tokens = slices.Clone(c.Tokens)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range c.Tokens {
		t := &c.Tokens[i]
		of := p.pulseLocked(keyOf(c.Name, *t))
		if t.Refused == "" {
			t.Refused = of.refused
		}
		t.LastUsed = latest(t.LastUsed, of.lastUsed, of.used)
	}
	return c
}

// judged returns c with the refusals that its pulses know of. Mostly there is none, and c is
// as it was: this stands on the way of every token.
func (p *pulses) judged(c credential.Context) credential.Context {
	p.mu.Lock()
	judging := p.judging[c.Name]
	p.mu.Unlock()
	if !judging {
		return c
	}
	return p.fresh(c)
}

// refuse notes that the cloud does not take a token.
func (p *pulses) refuse(context string, t credential.Token, reason string, now time.Time) {
	p.with(context, t, func(of *pulse) {
		of.refused, of.checked = reason, now.Round(0)
		of.schedule, of.hurried = of.schedule.Succeeded(now), false
		if p.judging == nil {
			p.judging = make(map[string]bool)
		}
		p.judging[context] = true
	})
}

// keep forgets the pulses of tokens and contexts that are no longer kept.
func (p *pulses) keep(contexts []credential.Context) {
	kept, names := make(map[pulseKey]bool), make(map[string]bool)
	for _, c := range contexts {
		names[c.Name] = true
		for _, t := range c.Tokens {
			kept[keyOf(c.Name, t)] = true
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for key := range p.tokens {
		if !kept[key] {
			delete(p.tokens, key)
		}
	}
	for name := range p.tidying {
		if !names[name] {
			delete(p.tidying, name)
		}
	}
	for name := range p.judging {
		if !names[name] {
			delete(p.judging, name)
		}
	}
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, each := range times {
		if each.After(last) {
			last = each
		}
	}
	return last
}
