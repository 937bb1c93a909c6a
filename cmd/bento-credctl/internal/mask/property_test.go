package mask

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// sample returns a secret and a text with forms of it, beginnings of forms and what looks
// like them.
func sample(r *rand.Rand) (secret, text string) {
	alphabets := []string{"ab", "abc%\\", "0123456789abcdef", "ABCabc019+/-_=", "\"'/ \\u0%62+a", standardAlphabet}
	alphabet := alphabets[r.IntN(len(alphabets))]
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	secret = random(1 + r.IntN(24))
	var b strings.Builder
	for range r.IntN(12) {
		spelled := spellings(r, secret)
		one := spelled[r.IntN(len(spelled))]
		switch r.IntN(5) {
		case 0:
			b.WriteString(random(r.IntN(20)))
		case 1:
			b.WriteString(one[:r.IntN(len(one)+1)])
		case 2:
			b.WriteString(one[r.IntN(len(one)):])
		default:
			b.WriteString(one)
		}
	}
	return secret, b.String()
}

// inPieces cuts text at random places.
func inPieces(r *rand.Rand, text string) []string {
	var pieces []string
	for most := 1 + r.IntN(40); text != ""; {
		n := min(len(text), r.IntN(most)+r.IntN(2))
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}

// TestProperties holds the stream to what trying everything everywhere finds, however the text
// comes, and what is left to what encoders make of the secret.
func TestProperties(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	number := 1_000
	if testing.Short() {
		number = 200
	}
	for i := range number {
		secret, text := sample(r)
		if err := check(t, r, secret, text); err != nil {
			t.Fatalf("seed %d, number %d: %v", seed, i, err)
		}
		spelled := spellings(r, secret)
		for piece := range strings.SplitSeq(through(t, secret, text), replacement) {
			if at := slices.IndexFunc(spelled, func(s string) bool { return strings.Contains(piece, s) }); at >= 0 {
				t.Fatalf("seed %d, number %d: secret %q: %q leaves %q", seed, i, secret, text, spelled[at])
			}
		}
	}
}

func check(tb testing.TB, r *rand.Rand, secret, text string) error {
	got := through(tb, secret, text)
	if want := masked(secret, text); got != want {
		return fmt.Errorf("secret %q: %q becomes %q, want %q", secret, text, got, want)
	}
	pieces := inPieces(r, text)
	if in := through(tb, secret, pieces...); in != got {
		return fmt.Errorf("secret %q: in pieces %q becomes %q, want %q", secret, pieces, in, got)
	}
	return nil
}

// TestRealEncoders has every spelling in the middle of what is none, and looks for it in what
// comes out.
func TestRealEncoders(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, secret := range []string{madeUp, "c1qsj5v3m7fkm8p0rt4g", "é §\"\\ü'/?&=+%41", "\x80\xff\xfe~~~~"} {
		for range 5 {
			for _, spelled := range spellings(r, secret) {
				if got := through(t, secret, "|"+spelled+"|"); got != "|[secret]|" {
					t.Errorf("%q: %q becomes %q", secret, spelled, got)
				}
			}
		}
	}
}

// TestOrdinaryTextPasses has texts without a form of the secret, which must pass as they are.
func TestOrdinaryTextPasses(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		text := make([]byte, r.IntN(5000))
		for i := range text {
			text[i] = byte(r.IntN(256))
		}
		if got := through(t, madeUp, inPieces(r, string(text))...); got != string(text) {
			t.Fatalf("%q becomes %q", text, got)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("abc", "%61b%63", uint64(1))
	f.Add(madeUp, `made-up\/c1qsj5v3m7\u002Bfkm8p0`, uint64(2))
	f.Add("abcdefg", "YWJjZGVmZw==", uint64(3))
	f.Add("a%62c", "a%62c", uint64(4))
	f.Add("aaaa", strings.Repeat("a", 50), uint64(5))
	f.Add(`\\u0`, `\\\u005cu0`, uint64(6))
	f.Add("\x00", "a\x00", uint64(7))
	f.Fuzz(func(t *testing.T, secret, text string, seed uint64) {
		if secret == "" || len(secret) > 64 || len(text) > 512 {
			return
		}
		if err := check(t, rand.New(rand.NewPCG(seed, 0)), secret, text); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	binary := make([]byte, 1<<20)
	for i := range binary {
		binary[i] = byte(r.IntN(256))
	}
	repeated := func(line string) []byte { return []byte(strings.Repeat(line, 1<<20/len(line)+1)[:1<<20]) }
	const secret = "c1qsj5v3m7fkm8p0rt4gd1h6mq"
	benchmarks := map[string]struct {
		secret string
		text   []byte
	}{
		"log":      {secret, repeated("2027-01-15T12:00:00Z INFO calling the deployment summarizer at https://acme.example took 12 ms\n")},
		"binary":   {secret, binary},
		"base64":   {secret, []byte(base64.StdEncoding.EncodeToString(binary)[:1<<20])},
		"URLs":     {secret, repeated("GET /a%20b%2Fc?d=%7B%22e%22%3A1%7D\n")},
		"JSON":     {secret, repeated(`{"a":"line\nline\n\"quoted\" and \/slashed\/"}`)},
		"secrets":  {secret, repeated(secret + " ")},
		"hostile":  {strings.Repeat("a", 64), repeated("a")},
		"hostile2": {secret, repeated(secret[:len(secret)-1])},
	}
	for name, benchmark := range benchmarks {
		b.Run(name, func(b *testing.B) {
			w := New(io.Discard, credential.NewSecret(benchmark.secret))
			b.SetBytes(int64(len(benchmark.text)))
			for b.Loop() {
				for at := 0; at < len(benchmark.text); at += 32 << 10 {
					if _, err := w.Write(benchmark.text[at : at+32<<10]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
