package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// made are the platforms that the tests build for: one of each kind of archive, and the
// packages.
const made = "linux/amd64 windows/arm64"

// TestReproducible makes a release twice, from two folders and under two sets of
// circumstances, and compares the bytes.
func TestReproducible(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "another folder")
	if out, err := exec.Command("git", "clone", "--quiet", "--local", root, elsewhere).CombinedOutput(); err != nil {
		t.Fatalf("git clone: %v\n%s", err, out)
	}
	// What is not committed yet is tested, too.
	sync := exec.Command("bash", "-c", `set -e; cd "$1" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' f; do
		if test -e "$f"; then mkdir -p "$2/$(dirname "$f")" && cp -P "$f" "$2/$f"; else rm -f "$2/$f"; fi; done`, "bash", root, elsewhere)
	if out, err := sync.CombinedOutput(); err != nil {
		t.Fatalf("copying: %v\n%s", err, out)
	}
	first := releaseOf(t, root, "022", "TZ=UTC")
	second := releaseOf(t, elsewhere, "077", "TZ=Asia/Tokyo", "HOSTNAME=elsewhere", "USER=somebody", "LANG=de_DE.UTF-8")
	if len(first) < 6 {
		t.Errorf("only %d files are made", len(first))
	}
	for name, content := range first {
		if !bytes.Equal(content, second[name]) {
			t.Errorf("%s: %d bytes and %d bytes differ", name, len(content), len(second[name]))
		}
	}
	if len(second) != len(first) {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
	look(t, first)
}

// releaseOf makes a release of the project in root and returns its files.
func releaseOf(t *testing.T, root, umask string, environ ...string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", `umask "$1" && exec go run -C tools/dist . -dir "$2" -version v1.2.3 -platforms "$3"`, "sh", umask, dir, made)
	cmd.Dir = root
	cmd.Env = append(append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000"), environ...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("making a release: %v\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// look looks into a release.
func look(t *testing.T, files map[string][]byte) {
	t.Helper()
	for _, name := range []string{
		"bento-cred_v1.2.3_linux_amd64.tar.gz", "bento-cred_v1.2.3_windows_arm64.zip", "bento-cred_1.2.3-1_amd64.deb",
		"bento-cred-1.2.3-1.x86_64.rpm", "bento-cred_v1.2.3_sbom.cdx.json", "SHA256SUMS",
	} {
		if len(files[name]) == 0 {
			t.Errorf("no %s", name)
		}
	}
	var materials bill
	if err := json.Unmarshal(files["bento-cred_v1.2.3_sbom.cdx.json"], &materials); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range materials.Components {
		found[c.Name] = c.Properties[0].Value
	}
	if !strings.Contains(found["github.com/99designs/keyring"], "linux/amd64/bento-credd") || strings.Contains(found["github.com/99designs/keyring"], "amd64/bento-cred ") {
		t.Errorf("the keychain library is linked into %q", found["github.com/99designs/keyring"])
	}
	if found["github.com/goreleaser/nfpm/v2"] != "" {
		t.Error("what makes the packages is among the materials")
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
	judge(t, dir, "dpkg-deb", "--info", "bento-cred_1.2.3-1_amd64.deb")
	judge(t, dir, "rpm", "-qp", "--nosignature", "bento-cred-1.2.3-1.x86_64.rpm")
	judge(t, dir, "sh", "-c", "mkdir x && tar -xzf *.tar.gz -C x && cd x/*/man && mandoc -T lint -W warning bento-cred.1 bento-cred-*.1")
}

// judge has another program look at a file of the release, where it is installed.
func judge(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	programs := []string{name}
	if name == "sh" {
		programs = append(programs, "mandoc")
	}
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("BENTO_CRED_REQUIRE_REAL") == "1" {
				t.Errorf("real part wanted by BENTO_CRED_REQUIRE_REAL=1: %s", program)
			}
			t.Logf("not looked at by %s, which is not here", program)
			return
		}
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
}

// TestFormula has Ruby read the formula.
func TestFormula(t *testing.T) {
	t.Parallel()
	r := &release{version: "v1.2.3", dir: t.TempDir(), out: &bytes.Buffer{}}
	var built []build
	for _, platform := range []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64"} {
		system, arch, _ := strings.Cut(platform, "/")
		b := build{system: system, arch: arch, archive: system + arch}
		if err := os.WriteFile(filepath.Join(r.dir, b.archive), []byte(platform), 0o600); err != nil {
			t.Fatal(err)
		}
		built = append(built, b)
	}
	if err := r.formula(built); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.dir, "bento-cred.rb"))
	if err != nil || bytes.ContainsAny(text, "@") && bytes.Contains(text, []byte("@TAG@")) || !bytes.Contains(text, []byte(`version "1.2.3"`)) {
		t.Errorf("%v\n%s", err, text)
	}
	judge(t, r.dir, "ruby", "-c", "bento-cred.rb")
}

func TestPackaged(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v1.2.3": "1.2.3", "1.2.3-rc.1": "1.2.3~rc.1", "v1.2.3-4-gabc1234": "1.2.3+4.gabc1234",
		"v1.2.3-rc.1-4-gabc1234-dirty": "1.2.3~rc.1+4.gabc1234+dirty", "abc1234": "0~git.abc1234",
		"1234567": "0~git.1234567", "devel": "0~git.devel", "abc1234-dirty": "0~git.abc1234+dirty",
	} {
		if got := packaged(version); got != want {
			t.Errorf("packaged(%q) = %q, want %q", version, got, want)
		}
	}
}
