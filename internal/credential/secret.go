package credential

// Secret is a value that cannot be printed: every fmt verb, slog and JSON show
// "[secret]" or an address, never the value. Reveal is the one way out, so that a
// search for its name finds every place where a secret leaves our hands.
//
// The value stands behind a pointer because fmt does not call the methods of
// unexported fields: a string there would be printed, an address is not. The
// zero Secret is empty.
type Secret struct{ value *string }

// redacted is what a Secret shows in place of its value.
const redacted = "[secret]"

// NewSecret returns a Secret that holds value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal returns the value in clear.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether s holds no value.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String implements fmt.Stringer without showing the value.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer without showing the value.
func (s Secret) GoString() string { return redacted }

// MarshalText implements encoding.TextMarshaler, which JSON, TOML and slog use,
// without showing the value. What must be kept is written out by hand with Reveal.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
