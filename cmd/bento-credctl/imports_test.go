package main

import (
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/ipc/management"
)

func TestImport(t *testing.T) {
	t.Parallel()
	const path = "/home/ada/bentoml/.yatai.yaml"
	both := management.Imported{
		Path:    path,
		Taken:   []management.Context{{Name: "default", Endpoint: madeUpEndpoint}},
		Skipped: []management.Skipped{{Name: "odd\x1b", Reason: "context has no token"}},
	}
	with := func(change func(*management.Imported)) *management.Imported {
		imported := both
		change(&imported)
		return &imported
	}
	rows := "default\ttaken\thttps://acme.cloud.bentoml.example\nodd\\x1b\tskipped\tcontext has no token\n"
	tests := map[string]struct {
		imported *management.Imported
		args     []string
		want     result
	}{
		"kept": {
			imported: &both,
			want:     result{out: rows, err: "bento-cred: the tokens still stand in clear text in " + path + "; `bento-cred import bentoml --scrub` removes them\n"},
		},
		"readable": {
			imported: with(func(i *management.Imported) { i.Readable, i.Taken = true, nil }),
			want:     result{out: "odd\\x1b\tskipped\tcontext has no token\n", err: "bento-cred: other users can read that file; `chmod 600 " + path + "` keeps them out\n"},
		},
		"scrubbed": {
			imported: with(func(i *management.Imported) { i.Readable, i.Scrubbed = true, true }),
			args:     []string{"--scrub"},
			want:     result{out: rows, err: "bento-cred: the tokens that were taken are no longer in " + path + "\n"},
		},
		"dry run": {
			imported: with(func(i *management.Imported) { i.Skipped = nil }),
			args:     []string{"--dry-run"},
			want: result{
				out: "default\twould be taken\thttps://acme.cloud.bentoml.example\n",
				err: "bento-cred: the tokens still stand in clear text in " + path + "; `bento-cred import bentoml --scrub` removes them\n" +
					"bento-cred: nothing was changed: it was a dry run\n",
			},
		},
		"no file":  {want: result{status: 3, err: "bento-cred: there is no such file\n  name another\n"}},
		"argument": {args: []string{"x"}, want: result{status: 2, err: "bento-cred: bentoml takes no arguments\n  see `bento-cred import bentoml --help`\n"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			a.imported = test.imported
			if got := run(t, serve(t, a), append([]string{"import", "bentoml"}, test.args...)...); got != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestImportLooksWhereBentoMLDoes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ []string
		args    []string
		path    string
		status  int
	}{
		"the default":             {environ: []string{"HOME=/home/ada"}, path: "/home/ada/bentoml/.yatai.yaml"},
		"BENTOML_HOME":            {environ: []string{"BENTOML_HOME=/data"}, path: "/data/.yatai.yaml"},
		"a relative BENTOML_HOME": {environ: []string{"BENTOML_HOME=data"}, path: "/dir/data/.yatai.yaml"},
		"by name":                 {environ: []string{"BENTOML_HOME=/data"}, args: []string{"--file", "../x.yaml"}, path: "/x.yaml"},
		"no home":                 {environ: []string{"HOME="}, status: 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			a.imported = &management.Imported{}
			c := command{environ: append(serve(t, a), test.environ...), directory: "/dir"}
			got := c.run(t, append([]string{"import", "bentoml"}, test.args...)...)
			if got.status != test.status || strings.Contains(got.err, "panic") {
				t.Errorf("got %+v, want status %d", got, test.status)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.imports.Path != test.path {
				t.Errorf("the path is %q, want %q", a.imports.Path, test.path)
			}
		})
	}
}
