package lints

import (
	"context"
	"net/http"
	"os/exec"
	"strconv"
)

// Level is an enumeration.
type Level int

// The levels.
const (
	Low Level = iota
	High
)

// Name forgets a level.
func Name(level Level) string {
	switch level { // want exhaustive: missing cases
	case Low:
		return strconv.Itoa(int(Low))
	}
	return ""
}

// Convert converts what needs no conversion.
func Convert(n int) int { return int(n) } // want unconvert: unnecessary conversion

// Run starts a program and a request that nobody can end.
func Run() error {
	if _, err := http.NewRequest(http.MethodGet, "http://127.0.0.1", http.NoBody); err != nil { // want noctx: NewRequest
		return err
	}
	return exec.Command("true").Run() // want noctx: exec.Command
}

// Same ignores an error that never comes.
func Same() int {
	n, err := always(1)
	if err != nil {
		return 0
	}
	return n
}

func always(n int) (int, error) { // want unparam: always nil
	return n + 1, nil
}

func nobody() {} // want unused: nobody

func init() {} // want gochecknoinits: init

// Lose drops what would end it.
func Lose(ctx context.Context) context.Context {
	ctx, _ = context.WithCancel(ctx) // want govet: lostcancel // want gosec: G118
	return ctx
}

// Assign assigns what nobody reads.
func Assign() int {
	n := Same() // want staticcheck: SA4006 // want staticcheck: SA4017
	n = 2
	return n
}
