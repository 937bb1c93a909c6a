package lintproof_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNamedTestsExist: what the documents say is proved by a test, or by a script, is proved
// by one that is there.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	top := filepath.Join("..", "..")
	var tests strings.Builder
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		tests.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)[`/*]")
	scripts := regexp.MustCompile("(?:end-to-end )?scripts? ((?:`[a-z-]+`(?:, | and )?)+)")
	script := regexp.MustCompile("`([a-z-]+)`")
	found := 0
	for _, page := range []string{"SECURITY.md", filepath.Join("docs", "design.md"), filepath.Join("docs", "dependencies.md")} {
		text, err := os.ReadFile(filepath.Join(top, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range name.FindAllStringSubmatch(string(text), -1) {
			found++
			if !strings.Contains(tests.String(), "func "+match[1]) {
				t.Errorf("%s names %s, which is no test", page, match[1])
			}
		}
		for _, list := range scripts.FindAllStringSubmatch(string(text), -1) {
			for _, match := range script.FindAllStringSubmatch(list[1], -1) {
				found++
				if _, err := os.Stat(filepath.Join(top, "internal", "e2e", "testdata", "script", match[1]+".txtar")); err != nil {
					t.Errorf("%s names the script %s, which is not there", page, match[1])
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d tests are named", found)
	}
}
