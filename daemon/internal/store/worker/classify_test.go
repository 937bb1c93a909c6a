package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/99designs/keyring"
)

// secret is a made-up value that must not come out anywhere.
const secret = "made-up-secret-value"

func TestClassify(t *testing.T) {
	t.Parallel()
	var value struct{ A int }
	cut := json.Unmarshal([]byte(`{"A":1`), &value)
	broken := json.Unmarshal([]byte(`{"A":`+secret+`}`), &value)
	kind := json.Unmarshal([]byte(`{"A":"`+secret+`"}`), &value)
	tests := map[string]struct {
		backend Backend
		err     error
		want    Code
	}{
		"not found":         {KeyCtl, keyring.ErrKeyNotFound, NotFound},
		"no file":           {File, &fs.PathError{Op: "remove", Path: "x", Err: fs.ErrNotExist}, NotFound},
		"no backend":        {SecretService, keyring.ErrNoAvailImpl, Absent},
		"no macOS keychain": {Keychain, keyring.ErrNoAvailImpl, Absent},
		"wrong passphrase":  {File, errors.New("aes.KeyUnwrap(): integrity check failed"), Passphrase},
		"another's text":    {Pass, errors.New("aes.KeyUnwrap(): integrity check failed"), Failed},
		"empty file":        {File, errors.New("jwt.DecodeBytes() expects token of 3 or 5 parts, but was given: 1 parts"), Torn},
		"cut item":          {Pass, cut, Torn},
		"broken item":       {Pass, broken, Damaged},
		"item of a kind":    {Pass, kind, Damaged},
		"mac over ssh":      {Keychain, errors.New("User interaction is not allowed. (-25308)"), Locked},
		"mac dismissed":     {Keychain, errors.New("canceled (-128)"), Denied},
		"mac none":          {Keychain, errors.New("no such keychain (-25294)"), Absent},
		"quota":             {KeyCtl, errors.New("adding key to session failed: disk quota exceeded"), TooLarge},
		"anything else":     {File, errors.New("the cat is on the table"), Failed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := classify(test.backend, test.err)
			if codeOf(got) != test.want {
				t.Errorf("classify(%v) = %v, want %s", test.err, got, test.want)
			}
			if strings.Contains(got.Error(), secret) {
				t.Error("the fault tells the item")
			}
		})
	}
	if err := classify(File, nil); err != nil {
		t.Errorf("classify(nil) = %v", err)
	}
}

// TestExplainGPG uses what GnuPG 2.2 says with --status-fd.
func TestExplainGPG(t *testing.T) {
	t.Parallel()
	const (
		enc     = "[GNUPG:] ENC_TO D44E7127E0CE41FC 18 0\n"
		known   = "[GNUPG:] KEY_CONSIDERED CF094AEDCF18D9B8EC25440F04866D2D6F986C57 0\n"
		used    = "[GNUPG:] DECRYPTION_KEY B77A CF09 u\n"
		asked   = "[GNUPG:] PINENTRY_LAUNCHED 3\n"
		failure = "[GNUPG:] BEGIN_DECRYPTION\n[GNUPG:] DECRYPTION_FAILED\ngpg: decryption failed: No secret key\n[GNUPG:] END_DECRYPTION\n"
	)
	tests := map[string]struct {
		operation operation
		said      string
		want      Code
		text      string
	}{
		"passphrase not held": {opGet, enc + known + failure, Locked, ""},
		"prompt dismissed":    {opUnlock, enc + known + asked + failure, Denied, ""},
		"key gone":            {opGet, enc + failure, Failed, "No secret key"},
		"empty file":          {opGet, "[GNUPG:] NODATA 2\n[GNUPG:] FAILURE decrypt 4294967295\n", Torn, ""},
		"cipher changed":      {opGet, enc + known + used + "gpg: WARNING: encrypted message has been manipulated!\n", Damaged, "manipulated"},
		"writing":             {opSet, "gpg: x: skipped: No public key\nPassword encryption aborted.\n", Failed, "aborted"},
		"silence":             {opGet, "", Failed, "exit status 1"},
		"no such words":       {opGet, "\x00[GNUPG:]\n[GNUPG:] \n", Failed, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := explainGPG(test.operation, test.said, errors.New("exit status 1"))
			if codeOf(got) != test.want || !strings.Contains(got.Error(), test.text) {
				t.Errorf("explainGPG = %v, want %s with %q", got, test.want, test.text)
			}
		})
	}
}

func TestFaultsSurviveThePipe(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{NotFound, Locked, Absent, Denied, Lost, Passphrase, Torn, Damaged, TooLarge, Unwritable, Failed} {
		message, err := json.Marshal(response{Code: code, Text: "why"})
		if err != nil {
			t.Fatal(err)
		}
		var got response
		if err := json.Unmarshal(message, &got); err != nil || got.Code != code {
			t.Errorf("%s came back as %+v, %v", code, got, err)
		}
		if wrapped := fmt.Errorf("doing: %w", &CallError{code, "why"}); codeOf(wrapped) != code {
			t.Errorf("codeOf(%v) = %s", wrapped, codeOf(wrapped))
		}
	}
	if codeOf(nil) != OK || codeOf(errors.New("x")) != Failed {
		t.Error("codeOf of no CallError")
	}
}
