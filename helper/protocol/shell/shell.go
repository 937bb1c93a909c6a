// Package shell writes environment variables as code that a shell evaluates.
//
// The line people type is
//
//	eval $(bento-cred env)
//
// without double quotes, because that is what the manuals of such tools show. The
// shell then splits the output into words, expands every word that looks like a file
// name pattern, joins what is left with single spaces and only then runs it. A value
// in plain quotes does not survive: runs of spaces shrink, newlines become spaces, and
// 'a * b' turns into file names. So no dialect here emits a byte that a shell could
// split on, expand or take for the end of the word, except inside the fixed text of a
// statement, where splitting does no harm; such bytes are written as escapes, which
// only the last evaluation undoes. Every statement ends by itself, so that joining the
// lines is harmless. The quoted eval "$(bento-cred env)" works as well.
//
// The dialects, and how each is read back:
//
//	sh       eval $(bento-cred env --shell sh)      any POSIX shell, also unknown ones
//	bash     eval $(bento-cred env)                 bash, zsh, ksh93, mksh: $'\ooo'
//	yash     eval $(bento-cred env)                 as sh
//	fish     bento-cred env | source                or eval (bento-cred env)
//	tcsh     eval `bento-cred env`
//	elvish   eval (bento-cred env | slurp)          or eval (bento-cred env)
//	pwsh     bento-cred env | Out-String | Invoke-Expression
//	cmd      for /f "delims=" %i in ('bento-cred env --shell cmd') do @%i
//	xonsh    execx($(bento-cred env))
//	json     bento-cred env --shell nu | from json | load-env
//	dotenv   bento-cred env --shell dotenv > .env
//
// Not every dialect carries every value. A NUL byte fits no environment at all. Text
// that is not UTF-8 fits neither JSON nor PowerShell, is dropped in silence by yash and
// now and then by tcsh, and is refused by python-dotenv. What cmd and dotenv files cannot
// hold stands at ErrCmd and ErrDotenv. A value that would arrive changed is refused, and
// then nothing is written at all.
//
// What is left to the person who types it: an IFS made of characters that the output
// itself has, such as IFS=: beside a URL, breaks the unquoted form, and only that one;
// yash in the C locale keeps ASCII alone; PowerShell before 7.5 takes an empty value for
// the wish to remove the variable.
package shell

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Variable is one environment variable.
type Variable struct {
	Name, Value string
}

// The reasons why a variable cannot be written. They arrive wrapped in an Error.
var (
	// ErrName is a name that is not a letter or underscore, followed by letters,
	// digits and underscores.
	ErrName = errors.New("the name is not one every shell accepts")
	// ErrNUL is a value with a NUL byte, which no environment can hold.
	ErrNUL = errors.New("the value holds a NUL byte")
	// ErrUTF8 is a value that is not UTF-8, for a dialect that carries text only.
	ErrUTF8 = errors.New("the value is not UTF-8")
	// ErrCmd is a value that cmd.exe would change: an empty one, which deletes the
	// variable; %, ! and ", whose meaning depends on whether the line is run by FOR, from
	// a file, or with delayed expansion; anything but printable ASCII, which goes through
	// the console's code page; and a line longer than cmd.exe reads.
	ErrCmd = errors.New("the value cannot pass through cmd.exe unchanged")
	// ErrDotenv is a value that the readers of .env files disagree about: a backslash, a
	// carriage return, ${, or a single quote together with one of " $ and the backquote.
	ErrDotenv = errors.New("the value means different things to different readers of .env files")
	// ErrUnset is the wish to unset a variable in a dialect that only knows setting.
	ErrUnset = errors.New("this form can only set variables")
)

// Error says which variable could not be written in which dialect. It never holds the
// value.
type Error struct {
	Variable string
	Dialect  Dialect
	Err      error
}

// Error implements error.
func (e *Error) Error() string {
	return "writing " + strconv.Quote(e.Variable) + " for " + e.Dialect.String() + ": " + e.Err.Error()
}

// Unwrap returns the reason, one of the sentinels of this package.
func (e *Error) Unwrap() error { return e.Err }

// AppendExport appends code that sets and exports vars, in their order. On an error dst
// comes back as it was.
func (d Dialect) AppendExport(dst []byte, vars []Variable) ([]byte, error) {
	s := &syntaxes[d]
	for _, v := range vars {
		if err := s.accepts(v); err != nil {
			return dst, &Error{Variable: v.Name, Dialect: d, Err: err}
		}
	}
	dst = append(dst, s.open...)
	for i, v := range vars {
		if i > 0 {
			dst = append(dst, s.between...)
		}
		dst = s.assign(dst, v.Name, v.Value)
	}
	return append(dst, s.close...), nil
}

// AppendUnset appends code that removes the named variables, whether they are set or
// not. On an error dst comes back as it was.
func (d Dialect) AppendUnset(dst []byte, names []string) ([]byte, error) {
	s := &syntaxes[d]
	for _, name := range names {
		switch {
		case s.unset == frame{}:
			return dst, &Error{Variable: name, Dialect: d, Err: ErrUnset}
		case !validName(name):
			return dst, &Error{Variable: name, Dialect: d, Err: ErrName}
		}
	}
	dst = append(dst, s.open...)
	for i, name := range names {
		if i > 0 {
			dst = append(dst, s.between...)
		}
		dst = append(dst, s.unset.before...)
		dst = append(dst, name...)
		dst = append(dst, s.unset.after...)
	}
	return append(dst, s.close...), nil
}

// AppendFailure appends code that makes evaluating it fail, with the exit code where
// the dialect can carry one. It is needed because eval $(cmd) succeeds when cmd fails and
// prints nothing: the status of cmd is lost. It does not end the shell it is run in, as
// people type this at their prompt.
func (d Dialect) AppendFailure(dst []byte, code int) []byte {
	s := &syntaxes[d]
	dst = append(dst, s.failure.before...)
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, s.failure.after...)
	return append(dst, '\n')
}

// accepts returns the reason why v cannot be written, nil when it can.
func (s *syntax) accepts(v Variable) error {
	switch {
	case !validName(v.Name):
		return ErrName
	case strings.IndexByte(v.Value, 0) >= 0:
		return ErrNUL
	case s.text && !utf8.ValidString(v.Value):
		return ErrUTF8
	case s.check != nil:
		return s.check(v.Value)
	}
	return nil
}

// validName reports whether every shell takes name for a variable's.
func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c != '_' && !isLetter(c) && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return name != ""
}
