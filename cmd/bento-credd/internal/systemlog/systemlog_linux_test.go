package systemlog

import "testing"

func TestFieldName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"context": "CONTEXT", "g.token-uid": "G_TOKEN_UID", "ä9": "_9", "": ""} {
		if got := fieldName(name); got != want {
			t.Errorf("fieldName(%q) = %q, want %q", name, got, want)
		}
	}
}
