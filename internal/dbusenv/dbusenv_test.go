package dbusenv

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	// A socket path must be short, and the test's own directory may not be.
	withBus, err := os.MkdirTemp("/tmp", "bc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(withBus) })
	listener, err := net.Listen("unix", filepath.Join(withBus, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	withFile := t.TempDir()
	if err := os.WriteFile(filepath.Join(withFile, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}

	tests := map[string]struct {
		value string
		dirs  []string
		want  string
	}{
		"a given address is kept":         {"unix:path=" + withFile + "/bus", []string{withBus}, "unix:path=" + withFile + "/bus"},
		"one of no path is kept":          {"unix:abstract=/x", []string{withBus}, "unix:abstract=/x"},
		"one of many is kept":             {"unix:path=/x/y;unix:path=/z", []string{withBus}, "unix:path=/x/y;unix:path=/z"},
		"one that is escaped is kept":     {"unix:path=/x/y%20z", []string{withBus}, "unix:path=/x/y%20z"},
		"the session it was of is over":   {"unix:path=/x/y", []string{withBus}, "unix:path=" + withBus + "/bus"},
		"over, and it had an id":          {"unix:path=/x/y,guid=0,z=1", []string{withBus}, "unix:path=" + withBus + "/bus"},
		"over, and there is no other":     {"unix:path=/x/y", nil, "unix:path=/x/y"},
		"it has an id, and is there":      {"unix:path=" + withBus + "/bus,guid=0", nil, "unix:path=" + withBus + "/bus,guid=0"},
		"nothing given, a bus there":      {"", []string{t.TempDir(), withBus}, "unix:path=" + withBus + "/bus"},
		"nothing given, no bus":           {"", []string{t.TempDir()}, Nowhere},
		"nothing given, nowhere to look":  {"", nil, Nowhere},
		"autolaunch would start a bus":    {"autolaunch:", nil, Nowhere},
		"a file called bus is not a bus":  {"", []string{withFile}, Nowhere},
		"an address that leads nowhere":   {Nowhere, []string{withBus}, Nowhere},
		"autolaunch, but there is a bus":  {"autolaunch:", []string{withBus}, "unix:path=" + withBus + "/bus"},
		"directory that is not there now": {"", []string{filepath.Join(withFile, "gone")}, Nowhere},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := resolve(test.value, test.dirs); got != test.want {
				t.Errorf("resolve(%q) = %q, want %q", test.value, got, test.want)
			}
		})
	}
}

func TestInitPutsTheAddressAside(t *testing.T) {
	t.Parallel()
	if got := os.Getenv(variable); got != Nowhere {
		t.Errorf("%s = %q after init, want %q", variable, got, Nowhere)
	}
	env := Environ()
	if found.set != slices.Contains(env, variable+"="+found.value) {
		t.Errorf("Environ does not give back what was found, %+v", found)
	}
	if !found.set && slices.Contains(env, variable+"="+Nowhere) {
		t.Errorf("Environ holds %q, which was not there", Nowhere)
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 7: "7", 1000: "1000", 65534: "65534"} {
		if got := decimal(n); got != want {
			t.Errorf("decimal(%d) = %q", n, got)
		}
	}
}
