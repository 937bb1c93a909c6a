package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Config says how to start a worker.
type Config struct {
	// Executable and Args are the program that calls Main.
	Executable string
	Args       []string
	// Env is the environment of the worker, without the variable that makes it one. Nil
	// stands for this process's own, as dbusenv gives it.
	Env []string
	// CallTimeout is how long an ordinary call may take. Zero stands for 5 s.
	CallTimeout time.Duration
	// PromptTimeout is how long a call may take that asks a person. Zero stands for 2 min.
	PromptTimeout time.Duration
}

// Client makes calls on a worker, which it starts when there is a call to make, ends
// when a call takes too long or the worker loses its keychain, and starts anew for the
// next. It is not safe for concurrent use.
type Client struct {
	config   Config
	settings Settings
	process  *process // nil while none runs
}

// NewClient returns a Client for one keychain. Nothing is started yet.
func NewClient(config Config, settings Settings) *Client {
	if config.CallTimeout <= 0 {
		config.CallTimeout = 5 * time.Second
	}
	if config.PromptTimeout <= 0 {
		config.PromptTimeout = 2 * time.Minute
	}
	return &Client{config: config, settings: settings}
}

// Open looks whether the keychain is there and unlocked. It never prompts.
func (c *Client) Open(ctx context.Context) error {
	_, err := c.call(ctx, request{Operation: opOpen})
	return err
}

// Unlock has the keychain ask its owner to unlock it, and waits for the answer. A
// keychain that can only be unlocked by use is tried with an item called key.
func (c *Client) Unlock(ctx context.Context, key string) error {
	_, err := c.call(ctx, request{Operation: opUnlock, Key: key})
	return err
}

// Get returns the item called key.
func (c *Client) Get(ctx context.Context, key string) ([]byte, error) {
	answer, err := c.call(ctx, request{Operation: opGet, Key: key})
	if err != nil {
		return nil, err
	}
	return answer.Data, nil
}

// Set writes the item called key.
func (c *Client) Set(ctx context.Context, key string, data []byte) error {
	_, err := c.call(ctx, request{Operation: opSet, Key: key, Data: data})
	return err
}

// Remove removes the item called key.
func (c *Client) Remove(ctx context.Context, key string) error {
	_, err := c.call(ctx, request{Operation: opRemove, Key: key})
	return err
}

// Keys lists the items.
func (c *Client) Keys(ctx context.Context) ([]string, error) {
	answer, err := c.call(ctx, request{Operation: opKeys})
	if err != nil {
		return nil, err
	}
	return answer.Keys, nil
}

// Close ends the worker. The Client can be used again.
func (c *Client) Close() {
	if c.process != nil {
		c.process.end()
		c.process = nil
	}
}

// call makes one call. Where a worker that was there already turns out to have lost its
// keychain, or to have died since, the call is made again on a new one, once: the bus
// may have been restarted since the last call. Every operation bears being done twice.
func (c *Client) call(ctx context.Context, r request) (response, error) {
	limit := c.config.CallTimeout
	if r.Operation == opUnlock {
		limit = c.config.PromptTimeout
	}
	deadline, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()

	used := c.process != nil
	answer, err := c.attempt(deadline, r)
	var fault *CallError
	if used && errors.As(err, &fault) && fault.Code == Lost && deadline.Err() == nil && r.Operation != opUnlock {
		answer, err = c.attempt(deadline, r)
	}
	if errors.Is(context.Cause(deadline), errTimeout) && err != nil {
		if c.settings.Backend == Keychain {
			// macOS has no other reason to stand still.
			return response{}, faultf(Locked, "no answer within %s, so it may be asking its owner", limit)
		}
		return response{}, faultf(Lost, "no answer within %s", limit)
	}
	if ctx.Err() != nil && err != nil {
		return response{}, fmt.Errorf("waiting for the keychain: %w", context.Cause(ctx))
	}
	return answer, err
}

// errTimeout tells our own deadline from the caller's.
var errTimeout = errors.New("keychain call timed out")

// lifetime is how many calls a worker makes. The library opens a session at the Secret
// Service for each and closes none; the end of the worker does.
const lifetime = 200

// attempt makes one call on the worker there is, or on a new one.
func (c *Client) attempt(ctx context.Context, r request) (response, error) {
	if c.process != nil && c.process.calls >= lifetime {
		c.Close()
	}
	if c.process == nil {
		started, err := start(c.config)
		if err != nil {
			return response{}, faultf(Failed, "starting the store's worker: %v", err)
		}
		c.process = started
		settings := c.settings
		r.Settings = &settings
	}
	c.process.calls++
	answer, err := c.exchange(ctx, r)
	if err != nil {
		text := c.process.kill()
		c.process = nil
		return response{}, faultf(Lost, "%v%s", err, text)
	}
	if answer.Code == OK {
		return answer, nil
	}
	if answer.Code == Lost || answer.Code == Absent {
		// The library decides at its start which keychains there are, and keeps a
		// dead bus connection for ever; only a new process looks again.
		c.Close()
	}
	return response{}, &CallError{answer.Code, answer.Text}
}

// exchange sends r and waits for the answer, or for the end of ctx.
func (c *Client) exchange(ctx context.Context, r request) (response, error) {
	message, err := json.Marshal(r)
	if err != nil {
		return response{}, fmt.Errorf("encoding a request: %w", err)
	}
	if len(message) > maxFrame {
		return response{Code: TooLarge, Text: "larger than a message may be"}, nil
	}
	type result struct {
		message []byte
		err     error
	}
	// Killing the worker breaks both pipes, which ends this goroutine.
	done := make(chan result, 1)
	p := c.process
	go func() {
		answer, err := p.roundTrip(message)
		done <- result{answer, err}
	}()
	select {
	case <-ctx.Done():
		return response{}, context.Cause(ctx)
	case got := <-done:
		if got.err != nil {
			return response{}, fmt.Errorf("the store's worker died: %w", got.err)
		}
		var answer response
		if err := json.Unmarshal(got.message, &answer); err != nil {
			return response{}, errors.New("the store's worker answered with something else")
		}
		return answer, nil
	}
}
