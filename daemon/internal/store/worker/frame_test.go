package worker

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestFrame(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, message := range []string{"", "x", "two\nlines"} {
		if err := writeFrame(&b, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"", "x", "two\nlines"} {
		if got, err := readFrame(&b); err != nil || string(got) != want {
			t.Errorf("readFrame = %q, %v; want %q", got, err, want)
		}
	}
	if _, err := readFrame(&b); !errors.Is(err, io.EOF) {
		t.Errorf("readFrame at the end = %v, want EOF", err)
	}
}

func TestFrameRefuses(t *testing.T) {
	t.Parallel()
	if err := writeFrame(io.Discard, make([]byte, maxFrame+1)); !errors.Is(err, errFrame) {
		t.Errorf("writeFrame = %v, want errFrame", err)
	}
	for name, test := range map[string]struct {
		input string
		want  error
	}{
		"too large":     {"\xff\xff\xff\xff", errFrame},
		"one too large": {"\x00\x20\x00\x01", errFrame},
		"cut in length": {"\x00\x00", io.ErrUnexpectedEOF},
		"cut in text":   {"\x00\x00\x00\x05abc", io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := readFrame(bytes.NewBufferString(test.input)); !errors.Is(err, test.want) {
				t.Errorf("readFrame = %v, want %v", err, test.want)
			}
		})
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00"))
	f.Add([]byte("\x00\x00\x00\x03abc"))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x20\x00\x00"))
	f.Fuzz(func(t *testing.T, input []byte) {
		got, err := readFrame(bytes.NewReader(input))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := writeFrame(&again, got); err != nil {
			t.Fatalf("writeFrame of what was read: %v", err)
		}
		if !bytes.HasPrefix(input, again.Bytes()) {
			t.Errorf("%x comes back as %x", input, again.Bytes())
		}
	})
}

// FuzzServe gives the worker any requests. The file backend is the only one it could
// reach, and its directory is none.
func FuzzServe(f *testing.F) {
	f.Add([]byte(`{"op":"open","settings":{"backend":"file","dir":"relative"}}`))
	f.Add([]byte(`{"op":"get","key":"../../etc/passwd"}`))
	f.Add([]byte(`{"op":7}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"settings":null}`))
	f.Fuzz(func(t *testing.T, message []byte) {
		if bytes.Contains(bytes.ToLower(message), []byte("backend")) {
			return // it might name a real keychain
		}
		var in, out bytes.Buffer
		if err := writeFrame(&in, message); err != nil {
			return
		}
		if code := Main(&in, &out, io.Discard); code != 0 && code != 1 {
			t.Errorf("Main = %d", code)
		}
	})
}
