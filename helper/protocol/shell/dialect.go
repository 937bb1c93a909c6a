package shell

import "strings"

// Dialect is one way to write assignments. The zero Dialect is Sh, which every POSIX
// shell reads, so it is what to use for a shell that is not known.
type Dialect uint8

// The dialects. Several shells share one; Lookup knows which.
const (
	Sh Dialect = iota
	Bash
	Yash
	Fish
	Tcsh
	Elvish
	PowerShell
	Cmd
	Xonsh
	JSON
	Dotenv
)

// frame is fixed text around one varying part.
type frame struct {
	before, after string
}

// syntax is everything this package knows of one dialect.
type syntax struct {
	name   string
	text   bool                     // values must be UTF-8
	check  func(value string) error // what else is refused; nil for nothing
	assign func(dst []byte, name, value string) []byte
	unset  frame // around the name; zero where it cannot be said
	// around the exit code, or a text that is no code at all
	failure frame
	// around and between the statements
	open, between, close string
}

// A child that exits with the code is the one statement that ends with it in every
// POSIX shell, in fish and in tcsh, without leaving the shell or a script's function.
const (
	exitBefore = `sh -c "exit `
	exitAfter  = `";`
)

// syntaxes is indexed by Dialect.
var syntaxes = [...]syntax{
	Sh: {
		name: "sh", assign: assignPrintf, between: "\n", close: "\n",
		unset: frame{"unset ", ";"}, failure: frame{exitBefore, exitAfter},
	},
	Bash: {
		name: "bash", assign: assignANSI, between: "\n", close: "\n",
		unset: frame{"unset ", ";"}, failure: frame{exitBefore, exitAfter},
	},
	Yash: {
		name: "yash", text: true, assign: assignPrintf, between: "\n", close: "\n",
		unset: frame{"unset ", ";"}, failure: frame{exitBefore, exitAfter},
	},
	Fish: {
		// set -e fails where there is nothing to erase.
		name: "fish", assign: assignFish, between: "\n", close: "\n",
		unset: frame{"set -e ", "; or true;"}, failure: frame{exitBefore, exitAfter},
	},
	Tcsh: {
		name: "tcsh", text: true, assign: assignTcsh, between: "\n", close: "\n",
		unset: frame{"unsetenv ", ";"}, failure: frame{exitBefore, exitAfter},
	},
	Elvish: {
		// One line: (cmd) gives eval an argument for each line, and eval takes one.
		name: "elvish", assign: assignElvish, between: " ", close: "\n",
		unset: frame{"unset-env ", ";"}, failure: frame{`fail "bento-cred: exit `, `"`},
	},
	PowerShell: {
		name: "pwsh", text: true, assign: assignPowerShell, between: "\n", close: "\n",
		unset: frame{"$env:", " = $null;"}, failure: frame{"throw 'bento-cred: exit ", "';"},
	},
	Cmd: {
		// exit /b would close the window it is typed in.
		name: "cmd", check: checkCmd, assign: assignCmd, between: "\r\n", close: "\r\n",
		unset: frame{`set "`, `="`}, failure: frame{"cmd /c exit ", ""},
	},
	Xonsh: {
		// SystemExit would close the shell.
		name: "xonsh", assign: assignXonsh, between: "\n", close: "\n",
		unset: frame{`${...}.pop("`, `", None)`}, failure: frame{`raise RuntimeError("bento-cred: exit `, `")`},
	},
	JSON: {
		// The brace comes first because nushell reads `a: b` as an object.
		name: "json", text: true, assign: assignJSON, open: "{", between: ",", close: "}\n",
		unset: frame{`"`, `":null`}, failure: frame{"} bento-cred: exit ", ""},
	},
	Dotenv: {
		name: "dotenv", text: true, check: checkDotenv, assign: assignDotenv, between: "\n", close: "\n",
		failure: frame{exitBefore, exitAfter},
	},
}

// programs names the shells, each with the dialect it reads. ksh is ksh93 or mksh: the
// older ones, which lack $'...', have names of their own or want --shell sh. The same is
// true of ash and busybox, whose $'...' is an option of the build. Of csh only the plain
// values work where it is not tcsh under another name; the others fail loudly there.
var programs = [...]struct {
	name    string
	dialect Dialect
}{
	{"sh", Sh},
	{"dash", Sh},
	{"ash", Sh},
	{"busybox", Sh},
	{"oksh", Sh},
	{"lksh", Sh},
	{"bash", Bash},
	{"rbash", Bash},
	{"zsh", Bash},
	{"ksh", Bash},
	{"ksh93", Bash},
	{"mksh", Bash},
	{"yash", Yash},
	{"fish", Fish},
	{"tcsh", Tcsh},
	{"csh", Tcsh},
	{"elvish", Elvish},
	{"pwsh", PowerShell},
	{"powershell", PowerShell},
	{"cmd", Cmd},
	{"xonsh", Xonsh},
	{"nu", JSON},
	{"nushell", JSON},
	{"json", JSON},
	{"dotenv", Dotenv},
}

// String implements fmt.Stringer: the name of the dialect, which Lookup knows.
func (d Dialect) String() string { return syntaxes[d].name }

// Names returns every name Lookup knows, shells of one dialect side by side.
func Names() []string {
	names := make([]string, len(programs))
	for i, p := range programs {
		names[i] = p.name
	}
	return names
}

// Lookup finds the dialect of a shell by its name or by the path of its program, in
// the forms a process shows it: "/bin/zsh", "-bash" for a login shell, "pwsh.exe". It
// reports whether the shell is known; if not, the Dialect is Sh.
func Lookup(program string) (Dialect, bool) {
	name := program[strings.LastIndexAny(program, `/\`)+1:]
	name = strings.ToLower(strings.TrimPrefix(name, "-"))
	name = strings.TrimSuffix(name, ".exe")
	for _, p := range programs {
		if p.name == name {
			return p.dialect, true
		}
	}
	return Sh, false
}
