package bentoml_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/bentoml"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// needle is in every made-up token, and in no error.
const needle = "hunter2"

// plain compares secrets by their values. The tests' tokens are made up.
var plain = cmp.Comparer(func(a, b credential.Secret) bool { return a.Reveal() == b.Reveal() })

// sameError compares errors by identity.
var sameError = cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || errors.Is(b, a) })

// secret returns a made-up token.
func secret(name string) credential.Secret { return credential.NewSecret(needle + "-" + name) }

// write puts a context file into a directory of its own.
func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(realDir(t), ".yatai.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// realDir returns a temporary directory without a symbolic link in its path, which
// macOS's has.
func realDir(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// twoContexts is a file as BentoML writes it.
const twoContexts = `contexts:
- api_token: hunter2-a
  email: ada@acme.example
  endpoint: https://cloud.bentoml.com
  name: default
- api_token: hunter2-b
  email: null
  endpoint: https://acme.cloud.bentoml.com/
  name: work
current_context_name: work
`

// contextA and contextB are what twoContexts holds.
var (
	contextA = bentoml.Context{
		Name: "default", Endpoint: "https://cloud.bentoml.com", Email: "ada@acme.example", Token: secret("a"),
	}
	contextB = bentoml.Context{Name: "work", Endpoint: "https://acme.cloud.bentoml.com/", Token: secret("b")}
)

func TestRead(t *testing.T) {
	t.Parallel()
	both := []bentoml.Context{contextA, contextB}
	tests := map[string]struct {
		text string
		want bentoml.File
	}{
		"as BentoML writes it": {twoContexts, bentoml.File{Contexts: both, Current: "work"}},
		"CRLF":                 {strings.ReplaceAll(twoContexts, "\n", "\r\n"), bentoml.File{Contexts: both, Current: "work"}},
		"byte order mark":      {"\ufeff" + twoContexts, bentoml.File{Contexts: both, Current: "work"}},
		"no last line break":   {strings.TrimSuffix(twoContexts, "\n"), bentoml.File{Contexts: both, Current: "work"}},
		"empty list":           {"contexts: []\ncurrent_context_name: default\n", bentoml.File{}},
		"no list":              {"current_context_name: default\n", bentoml.File{}},
		"list of another type": {"contexts: hunter2\ncurrent_context_name: default\n", bentoml.File{}},
		"current is unknown": {
			strings.Replace(twoContexts, "name: work\ncurrent_context_name: work", "name: work\ncurrent_context_name: home", 1),
			bentoml.File{Contexts: both},
		},
		"current is not said": {strings.Replace(twoContexts, "current_context_name: work\n", "", 1), bentoml.File{Contexts: both, Current: "default"}},
		"current is the environment": {
			strings.Replace(twoContexts, "_name: work", "_name: __env__", 1),
			bentoml.File{Contexts: both, Skipped: []bentoml.Skipped{{Name: "__env__", Reason: bentoml.ErrEnvironment}}},
		},
		"duplicate name, the first wins": {
			strings.Replace(twoContexts, "name: work", "name: default", 1),
			bentoml.File{Contexts: both[:1], Skipped: []bentoml.Skipped{{Name: "default", Reason: bentoml.ErrDuplicate}}},
		},
		"what cannot be taken": {
			`contexts:
- {name: a, endpoint: https://a.example}
- {name: b, endpoint: https://b.example, api_token: null}
- {name: c, endpoint: https://c.example, api_token: ""}
- {name: d, endpoint: https://d.example, api_token: [hunter2]}
- {name: e, api_token: hunter2}
- {endpoint: https://f.example, api_token: hunter2}
- {name: __env__, endpoint: https://g.example, api_token: hunter2}
- hunter2
- null
- {name: work, endpoint: "https://acme.cloud.bentoml.com/", api_token: hunter2-b, extra: 1}
current_context_name: a
`,
			bentoml.File{Contexts: both[1:], Skipped: []bentoml.Skipped{
				{Name: "a", Reason: bentoml.ErrNoToken},
				{Name: "b", Reason: bentoml.ErrNoToken},
				{Name: "c", Reason: bentoml.ErrNoToken},
				{Name: "d", Reason: bentoml.ErrNoToken},
				{Name: "e", Reason: bentoml.ErrNoEndpoint},
				{Name: "", Reason: bentoml.ErrNoName},
				{Name: "__env__", Reason: bentoml.ErrEnvironment},
				{Name: "", Reason: bentoml.ErrEntry},
				{Name: "", Reason: bentoml.ErrEntry},
			}},
		},
		"what YAML takes for other types": {
			"contexts:\n- {name: 007, endpoint: https://a.example, api_token: 1e3, email: no}\ncurrent_context_name: 007\n",
			bentoml.File{Current: "007", Contexts: []bentoml.Context{
				{Name: "007", Endpoint: "https://a.example", Email: "no", Token: credential.NewSecret("1e3")},
			}},
		},
		"a key twice, the last counts": {
			"contexts:\n- {name: x, name: default, endpoint: https://cloud.bentoml.com, api_token: hunter2-a, email: ada@acme.example}\n",
			bentoml.File{Contexts: both[:1], Current: "default"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, test.text)
			test.want.Path = path
			got, err := bentoml.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, plain, sameError); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want error
	}{
		"empty":                      {"", bentoml.ErrNoNews},
		"blank":                      {" \n\n", bentoml.ErrNoNews},
		"only a comment":             {"# hunter2\n", bentoml.ErrNoNews},
		"only a marker":              {"---\n", bentoml.ErrNoNews},
		"null":                       {"null\n", bentoml.ErrNoNews},
		"cut in a key":               {"conte", bentoml.ErrNoNews},
		"cut in a token":             {"contexts:\n- api_token: hunt", bentoml.ErrNoNews},
		"cut in a quoted token":      {"contexts:\n- api_token: 'hunter2", bentoml.ErrNoNews},
		"cut before the current one": {strings.TrimSuffix(twoContexts, "\ncurrent_context_name: work\n"), bentoml.ErrNoNews},
		"list":                       {"- hunter2\n- hunter2\n", bentoml.ErrFormat},
		"text":                       {"hunter2\n", bentoml.ErrFormat},
		"not YAML":                   {"contexts: [hunter2\nb: }hunter2\n", bentoml.ErrFormat},
		"tab":                        {"contexts:\n\t- hunter2\n", bentoml.ErrFormat},
		"two documents":              {twoContexts + "---\n" + twoContexts, bentoml.ErrFormat},
		"bad second document":        {twoContexts + "---\n{hunter2\n", bentoml.ErrFormat},
		"bytes that are not text":    {"contexts: \xff\xfehunter2\n", bentoml.ErrFormat},
		"alias":                      {"x: &t hunter2\ncontexts:\n- {name: a, endpoint: b, api_token: *t}\ncurrent_context_name: a\n", bentoml.ErrFormat},
		"unknown alias":              {"contexts: *hunter2\n", bentoml.ErrFormat},
		"merge key":                  {"x: &t {api_token: hunter2}\ncontexts:\n- {<<: *t, name: a}\n", bentoml.ErrFormat},
		"alias bomb":                 {bomb(), bentoml.ErrFormat},
		"deep":                       {strings.Repeat("[", 20_000) + "\n", bentoml.ErrFormat},
		"huge":                       {"x: " + strings.Repeat("hunter2", 1<<18) + "\n", bentoml.ErrTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := bentoml.Read(write(t, test.text))
			if !errors.Is(err, test.want) {
				t.Fatalf("Read() = %v, %v; want %v", got, err, test.want)
			}
			if strings.Contains(err.Error(), "hunt") {
				t.Errorf("the error quotes the file: %v", err)
			}
		})
	}
}

// bomb is a file of a few lines that means a billion strings.
func bomb() string {
	text := "a0: &a0 [hunter2]\n"
	for i := range 9 {
		here, next := string(rune('0'+i)), string(rune('1'+i))
		text += "a" + next + ": &a" + next + " [" + strings.Repeat("*a"+here+",", 10) + "]\n"
	}
	return text + "contexts: *a9\ncurrent_context_name: x\n"
}

func TestReadOfNoFile(t *testing.T) {
	t.Parallel()
	dir := realDir(t)
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	tests := map[string]struct {
		path string
		want error
	}{
		"missing":        {filepath.Join(dir, ".yatai.yaml"), bentoml.ErrNoFile},
		"missing folder": {filepath.Join(dir, "bentoml", ".yatai.yaml"), bentoml.ErrNoFile},
		"dangling link":  {dangling, bentoml.ErrNoFile},
		"directory":      {dir, bentoml.ErrFormat},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := bentoml.Read(test.path); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestReadFollowsALink(t *testing.T) {
	t.Parallel()
	path := write(t, twoContexts)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	got, err := bentoml.Read(link)
	if err != nil || got.Path != path || len(got.Contexts) != 2 {
		t.Errorf("Read() = %v, %v; want the file %q", got, err, path)
	}
}
