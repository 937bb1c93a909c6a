// Command load asks an HTTP server over many connections at the same time, each the next as
// soon as it has the answer, and writes what that took.
//
//	load PORT PATH HEADER CONNECTIONS DURATION
//
// It is one thread with epoll(7) and bare system calls, so that it takes little of the
// processors from what is measured. The first line it writes is how many nanoseconds passed,
// each other one how many an answer took. The first answer on each connection does not count.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	if err := load(os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "load:", err) // there is nowhere else to say it
		os.Exit(1)
	}
}

func load(args []string) error {
	if len(args) != 5 {
		return errors.New("usage: load PORT PATH HEADER CONNECTIONS DURATION")
	}
	port, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	connections, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	lasts, err := time.ParseDuration(args[4])
	if err != nil {
		return err
	}
	request := "GET " + args[1] + " HTTP/1.1\r\nHost: 127.0.0.1:" + args[0] + "\r\n" + args[2] + "\r\n\r\n"
	g := &generator{request: []byte(request), buffer: make([]byte, 256<<10), took: make([]time.Duration, 0, 1<<20)}
	if err := g.connect(port, connections); err != nil {
		return err
	}
	elapsed, err := g.run(lasts)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	_, _ = fmt.Fprintln(out, elapsed.Nanoseconds()) // Flush tells
	for _, took := range g.took {
		_, _ = fmt.Fprintln(out, took.Nanoseconds()) // as above
	}
	return out.Flush()
}

// generator asks.
type generator struct {
	poll    int
	request []byte
	buffer  []byte
	asking  map[int32]*exchange // by descriptor
	took    []time.Duration
}

// exchange is what is under way on one connection.
type exchange struct {
	answer
	asked time.Time
	warm  bool // it has had an answer
}

// connect opens the connections.
func (g *generator) connect(port, connections int) (err error) {
	if g.poll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	g.asking = make(map[int32]*exchange)
	for range connections {
		descriptor, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		if err := syscall.Connect(descriptor, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return fmt.Errorf("connecting to port %d: %w", port, err)
		}
		if err := errors.Join(
			syscall.SetsockoptInt(descriptor, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
			syscall.SetNonblock(descriptor, true),
			syscall.EpollCtl(g.poll, syscall.EPOLL_CTL_ADD, descriptor, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(descriptor)}),
		); err != nil {
			return err
		}
		g.asking[int32(descriptor)] = &exchange{}
	}
	return nil
}

// run asks on every connection until the time is over, and returns what passed since all
// were warm.
func (g *generator) run(lasts time.Duration) (time.Duration, error) {
	cold := len(g.asking)
	for descriptor, e := range g.asking {
		if err := g.ask(descriptor, e); err != nil {
			return 0, err
		}
	}
	var begin time.Time
	events := make([]syscall.EpollEvent, 128)
	for begin.IsZero() || time.Since(begin) < lasts {
		n, err := syscall.EpollWait(g.poll, events, 10_000)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return 0, fmt.Errorf("waiting for an answer: %w", errors.Join(err, errors.New("there is none")))
		}
		for _, event := range events[:n] {
			fresh, err := g.read(event.Fd, !begin.IsZero())
			if err != nil {
				return 0, err
			}
			if fresh {
				cold--
			}
		}
		if cold == 0 && begin.IsZero() {
			begin = time.Now()
		}
	}
	return time.Since(begin), nil
}

func (g *generator) ask(descriptor int32, e *exchange) error {
	e.answer, e.asked = answer{}, time.Now()
	_, err := syscall.Write(int(descriptor), g.request)
	return err
}

// read reads what has come, asks anew where an answer is whole, and reports whether it was
// the first of its connection.
func (g *generator) read(descriptor int32, counts bool) (fresh bool, err error) {
	e := g.asking[descriptor]
	n, err := syscall.Read(int(descriptor), g.buffer)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	if err != nil || n == 0 {
		return false, fmt.Errorf("reading an answer: %w", errors.Join(err, errors.New("the connection ended")))
	}
	whole, err := e.take(g.buffer[:n])
	if err != nil || !whole {
		return false, err
	}
	if counts {
		g.took = append(g.took, time.Since(e.asked))
	}
	fresh, e.warm = !e.warm, true
	return fresh, g.ask(descriptor, e)
}
