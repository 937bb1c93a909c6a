package lints

import (
	"errors"
	"fmt"
	"os"
)

// BadName is a sentinel that is not called ErrSomething.
var BadName = errors.New("a bad name") // want errname: BadName // want staticcheck: ST1012

// Errors handles errors in every wrong way.
func Errors(value any) error {
	os.Remove("x")         // want errcheck: Error return value
	text := value.(string) // want errcheck: is not checked
	err := os.Remove(text)
	if err == BadName { // want errorlint: comparing with ==
		return fmt.Errorf("removing: %v", err) // want errorlint: non-wrapping format verb
	}
	if err != nil {
		return nil // want nilerr: error is not nil
	}
	return errors.New("Capital and stop.") // want revive: error-strings: // want staticcheck: capitalized // want staticcheck: punctuation
}
