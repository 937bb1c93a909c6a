// Package worker runs a keychain in a process of its own, and makes calls on it.
//
// The keychain library, github.com/99designs/keyring, decides at its start which
// keychains there are, has no time-outs, is not safe for concurrent use, keeps a dead
// bus connection for ever, opens a bus session per call and never closes it, and panics
// when the bus dies while a prompt is open. A goroutine cannot be rid of any of that; a
// process can. So Main, run by the daemon's own binary under a hidden verb, is the only
// place where the library is used, and Client, in the daemon, ends such a process when
// it stands still and starts another for the next call.
//
// # The conversation
//
// One request, one answer, over the worker's stdin and stdout: a length in four bytes
// and that much JSON (message.go), at most 2 MiB. The first request says which keychain
// is meant. Values and passphrases travel here and nowhere else: never as an argument,
// never in the environment. The worker leaves when its stdin ends, even in the middle
// of a call; on Linux it is killed when the daemon dies.
//
// # The guards
//
// Around the library's four calls each backend has a guard (guard.go), which asks first
// whether a call would stand still. A locked Secret Service, a closed KDE wallet and a
// gpg key whose passphrase is not at hand are answers, Locked, within milliseconds, and
// not a dialogue nobody expects. Only the unlock operation may prompt, and it does so
// without the library.
package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Verb is the hidden command that runs Main.
const Verb = "store-worker"

// Main is the worker. It answers requests until stdin ends, and returns the exit code.
func Main(stdin io.Reader, stdout, stderr io.Writer) int {
	err := serve(stdin, stdout)
	if err != nil {
		// It holds no request and no answer, so it holds no secret.
		_, _ = fmt.Fprintf(stderr, "%s: %v\n", Verb, err)
		return 1
	}
	return 0
}

// serve answers requests. Reading goes on during a call, so that the end of stdin, which
// is the end of the daemon, ends a worker that hangs; the call is abandoned then, which
// at worst leaves an item half written, and the store bears that.
func serve(stdin io.Reader, stdout io.Writer) error {
	requests := make(chan request)
	ended := make(chan error, 1)
	go func() { ended <- readRequests(stdin, requests) }()
	answers := make(chan response)
	go answer(requests, answers)
	for {
		select {
		case err := <-ended:
			return err
		case a := <-answers:
			message, err := json.Marshal(a)
			if err != nil {
				return fmt.Errorf("encoding an answer: %w", err)
			}
			if err := writeFrame(stdout, message); err != nil {
				return err
			}
		}
	}
}

// readRequests reads requests until the input ends.
func readRequests(stdin io.Reader, requests chan<- request) error {
	for {
		message, err := readFrame(stdin)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var r request
		if json.Unmarshal(message, &r) != nil {
			// The decoder's own words may quote the request.
			return errors.New("reading a request: it is not what a daemon says")
		}
		requests <- r
	}
}

// answer carries out requests, one at a time.
func answer(requests <-chan request, answers chan<- response) {
	s := &session{}
	for r := range requests {
		answers <- s.handle(r)
	}
}
