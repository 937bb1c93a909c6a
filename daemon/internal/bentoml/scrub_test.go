package bentoml_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentoml"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// read returns the bytes of a file.
func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestScrub(t *testing.T) {
	t.Parallel()
	const onlyB = `contexts:
  - api_token: hunter2-b
    email: null
    endpoint: https://acme.cloud.bentoml.com/
    name: work
current_context_name: work
`
	tests := map[string]struct {
		text    string
		taken   []bentoml.Context
		want    string
		removed int
		left    []string
	}{
		"one":  {twoContexts, []bentoml.Context{contextA}, onlyB, 1, []string{"work"}},
		"all":  {twoContexts, []bentoml.Context{contextB, contextA}, "contexts: []\ncurrent_context_name: work\n", 2, nil},
		"none": {twoContexts, nil, twoContexts, 0, []string{"default", "work"}},
		"CRLF": {strings.ReplaceAll(twoContexts, "\n", "\r\n"), []bentoml.Context{contextA}, onlyB, 1, []string{"work"}},
		"the e-mail came meanwhile": {
			strings.Replace(twoContexts, "email: null", "email: new@acme.example", 1),
			[]bentoml.Context{contextA, contextB},
			"contexts: []\ncurrent_context_name: work\n", 2, nil,
		},
		"comments go, unknown keys stay": {
			"# was hunter2-old\nx: {y: [1, two]} # hunter2\ncontexts:\n- {name: default, endpoint: https://cloud.bentoml.com, api_token: hunter2-a}\n# hunter2\ncurrent_context_name: default\n",
			[]bentoml.Context{contextA},
			"x: {y: [1, two]}\ncontexts: []\ncurrent_context_name: default\n", 1, nil,
		},
		"twice the same": {
			strings.Replace(twoContexts, "- api_token: hunter2-b\n  email: null\n  endpoint: https://acme.cloud.bentoml.com/\n  name: work",
				"- {name: default, endpoint: https://cloud.bentoml.com, api_token: hunter2-a}", 1),
			[]bentoml.Context{contextA},
			"contexts: []\ncurrent_context_name: work\n", 2, nil,
		},
		"a duplicate that was not taken": {
			strings.Replace(twoContexts, "name: work", "name: default", 1),
			[]bentoml.Context{contextA},
			strings.Replace(onlyB, "name: work", "name: default", 1), 1,
			[]string{"default"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, test.text)
			got, err := bentoml.Scrub(path, test.taken)
			if err != nil {
				t.Fatal(err)
			}
			want := bentoml.Scrubbed{Path: path, Removed: test.removed, Left: test.left}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(test.want, read(t, path)); diff != "" {
				t.Errorf("the file -want +got:\n%s", diff)
			}
			if _, err := bentoml.Read(path); err != nil {
				t.Errorf("the scrubbed file cannot be read: %v", err)
			}
			onlyFile(t, path)
		})
	}
}

// onlyFile makes sure that nothing else lies beside path.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside %s lie %v, %v", path, entries, err)
	}
}

func TestScrubLeavesAChangedFileAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want error
	}{
		"another token":    {strings.Replace(twoContexts, "hunter2-b", "hunter2-new", 1), bentoml.ErrChanged},
		"another endpoint": {strings.Replace(twoContexts, "https://acme.", "https://other.", 1), bentoml.ErrChanged},
		"another name":     {strings.Replace(twoContexts, "  name: work", "  name: home", 1), bentoml.ErrChanged},
		"gone":             {"contexts: []\ncurrent_context_name: work\n", bentoml.ErrChanged},
		"no list":          {"current_context_name: work\n", bentoml.ErrChanged},
		"empty":            {"", bentoml.ErrNoNews},
		"half written":     {twoContexts[:90], bentoml.ErrNoNews},
		"not understood":   {"- hunter2\n", bentoml.ErrFormat},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, test.text)
			got, err := bentoml.Scrub(path, []bentoml.Context{contextA, contextB})
			if !errors.Is(err, test.want) {
				t.Fatalf("Scrub() = %v, %v; want %v", got, err, test.want)
			}
			if strings.Contains(err.Error(), "hunt") {
				t.Errorf("the error quotes the file: %v", err)
			}
			if diff := cmp.Diff(test.text, read(t, path)); diff != "" {
				t.Errorf("the file -want +got:\n%s", diff)
			}
			onlyFile(t, path)
		})
	}
}

func TestScrubNarrowsTheMode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	tests := map[string]struct{ before, want fs.FileMode }{
		"as BentoML makes it": {0o644, 0o600},
		"narrow already":      {0o600, 0o600},
		"read only":           {0o400, 0o400},
		"wide open":           {0o777, 0o600},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, twoContexts)
			if err := os.Chmod(path, test.before); err != nil {
				t.Fatal(err)
			}
			if _, err := bentoml.Scrub(path, []bentoml.Context{contextA}); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode() != test.want {
				t.Errorf("mode %v, %v; want %v", info.Mode(), err, test.want)
			}
		})
	}
}

func TestScrubKeepsTheLink(t *testing.T) {
	t.Parallel()
	path := write(t, twoContexts)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	got, err := bentoml.Scrub(link, []bentoml.Context{contextA})
	if err != nil || got.Path != path {
		t.Fatalf("Scrub() = %v, %v; want the file %q", got, err, path)
	}
	if target, err := os.Readlink(link); err != nil || target != path {
		t.Errorf("the link points to %q, %v; want %q", target, err, path)
	}
	if strings.Contains(read(t, path), "hunter2-a") {
		t.Error("the file behind the link still holds the token")
	}
}

// TestScrubAgainstAWriter races Scrub with a program that writes the file as
// BentoML does. Whoever wins, the file is whole afterwards.
func TestScrubAgainstAWriter(t *testing.T) {
	t.Parallel()
	path := write(t, twoContexts)
	other := strings.Replace(twoContexts, "work", "home", 2)
	done := make(chan error, 1)
	go func() {
		for range 300 {
			if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 300 {
		_, err := bentoml.Scrub(path, []bentoml.Context{contextA})
		if err != nil && !errors.Is(err, bentoml.ErrChanged) && !errors.Is(err, bentoml.ErrNoNews) {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	got, err := bentoml.Read(path)
	if err != nil || len(got.Contexts) == 0 {
		t.Errorf("Read() = %v, %v; want a whole file", got, err)
	}
	onlyFile(t, path)
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		twoContexts, "", "---\n", "contexts: []\n", "- x\n", "x: &a [*a]\n", bomb(), "\ufeffcontexts:\r\n- {api_token: !!binary aGk=}\r\n",
		"contexts:\n- {name: a, endpoint: b, api_token: 'c\n\n d', x: {? [k] : v}}\ncurrent_context_name: |\n  a\n",
		"contexts:\n- &x {name: a, endpoint: b, api_token: c}\n- !t {name: d, endpoint: \"\\u2028\", api_token: >-\n  c\n  }\n",
		"%YAML 1.1\n---\ncontexts: [{name: ~, endpoint: b, api_token: c}]\n...\n", "{contexts: [{name: a, endpoint: b, api_token: \"\\x00\"}]}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := write(t, string(data))
		before, err := bentoml.Read(path)
		if err != nil {
			checkError(t, err)
			return
		}
		if len(before.Contexts) == 0 {
			return
		}
		taken := before.Contexts[:1]
		result, err := bentoml.Scrub(path, taken)
		if err != nil {
			checkError(t, err)
			if got := read(t, path); got != string(data) {
				t.Fatalf("a failed Scrub wrote %q over %q", got, data)
			}
			return
		}
		after, err := bentoml.Read(path)
		if err != nil || result.Removed < 1 {
			t.Fatalf("removing %d from %q left %q: %v", result.Removed, data, read(t, path), err)
		}
		checkScrubbed(t, before, after)
	})
}

// checkError makes sure that an error is one that callers know.
func checkError(t *testing.T, err error) {
	t.Helper()
	for _, known := range []error{bentoml.ErrNoNews, bentoml.ErrFormat, bentoml.ErrTooLarge} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Fatalf("an unknown error: %v", err)
}

// checkScrubbed makes sure that the first context went and the others stayed. A
// duplicate of the first, skipped before, may have come into its place.
func checkScrubbed(t *testing.T, before, after bentoml.File) {
	t.Helper()
	stayed := make(map[string]credential.Secret)
	for _, context := range after.Contexts {
		stayed[context.Name] = context.Token
		first := before.Contexts[0]
		if context.Name == first.Name && context.Endpoint == first.Endpoint && context.Token.Reveal() == first.Token.Reveal() {
			t.Fatal("the context taken is still there")
		}
	}
	for _, context := range before.Contexts[1:] {
		if stayed[context.Name].Reveal() != context.Token.Reveal() {
			t.Fatalf("the context %q did not survive", context.Name)
		}
	}
}
