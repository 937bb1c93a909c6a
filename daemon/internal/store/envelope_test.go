package store

import (
	"bytes"
	"errors"
	"testing"
)

func TestEnvelopeRoundTrip(t *testing.T) {
	t.Parallel()
	s := subject{kindContext, "prod"}
	for _, size := range []int{0, 1, 2560 - overhead, 2560 - overhead + 1, 3 * 2560, 100000} {
		data := bytes.Repeat([]byte{7}, size)
		envelopes, err := cut(s, 42, data, 2560)
		if err != nil {
			t.Fatalf("cut(%d): %v", size, err)
		}
		var joined []byte
		for n, e := range envelopes {
			sealed := e.seal()
			if len(sealed) > 2560 {
				t.Errorf("piece %d of %d bytes seals to %d", n, size, len(sealed))
			}
			got, err := unseal(sealed)
			if err != nil {
				t.Fatalf("unseal: %v", err)
			}
			if got.item != (item{s, 42, n}) || got.pieces != len(envelopes) || got.digest != e.digest {
				t.Errorf("unseal = %+v", got)
			}
			joined = append(joined, got.payload...)
		}
		if !bytes.Equal(joined, data) {
			t.Errorf("%d bytes came back as %d", size, len(joined))
		}
	}
}

func TestCutRefusesTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := cut(subject{kindContext, "x"}, 1, make([]byte, MaxValue+1), itemLimit(File)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("cut = %v, want ErrTooLarge", err)
	}
	if _, err := cut(subject{kindContext, "x"}, 1, make([]byte, MaxValue), overhead+1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("cut into too many pieces = %v, want ErrTooLarge", err)
	}
}

// TestUnsealFindsEveryChange flips each bit and cuts at each length.
func TestUnsealFindsEveryChange(t *testing.T) {
	t.Parallel()
	envelopes, err := cut(subject{kindContext, "prod"}, 42, []byte("a value"), 2560)
	if err != nil {
		t.Fatal(err)
	}
	sealed := envelopes[0].seal()
	for n := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[n/8] ^= 1 << (n % 8)
		if _, err := unseal(changed); !errors.Is(err, ErrDamaged) {
			t.Fatalf("unseal with bit %d flipped = %v, want ErrDamaged", n, err)
		}
	}
	for n := range len(sealed) {
		if _, err := unseal(sealed[:n]); !errors.Is(err, ErrDamaged) && !errors.Is(err, errTorn) {
			t.Fatalf("unseal of the first %d bytes = %v", n, err)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	envelopes, err := cut(subject{kindContext, "prod"}, 42, bytes.Repeat([]byte("x"), 300), 350)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range envelopes {
		f.Add(e.seal())
	}
	f.Add([]byte{})
	f.Add([]byte(magic))
	f.Add(envelope{item: item{subject{kindContext, ""}, 0, 0}}.seal())
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := unseal(b)
		if err != nil {
			return
		}
		if again := e.seal(); !bytes.Equal(again, b) {
			t.Errorf("unseal(%x) comes back as %x", b, again)
		}
	})
}
