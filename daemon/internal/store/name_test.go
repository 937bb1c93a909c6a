package store

import (
	"errors"
	"strings"
	"testing"
)

func TestKey(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		item item
		want string
	}{
		"head":     {item{subject{kindContext, "prod"}, 0x18b2c3d4e5f60718, 0}, "c.prod~18b2c3d4e5f60718"},
		"piece":    {item{subject{kindContext, "prod"}, 1, 12}, "c.prod~0000000000000001~p12"},
		"capitals": {item{subject{kindContext, "MyProd"}, 1, 0}, "c.+my+prod~0000000000000001"},
		"marker":   {item{marker, 1, 0}, "m.store~0000000000000001"},
		"dots":     {item{subject{kindContext, "a.b-c_D"}, 1, 0}, "c.a.b-c_+d~0000000000000001"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.item.key(); got != test.want {
				t.Errorf("key() = %q, want %q", got, test.want)
			}
			if got, ok := parseKey(test.want); !ok || got != test.item {
				t.Errorf("parseKey(%q) = %+v, %v", test.want, got, ok)
			}
		})
	}
}

func TestParseKeyPassesOthersOver(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"", "prod", "c.prod", "c.prod~1", "c.prod~000000000000000g", "c.prod~0000000000000001~p0",
		"c.prod~0000000000000001~p01", "c.prod~0000000000000001~1", "c.prod~0000000000000001~p1~p2",
		"c.prod~0000000000000001~p99999", "x.prod~0000000000000001", "c.~0000000000000001",
		"c.Prod~0000000000000001", "c.++p~0000000000000001", "c.+1~0000000000000001", "c.../x~0000000000000001",
		".new-c.prod~0000000000000001", "c.prod~0000000000000001.tmp", "c.prod~00000000000000AB",
		"c." + strings.Repeat("x", 65) + "~0000000000000001",
	} {
		if got, ok := parseKey(key); ok {
			t.Errorf("parseKey(%q) = %+v, want it passed over", key, got)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{
		"c.prod~18b2c3d4e5f60718", "c.+my+prod~0000000000000001~p12", "m.store~0000000000000001",
		"c.+~0000000000000001", "~", "c.a~0000000000000001~p",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		got, ok := parseKey(key)
		if !ok {
			return
		}
		if err := ValidateName(got.name); err != nil {
			t.Errorf("parseKey(%q) lets through the name: %v", key, err)
		}
		if again := got.key(); again != key {
			t.Errorf("parseKey(%q) comes back as %q", key, again)
		}
	})
}

func TestValidateName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "A", "0", "_x", "a.b-c_d", strings.Repeat("x", 64)} {
		if err := ValidateName(name); err != nil {
			t.Errorf("ValidateName(%q) = %v", name, err)
		}
	}
	for _, name := range []string{"", ".", "-a", ".a", "a/b", "a+b", "a~b", "a b", "\u00e4", strings.Repeat("x", 65)} {
		if err := ValidateName(name); !errors.Is(err, ErrName) {
			t.Errorf("ValidateName(%q) = %v, want ErrName", name, err)
		}
	}
}
