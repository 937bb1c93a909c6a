// Package hook has the code that keeps a shell's variables in step with the context.
//
// The code runs before each prompt. It reads two files with what the shell itself can do: the
// stamp, which the daemon changes when a context gives something else, and the nearest
// .bento-cred.toml. Only where one of them, or a variable that chooses a context, is not what
// it was the last time it runs `bento-cred env --hook` once. So a prompt at which nothing has
// changed costs no process at all.
//
// What to do then is decided by the program and not by the shells: whether the variables may
// be touched, and what a failure means for them.
package hook

import (
	_ "embed" // the code
	"slices"
	"strings"
)

//go:embed hook.bash
var bash string

//go:embed hook.zsh
var zsh string

//go:embed hook.fish
var fish string

//go:embed hook.ps1
var pwsh string

// Config says what a hook is about.
type Config struct {
	Program string // the path of bento-cred
	Stamp   string // the path of the stamp
	Context string // the context to stay with; empty: whichever is chosen
}

// Shells returns the names of the shells there is a hook for.
func Shells() []string { return []string{"bash", "zsh", "fish", "pwsh"} }

// Code returns the code for a shell, and reports whether there is any.
func Code(shell string, c Config) (code string, known bool) {
	if !slices.Contains(Shells(), shell) {
		return "", false
	}
	var text string
	quote := posix
	switch shell {
	case "bash":
		text = bash
	case "zsh":
		text = zsh
	case "fish":
		text, quote = fish, fishQuote
	case "pwsh":
		text, quote = pwsh, pwshQuote
	}
	context := ""
	if c.Context != "" {
		context = " --context=" + quote(c.Context)
	}
	return strings.NewReplacer("@PROGRAM@", quote(c.Program), "@STAMP@", quote(c.Stamp), "@CONTEXT@", context).Replace(text), true
}

// posix returns a word as bash and zsh write it.
func posix(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// fishQuote returns a word as fish writes it.
func fishQuote(word string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(word) + "'"
}

// pwshQuote returns a word as PowerShell writes it, which takes typographic quotes for quotes.
func pwshQuote(word string) string {
	return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(word) + "'"
}
