package worker

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
)

// fakeKeychain keeps items as macOS does: one that is there is not added again.
type fakeKeychain struct {
	items  map[string][]byte // by service and account
	status int32             // of every call, unless it is 0
	steps  []string
}

func (f *fakeKeychain) add(service, account string, data []byte) int32 {
	f.steps = append(f.steps, "add")
	if _, there := f.items[service+"/"+account]; there && f.status == 0 {
		return statusDuplicate
	}
	if f.status == 0 {
		f.items[service+"/"+account] = bytes.Clone(data)
	}
	return f.status
}

func (f *fakeKeychain) read(service, account string) ([]byte, int32) {
	data, there := f.items[service+"/"+account]
	if !there && f.status == 0 {
		return nil, statusNotFound
	}
	return data, f.status
}

func (f *fakeKeychain) remove(service, account string) int32 {
	f.steps = append(f.steps, "remove")
	if _, there := f.items[service+"/"+account]; !there && f.status == 0 {
		return statusNotFound
	}
	if f.status == 0 {
		delete(f.items, service+"/"+account)
	}
	return f.status
}

func (f *fakeKeychain) accounts(service string) ([]string, int32) {
	var accounts []string
	for key := range maps.Keys(f.items) {
		if account, ours := bytes.CutPrefix([]byte(key), []byte(service+"/")); ours {
			accounts = append(accounts, string(account))
		}
	}
	if len(accounts) == 0 && f.status == 0 {
		return nil, statusNotFound
	}
	slices.Sort(accounts)
	return accounts, f.status
}

func TestKeychainItems(t *testing.T) {
	t.Parallel()
	fake := &fakeKeychain{items: map[string][]byte{"other/x": []byte("not ours")}}
	r := &classified{Keychain, &keychainItems{calls: fake, service: "bento-cred"}}
	if keys, err := r.keys(); err != nil || keys == nil || len(keys) != 0 {
		t.Errorf("an empty keychain: %q, %v", keys, err)
	}
	if _, err := r.get("a"); codeOf(err) != NotFound {
		t.Errorf("an item that is not there: %v", err)
	}
	for _, value := range []string{"one", "two", ""} {
		if err := r.set("a", []byte(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := r.get("a"); err != nil || string(got) != value {
			t.Errorf("got %q, %v, want %q", got, err, value)
		}
	}
	if want := []string{"add", "add", "remove", "add", "add", "remove", "add"}; !slices.Equal(fake.steps, want) {
		t.Errorf("an item is made by %q, want %q", fake.steps, want)
	}
	if keys, err := r.keys(); err != nil || !slices.Equal(keys, []string{"a"}) {
		t.Errorf("keys are %q, %v", keys, err)
	}
	if err := r.remove("a"); err != nil {
		t.Error(err)
	}
	if err := r.remove("a"); codeOf(err) != NotFound {
		t.Errorf("removed twice: %v", err)
	}
}

// TestKeychainStatus: what Apple's numbers mean for a person.
func TestKeychainStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int32]Code{
		-25308: Locked, -25315: Locked, -25293: Denied, -128: Denied, -25291: Absent, -25294: Absent, -25307: Absent, -50: Failed,
	} {
		r := &classified{Keychain, &keychainItems{calls: &fakeKeychain{status: status}, service: "bento-cred"}}
		_, getErr := r.get("a")
		_, keysErr := r.keys()
		for _, err := range []error{getErr, keysErr, r.set("a", nil), r.remove("a")} {
			var failed *CallError
			if !errors.As(err, &failed) || failed.Code != want {
				t.Errorf("%d: %v, want %s", status, err, want)
			}
		}
	}
}
