// Command upstream is what stands behind the proxies that are measured: it answers as fast as
// Go can, without net/http, so that it is not what is measured.
//
//	upstream ADDRESS
//
// /small is a hundred bytes, /big a megabyte, /events a stream of two hundred events, each of
// which is written by itself. A request has no body.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1]) //nolint:noctx // It listens as long as it lives.
	if err != nil {
		os.Exit(1)
	}
	r := replies{small: body(100), big: body(1 << 20), events: events(200)}
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go r.answer(conn)
	}
}

// replies are what is written for each path: whole, or in pieces.
type replies struct {
	small, big []byte
	events     [][]byte
}

func body(size int) []byte {
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", size)
	return append([]byte(head), bytes.Repeat([]byte("x"), size)...)
}

func events(n int) [][]byte {
	pieces := [][]byte{[]byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")}
	for i := range n {
		event := fmt.Sprintf("data: {\"made_up_word_number\": %d}\n\n", i)
		pieces = append(pieces, fmt.Appendf(nil, "%x\r\n%s\r\n", len(event), event))
	}
	return append(pieces, []byte("0\r\n\r\n"))
}

func (r replies) answer(conn net.Conn) {
	defer func() { _ = conn.Close() }() // nothing more is written
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		for rest := line; rest != "\r\n"; {
			if rest, err = in.ReadString('\n'); err != nil {
				return
			}
		}
		if err := r.write(conn, line); err != nil {
			return
		}
	}
}

// write answers the request of that first line.
func (r replies) write(conn net.Conn, line string) error {
	switch {
	case strings.HasPrefix(line, "GET /big "):
		_, err := conn.Write(r.big)
		return err
	case strings.HasPrefix(line, "GET /events "):
		for _, piece := range r.events {
			if _, err := conn.Write(piece); err != nil {
				return err
			}
		}
		return nil
	default:
		_, err := conn.Write(r.small)
		return err
	}
}
