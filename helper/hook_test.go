package helper_test

import (
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/ipc"
)

// TestFollow: what a hook does about each thing that may have happened.
func TestFollow(t *testing.T) {
	t.Parallel()
	const hooked = "BENTO_CRED_HOOK="
	first := run(serve(t, &agent{answer: madeUp()}), "env", "--hook", "--shell=dotenv")
	if first.status != 0 || !strings.Contains(first.out, "BENTO_CLOUD_API_KEY="+madeUpToken+"\n") {
		t.Fatalf("at the first prompt: %+v", first)
	}
	_, after, found := strings.Cut(first.out, hooked)
	if !found {
		t.Fatalf("no mark in %q", first.out)
	}
	mark, _, _ := strings.Cut(after, "\n")
	ours := []string{"BENTO_CLOUD_API_KEY=" + madeUpToken, hooked + mark}
	const unset = "unset BENTO_CLOUD_API_KEY;\nunset BENTO_CLOUD_API_ENDPOINT;\nunset BENTO_CRED_HOOK;\nunset BENTO_CRED_ACTIVE;\n"
	for name, test := range map[string]struct {
		environ []string
		err     ipc.Code
		out     string // what the code begins with; empty: there is none
		says    string
		status  int
	}{
		"ours, and still there":     {environ: ours, out: "export BENTO_CLOUD_API_KEY="},
		"set by hand":               {environ: []string{"BENTO_CLOUD_API_KEY=mine"}, says: "set by hand and stays"},
		"set by hand, with a mark":  {environ: []string{"BENTO_CLOUD_API_KEY=mine", hooked + mark}, says: "set by hand and stays"},
		"never logged in":           {err: ipc.NoContext, status: 3},
		"logged out":                {environ: ours, err: ipc.NoContext, out: unset, says: "no_context", status: 3},
		"no longer taken":           {environ: ours, err: ipc.LoginRequired, out: unset, says: "login_required", status: 4},
		"no longer taken, not ours": {err: ipc.LoginRequired, says: "login_required", status: 4},
		"locked":                    {environ: ours, err: ipc.Locked, says: "locked", status: 6},
		"nobody to ask":             {environ: ours, err: ipc.NoDaemon, says: "no_daemon", status: 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &agent{answer: madeUp()}
			if test.err != "" {
				a.err = &ipc.Error{Code: test.err, Message: string(test.err)}
			}
			got := run(append(serve(t, a), test.environ...), "env", "--hook", "--shell=sh")
			if !strings.HasPrefix(got.out, test.out) || (test.out == "") != (got.out == "") || got.status != test.status {
				t.Errorf("got %+v, want %q and status %d", got, test.out, test.status)
			}
			if !strings.Contains(got.err, test.says) || (test.says == "") != (got.err == "") {
				t.Errorf("says %q, want %q", got.err, test.says)
			}
		})
	}
}
