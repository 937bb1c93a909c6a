package grant_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/grant"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestCovers(t *testing.T) {
	t.Parallel()
	given := grant.Grant{Context: "prod", Hosts: []string{"a.example", "b.example:8443"}, Expires: now.Add(time.Minute), Limited: true, Left: 1}
	usedUp := given
	usedUp.Left = 0
	anywhere := given
	anywhere.Hosts = nil
	unlimited := usedUp
	unlimited.Limited = false
	tests := map[string]struct {
		grant         grant.Grant
		context, host string
		now           time.Time
		want          error
	}{
		"its host":          {given, "prod", "a.example", now, nil},
		"in capitals":       {given, "prod", "A.Example", now, nil},
		"its port":          {given, "prod", "b.example:8443", now, nil},
		"another port":      {given, "prod", "b.example", now, grant.ErrHost},
		"another host":      {given, "prod", "c.example", now, grant.ErrHost},
		"no host":           {given, "prod", "", now, grant.ErrHost},
		"any host":          {anywhere, "prod", "c.example", now, nil},
		"another context":   {given, "staging", "a.example", now, grant.ErrContext},
		"at its end":        {given, "prod", "a.example", now.Add(time.Minute), grant.ErrOver},
		"used up":           {usedUp, "prod", "a.example", now, grant.ErrUsedUp},
		"as often as wants": {unlimited, "prod", "a.example", now, nil},
	}
	for name, test := range tests {
		if err := test.grant.Covers(test.context, test.host, test.now); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// ledger is one under test, and who of its holders runs.
type ledger struct {
	*grant.Ledger
	config grant.Config
	mu     sync.Mutex
	ended  map[grant.Holder]bool
}

func open(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{ended: map[grant.Holder]bool{}}
	l.config = grant.Config{Path: filepath.Join(t.TempDir(), "data", "grants"), Boot: "boot", Running: func(h grant.Holder) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return !l.ended[h]
	}}
	if err := os.Mkdir(filepath.Dir(l.config.Path), 0o700); err != nil {
		t.Fatal(err)
	}
	l.again(t)
	return l
}

// again opens it as the next daemon does.
func (l *ledger) again(t *testing.T) {
	t.Helper()
	var err error
	if l.Ledger, err = grant.Open(l.config); err != nil {
		t.Fatal(err)
	}
}

func (l *ledger) end(h grant.Holder) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended[h] = true
}

func TestLedger(t *testing.T) {
	t.Parallel()
	l := open(t)
	agent, tool := grant.Holder{PID: 10, Started: 1}, grant.Holder{PID: 11, Started: 2}
	outer := grant.Grant{ID: "outer", Holder: agent, Context: "prod", Expires: now.Add(time.Hour), Limited: true, Left: 2}
	inner := grant.Grant{ID: "inner", Holder: tool, Context: "prod", Expires: now.Add(time.Hour)}
	for _, g := range []grant.Grant{outer, inner} {
		if err := l.Add(g); err != nil {
			t.Fatal(err)
		}
	}
	chain := []grant.Holder{{PID: 12, Started: 3}, tool, agent}
	if diff := cmp.Diff([]grant.Grant{inner, outer}, l.Over(chain)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if over := l.Over([]grant.Holder{{PID: 10, Started: 99}}); len(over) > 0 {
		t.Errorf("another process of the number has %v", over)
	}
	ids := []string{"inner", "outer"}
	giveBack, err := l.Use(ids, "prod", "h", now)
	if err != nil {
		t.Fatal(err)
	}
	giveBack()
	for range 2 {
		if _, err := l.Use(ids, "prod", "h", now); err != nil {
			t.Fatal(err)
		}
	}
	l.again(t) // a daemon that starts now goes on counting
	if _, err := l.Use(ids, "prod", "h", now); !errors.Is(err, grant.ErrUsedUp) {
		t.Errorf("a third use: %v", err)
	}
	if len(l.Over(chain)) != 2 {
		t.Error("a grant that is used up is no fence any more")
	}
	l.end(agent)
	if all := l.All(); len(all) != 1 || all[0].ID != "inner" {
		t.Errorf("after the end of its process: %v", all)
	}
	if !l.End("inner") || l.End("inner") {
		t.Error("End does not tell what there was")
	}
	if _, err := l.Use([]string{"inner"}, "prod", "h", now); !errors.Is(err, grant.ErrOver) {
		t.Errorf("after End: %v", err)
	}
}

// TestUsesAreCountedOnce: of many at the same time, no more than allowed get through.
func TestUsesAreCountedOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	if err := l.Add(grant.Grant{ID: "g", Context: "prod", Expires: now.Add(time.Hour), Limited: true, Left: 5}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	got := make(chan error, 50)
	for range 50 {
		all.Go(func() {
			_, err := l.Use([]string{"g"}, "prod", "h", now)
			got <- err
		})
	}
	all.Wait()
	close(got)
	through := 0
	for err := range got {
		if err == nil {
			through++
		}
	}
	if through != 5 {
		t.Errorf("%d got through, want 5", through)
	}
}

func TestAnotherRunOfTheSystem(t *testing.T) {
	t.Parallel()
	l := open(t)
	if err := l.Add(grant.Grant{ID: "g", Context: "prod", Expires: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	l.config.Boot = "the next"
	l.again(t)
	if all := l.All(); len(all) > 0 {
		t.Errorf("%v outlived the system", all)
	}
}

func TestFileThatIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, lay := range map[string]func(path string) error{
		"a link":    func(path string) error { return os.Symlink("/etc/passwd", path) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		path := filepath.Join(t.TempDir(), "grants")
		if err := lay(path); err != nil {
			t.Fatal(err)
		}
		if _, err := grant.Open(grant.Config{Path: path}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestFileThatIsNotWhole: what a crash left there is no reason not to begin.
func TestFileThatIsNotWhole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", "null", "[]"} {
		l := open(t)
		if err := os.WriteFile(l.config.Path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l.again(t)
		if err := l.Add(grant.Grant{ID: "g"}); err != nil || len(l.All()) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestFileThatCannotBeWritten: what cannot be written is not given, neither a grant nor a use.
func TestFileThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	l := open(t)
	limited := grant.Grant{ID: "g", Context: "c", Expires: now.Add(time.Hour), Limited: true, Left: 1}
	if err := l.Add(limited); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(l.config.Path)
	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // where the directory belongs
		t.Fatal(err)
	}
	if _, err := l.Use([]string{"g"}, "c", "h", now); err == nil {
		t.Error("a use is given that was not counted")
	}
	if err := l.Add(grant.Grant{ID: "more"}); err == nil || len(l.All()) != 1 {
		t.Errorf("%v, and %v is in force", err, l.All())
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Use([]string{"g"}, "c", "h", now); err != nil {
		t.Errorf("when it can be written: %v", err)
	}
}

func TestNoMoreThanSoMany(t *testing.T) {
	t.Parallel()
	l := open(t)
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		err = l.Add(grant.Grant{ID: "g"})
	}
	if !errors.Is(err, grant.ErrTooMany) || len(l.All()) > 100 {
		t.Errorf("%v", err)
	}
}

// FuzzOpen reads any bytes as the file of grants: they are refused, or a ledger that works.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"boot":"b","grants":[{"id":"g","holder":{"pid":1,"started":2},"context":"c","expires":"2026-03-01T12:00:00Z","limited":true,"left":1}]}`))
	f.Add([]byte(`{"boot":"b","grants":[{"left":-9223372036854775808,"limited":true}]}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "grants")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := grant.Open(grant.Config{Path: path, Boot: "b", Running: func(grant.Holder) bool { return true }})
		if err != nil {
			return
		}
		for _, g := range l.All() {
			if _, err := l.Use([]string{g.ID}, g.Context, "h", now); err == nil && g.Limited && g.Left <= 0 {
				t.Errorf("%+v is used", g)
			}
		}
		if err := l.Add(grant.Grant{ID: "new"}); err != nil && !errors.Is(err, grant.ErrTooMany) {
			t.Error(err)
		}
	})
}
