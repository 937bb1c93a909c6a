package credential_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/credential"
)

const needle = "made-up-token-9f2"

// holder has the secret where fmt cannot call its methods.
type holder struct {
	hidden credential.Secret
	Shown  credential.Secret
	list   []credential.Secret
}

func TestSecretIsNeverPrinted(t *testing.T) {
	secret := credential.NewSecret(needle)
	values := map[string]any{
		"value":   secret,
		"pointer": &secret,
		"struct":  holder{hidden: secret, Shown: secret, list: []credential.Secret{secret}},
		"map":     map[string]credential.Secret{"k": secret},
		"token":   credential.Token{Value: secret},
		"context": credential.Context{Tokens: []credential.Token{{Value: secret}}},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for _, text := range renderings(t, value) {
				if strings.Contains(text, needle) || strings.Contains(text, fmt.Sprintf("%x", needle)) {
					t.Errorf("the secret is shown: %s", text)
				}
			}
		})
	}
	if got := secret.Reveal(); got != needle {
		t.Errorf("Reveal() = %q, want %q", got, needle)
	}
}

// renderings returns value as every printer shows it.
func renderings(t *testing.T, value any) []string {
	t.Helper()
	var out []string
	for _, verb := range "vsqxXdTpbcoOUeEfFgGtw" {
		for _, flags := range []string{"", "+", "#", " ", "+#"} {
			out = append(out, fmt.Sprintf("%"+flags+string(verb), value))
		}
	}
	out = append(out, fmt.Sprint(value), fmt.Errorf("wrapped: %v", value).Error())
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("encoding JSON: %v", err)
	}
	var text, jsonLog bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", value)
	slog.New(slog.NewJSONHandler(&jsonLog, nil)).Info("m", "v", value)
	return append(out, string(encoded), text.String(), jsonLog.String())
}

func TestZeroSecretIsEmpty(t *testing.T) {
	var secret credential.Secret
	if !secret.IsZero() || secret.Reveal() != "" {
		t.Error("the zero Secret holds something")
	}
	if credential.NewSecret("x").IsZero() {
		t.Error("a Secret with a value reports that it holds nothing")
	}
}
