package main

import "testing"

// TestTake has answers come in pieces of every size.
func TestTake(t *testing.T) {
	tests := map[string]string{
		"by length":     "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
		"of no length":  "HTTP/1.1 200 OK\r\nServer: made up\r\ncontent-length: 0\r\n\r\n",
		"in chunks":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n",
		"of one chunk":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n0\r\n0\r\n\r\n",
		"of no content": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			for size := 1; size <= len(text); size++ {
				var a answer
				for at := 0; at < len(text); at += size {
					end := min(at+size, len(text))
					whole, err := a.take([]byte(text[at:end]))
					if err != nil {
						t.Fatal(err)
					}
					if whole != (end == len(text)) {
						t.Fatalf("in pieces of %d: after %d of %d bytes whole is %v", size, end, len(text), whole)
					}
				}
			}
		})
	}
}

func TestTakeRefuses(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
	} {
		if _, err := (&answer{}).take([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
