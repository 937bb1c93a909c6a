package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// answer is one reply of an HTTP server, as far as it has come.
type answer struct {
	head    []byte // until it is whole
	body    bool   // the head is whole
	chunked bool
	left    int    // of the body; of one that is chunked nobody knows
	tail    []byte // the last bytes of one that is chunked
}

// lastChunk ends a body that is chunked. The bodies that are measured have no line "0".
const lastChunk = "0\r\n\r\n"

// take takes what has come, and reports whether the answer is whole.
func (a *answer) take(data []byte) (bool, error) {
	if !a.body {
		a.head = append(a.head, data...)
		end := bytes.Index(a.head, []byte("\r\n\r\n"))
		if end < 0 {
			return false, nil
		}
		data = a.head[end+4:]
		if err := a.readHead(a.head[:end+2]); err != nil {
			return false, err
		}
	}
	if !a.chunked {
		a.left -= len(data)
		return a.left <= 0, nil
	}
	a.tail = append(a.tail, data[max(0, len(data)-len(lastChunk)):]...)
	a.tail = a.tail[max(0, len(a.tail)-len(lastChunk)):]
	return string(a.tail) == lastChunk, nil
}

// readHead reads how long the body is.
func (a *answer) readHead(head []byte) error {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("the server refuses: %.60q", head)
	}
	a.body = true
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch value = bytes.TrimSpace(value); string(bytes.ToLower(name)) {
		case "content-length":
			n, err := strconv.Atoi(string(value))
			if err != nil {
				return err
			}
			a.left = n
			return nil
		case "transfer-encoding":
			a.chunked = true
			return nil
		}
	}
	return errors.New("the server does not say how long its answer is")
}
