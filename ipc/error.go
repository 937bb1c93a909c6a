package ipc

import "errors"

// Error is a failure that can cross the socket: a code for programs, a sentence for
// people, and the next step. It never holds a secret.
type Error struct {
	Code    Code
	Message string
	Hint    string // what to do next; empty where there is nothing to do
}

// Error implements error: the sentence alone. The hint is shown beside it by
// whoever shows the error to a person.
func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.Code)
	}
	return e.Message
}

// Unwrap makes errors.Is(err, code) hold for the error's own code.
func (e *Error) Unwrap() error { return e.Code }

// AsError returns err as an Error, for showing it or sending it: the Error it wraps
// with the sentence of the whole, or one of code Internal.
func AsError(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return &Error{Code: known.Code, Message: err.Error(), Hint: known.Hint}
	}
	var code Code
	if errors.As(err, &code) {
		return &Error{Code: code, Message: err.Error()}
	}
	return &Error{Code: Internal, Message: err.Error()}
}

// ExitStatus returns the status a program ends with for err: 0 for nil.
func ExitStatus(err error) int {
	if err == nil {
		return 0
	}
	return AsError(err).Code.ExitStatus()
}
