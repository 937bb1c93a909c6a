package shell_test

import (
	"math/rand/v2"
	"strconv"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
)

// nasty are values that shells are known to damage, each in its own way.
var nasty = []string{
	"plain-value_1.0/a:b=c@d,e+f",
	"",
	"one space",
	"two  spaces,   three",
	"  leading and trailing  ",
	"tab\there",
	"it's",
	`say "hi"`,
	"'",
	`"`,
	`'"'"'`,
	"*",
	"a * b",
	"?",
	"[ab] c",
	"{a,b}",
	"$HOME ${HOME} $(id) $$",
	"`id`",
	`back\slash \n \\ \`,
	`\`,
	"new\nline",
	"\n\ntwo\n\nnewlines\n\n",
	"carriage\rreturn\r\n",
	"grüße, 世界 😀 \u2028\u0085",
	"curly ‘’‚‛ “quotes”",
	"~",
	"~/x ~root",
	"!history !! !x",
	"# no comment; a & b | c < d > e (f)",
	"\x01\x02\x1b[31m\x7f",
	"not UTF-8: \xff\xfe\xc3 \xed\xa0\x80",
	"%s %d 100% %%",
	"%PATH% ^& ^^",
	"-n",
	"- n",
	"-e\\x41",
	"a\vb\fc\bd\ae",
	"x'); exit 1; ('x",
	"%x}",
	"1 0 8 9 \x018\x1f7",
}

// everyValue returns nasty, each byte alone and beside an octal digit, and random
// strings of bytes, always the same ones.
func everyValue() []string {
	values := append([]string{}, nasty...)
	for c := 1; c < 256; c++ {
		values = append(values, string([]byte{byte(c)}), string([]byte{'a', byte(c), byte(c), '1'}))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 64 {
		value := make([]byte, random.IntN(40))
		for i := range value {
			value[i] = byte(1 + random.IntN(255))
		}
		values = append(values, string(value))
	}
	return values
}

// carried returns the values d accepts, as variables V0, V1 and so on.
func carried(d shell.Dialect, values []string) []shell.Variable {
	var vars []shell.Variable
	for _, value := range values {
		v := shell.Variable{Name: "V" + strconv.Itoa(len(vars)), Value: value}
		if _, err := d.AppendExport(nil, []shell.Variable{v}); err == nil {
			vars = append(vars, v)
		}
	}
	return vars
}

// allDialects returns every dialect once.
func allDialects() []shell.Dialect {
	var all []shell.Dialect
	seen := map[shell.Dialect]bool{}
	for _, name := range shell.Names() {
		if d, _ := shell.Lookup(name); !seen[d] {
			seen[d] = true
			all = append(all, d)
		}
	}
	return all
}
