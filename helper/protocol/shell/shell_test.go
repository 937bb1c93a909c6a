package shell_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestLookup(t *testing.T) {
	tests := map[string]struct {
		program string
		want    shell.Dialect
		unknown bool
	}{
		"name":                  {program: "zsh", want: shell.Bash},
		"path":                  {program: "/usr/bin/fish", want: shell.Fish},
		"login shell":           {program: "-bash", want: shell.Bash},
		"Windows path":          {program: `C:\Program Files\PowerShell\7\pwsh.exe`, want: shell.PowerShell},
		"Windows, other case":   {program: `C:\WINDOWS\system32\CMD.EXE`, want: shell.Cmd},
		"Windows PowerShell":    {program: "PowerShell.exe", want: shell.PowerShell},
		"nushell by its binary": {program: "/opt/nu", want: shell.JSON},
		"debian's sh":           {program: "/bin/dash", want: shell.Sh},
		"korn shell":            {program: "ksh93", want: shell.Bash},
		"no shell":              {program: "/usr/bin/make", want: shell.Sh, unknown: true},
		"nothing":               {program: "", want: shell.Sh, unknown: true},
		"a folder":              {program: "/bin/", want: shell.Sh, unknown: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := shell.Lookup(test.program)
			if got != test.want || ok == test.unknown {
				t.Errorf("Lookup(%q) = %v, %v; want %v, %v", test.program, got, ok, test.want, !test.unknown)
			}
		})
	}
}

func TestNamesAreLookedUp(t *testing.T) {
	for _, name := range shell.Names() {
		if _, ok := shell.Lookup(name); !ok {
			t.Errorf("Lookup(%q) does not know a name that Names gives", name)
		}
	}
	for _, d := range allDialects() {
		if got, ok := shell.Lookup(d.String()); got != d || !ok {
			t.Errorf("Lookup(%q) = %v, %v", d.String(), got, ok)
		}
	}
}

// TestRefused lists which of the nasty values each dialect refuses, and why. Every
// other value must be carried, which the real shells check.
func TestRefused(t *testing.T) {
	reasons := map[shell.Dialect]func(value string) error{
		shell.Yash:       refuseBytes,
		shell.Tcsh:       refuseBytes,
		shell.PowerShell: refuseBytes,
		shell.JSON:       refuseBytes,
		shell.Cmd: func(value string) error {
			if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`%!"`, r) }) {
				return shell.ErrCmd
			}
			return nil
		},
		shell.Dotenv: func(value string) error {
			double := strings.Contains(value, "'") && strings.ContainsAny(value, "\"$`")
			switch {
			case !utf8.ValidString(value):
				return shell.ErrUTF8
			case double || strings.Contains(value, "\r") || strings.Contains(value, `\`) || strings.Contains(value, "${"):
				return shell.ErrDotenv
			}
			return nil
		},
	}
	for _, d := range allDialects() {
		t.Run(d.String(), func(t *testing.T) {
			for _, value := range append(everyValue(), strings.Repeat("x", 8001)) {
				var want error
				if reason := reasons[d]; reason != nil {
					want = reason(value)
				}
				if d == shell.Cmd && len(value) > 8000 {
					want = shell.ErrCmd
				}
				got, err := d.AppendExport([]byte("before"), []shell.Variable{{Name: "GOOD", Value: "good"}, {Name: "A", Value: value}})
				if !errors.Is(err, want) || (err == nil) != (want == nil) {
					t.Errorf("%q: error %v, want %v", value, err, want)
				}
				if err != nil && string(got) != "before" {
					t.Errorf("%q: refused, but wrote %q", value, got)
				}
			}
		})
	}
}

func refuseBytes(value string) error {
	if !utf8.ValidString(value) {
		return shell.ErrUTF8
	}
	return nil
}

func TestRefusedEverywhere(t *testing.T) {
	tests := map[string]struct {
		variable shell.Variable
		want     error
	}{
		"NUL":          {variable: shell.Variable{Name: "A", Value: "secret\x00"}, want: shell.ErrNUL},
		"no name":      {variable: shell.Variable{Name: "", Value: "secret"}, want: shell.ErrName},
		"code in name": {variable: shell.Variable{Name: "A;id", Value: "secret"}, want: shell.ErrName},
		"digit first":  {variable: shell.Variable{Name: "1A", Value: "secret"}, want: shell.ErrName},
		"not ASCII":    {variable: shell.Variable{Name: "É", Value: "secret"}, want: shell.ErrName},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, d := range allDialects() {
				got, err := d.AppendExport(nil, []shell.Variable{{Name: "GOOD", Value: "good"}, test.variable})
				var detail *shell.Error
				if !errors.Is(err, test.want) || !errors.As(err, &detail) || detail.Variable != test.variable.Name || detail.Dialect != d {
					t.Errorf("%v: error %v, want %v with its variable and dialect", d, err, test.want)
				}
				if len(got) != 0 {
					t.Errorf("%v: wrote %q", d, got)
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("%v: the error shows the value: %v", d, err)
				}
			}
		})
	}
}

func TestUnsetRefused(t *testing.T) {
	for _, d := range allDialects() {
		want := shell.ErrName
		if d == shell.Dotenv {
			want = shell.ErrUnset
		}
		if got, err := d.AppendUnset(nil, []string{"A", "B C"}); !errors.Is(err, want) || len(got) != 0 {
			t.Errorf("%v: wrote %q, error %v; want %v", d, got, err, want)
		}
	}
}

// TestGolden holds every dialect to the bytes in testdata. For PowerShell and cmd, which
// no test runs, these files are the specification.
func TestGolden(t *testing.T) {
	for _, d := range allDialects() {
		t.Run(d.String(), func(t *testing.T) {
			got := golden(d)
			path := filepath.Join("testdata", d.String()+".golden")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// golden writes what d makes of a usual pair, of each nasty value, of unsetting and of
// a failure.
func golden(d shell.Dialect) []byte {
	out := []byte("== a token and its endpoint\n")
	out, _ = d.AppendExport(out, []shell.Variable{
		{Name: "BENTO_CLOUD_API_KEY", Value: "c1qsj5v3m7fkm8p0rt4g"},
		{Name: "BENTO_CLOUD_API_ENDPOINT", Value: "https://cloud.bentoml.com"},
	})
	for _, value := range nasty {
		var err error
		out = append(out, "== export\n"...)
		if out, err = d.AppendExport(out, []shell.Variable{{Name: "A", Value: value}}); err != nil {
			out = append(out, err.Error()+"\n"...)
		}
	}
	out = append(out, "== unset\n"...)
	out, err := d.AppendUnset(out, []string{"A", "B"})
	if err != nil {
		out = append(out, err.Error()+"\n"...)
	}
	return d.AppendFailure(append(out, "== failure\n"...), 3)
}
