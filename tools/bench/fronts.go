package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// noHeader is what is sent where nothing is wanted.
const noHeader = "X-Made-Up: nothing"

// fronts starts the upstream and all proxies before it, and returns them and what ends them,
// which is there also where that failed.
func (b *bench) fronts(ctx context.Context, result *report.Result) (all []front, end func() error, err error) {
	var ends []func() error
	end = func() (err error) {
		for _, one := range slices.Backward(ends) {
			err = errors.Join(err, one())
		}
		return err
	}
	ending := func(child *place.Child) { ends = append(ends, func() error { child.End(); return nil }) }
	upstream, child, err := b.serve("upstream")
	if err != nil {
		return nil, end, err
	}
	ending(child)
	address := "http://127.0.0.1:" + strconv.Itoa(upstream)
	reverse, child, err := b.serve("reverse", address)
	if err != nil {
		return nil, end, err
	}
	ending(child)
	all = []front{{caseDirect, upstream, noHeader}, {caseReverse, reverse, noHeader}}
	if port, child, err := b.nginx(upstream); err != nil {
		result.Lack(caseNginx, err.Error())
	} else {
		ending(child)
		all = append(all, front{caseNginx, port, noHeader})
	}
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, p.Close)
	mine, child, err := proxyOf(ctx, p, address)
	if err != nil {
		return nil, end, err
	}
	ending(child)
	return append(all, mine), end, nil
}

// serve starts one of the programs that listen at an address, and returns its port.
func (b *bench) serve(program string, words ...string) (int, *place.Child, error) {
	port, err := freePort()
	if err != nil {
		return 0, nil, err
	}
	words = append([]string{"127.0.0.1:" + strconv.Itoa(port)}, words...)
	child, err := place.StartChild(exec.Command(b.program(program), words...)) //nolint:noctx // It is ended.
	return port, child, listening(child, port, err)
}

// listening returns when a child listens at a port, and ends it where it does not.
func listening(child *place.Child, port int, err error) error {
	if err != nil {
		return err
	}
	err = child.Await(func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port)) //nolint:noctx // It answers at once or not at all.
		if err != nil {
			return false
		}
		_ = conn.Close() // nothing was said
		return true
	})
	if err != nil {
		child.End()
	}
	return err
}

// freePort returns a port at which nobody listens now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It is closed at once.
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }() // nobody was there
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

// nginxConfig is nginx as one sets it up for this: as many workers as there are processors,
// connections that are kept, and nothing written to disk.
const nginxConfig = `
daemon off; worker_processes auto; pid DIR/pid; error_log DIR/error.log;
events { worker_connections 1024; }
http {
	access_log off; client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi;
	uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi; tcp_nodelay on;
	upstream made-up { server 127.0.0.1:UPSTREAM; keepalive 64; keepalive_requests 100000000; }
	server {
		listen 127.0.0.1:PORT; keepalive_requests 100000000;
		proxy_http_version 1.1; proxy_max_temp_file_size 0;
		proxy_set_header Connection ""; proxy_set_header Authorization "Bearer made-up-token";
		location / { proxy_pass http://made-up; }
		location /events { proxy_pass http://made-up; proxy_buffering off; }
	}
}
`

// nginx starts nginx in the foreground.
func (b *bench) nginx(upstream int) (int, *place.Child, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		return 0, nil, errors.New("nginx is not on PATH")
	}
	port, err := freePort()
	if err != nil {
		return 0, nil, err
	}
	dir := filepath.Join(b.work, "nginx")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return 0, nil, err
	}
	text := strings.NewReplacer("DIR", dir, "PORT", strconv.Itoa(port), "UPSTREAM", strconv.Itoa(upstream)).Replace(nginxConfig)
	if os.Geteuid() == 0 { // else its workers are somebody who may not enter
		text = "user root;" + text
	}
	config := filepath.Join(dir, "conf")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return 0, nil, err
	}
	child, err := place.StartChild(exec.Command(program, "-c", config, "-e", filepath.Join(dir, "early.log"))) //nolint:noctx // It is ended.
	return port, child, listening(child, port, err)
}

// proxyOf binds the upstream's host to the context and starts our own proxy.
func proxyOf(ctx context.Context, p *place.Place, upstream string) (front, *place.Child, error) {
	agent, err := p.Agent(ctx)
	if err != nil {
		return front{}, nil, err
	}
	defer func() { _ = agent.Close() }() // the answer is there
	if _, err := agent.AddHost(ctx, management.Binding{URL: upstream}); err != nil {
		return front{}, nil, fmt.Errorf("binding the upstream: %w", err)
	}
	cmd := exec.Command(p.Program(ipc.ProgramHelper), "proxy", upstream, "--output", "json") //nolint:noctx // It is ended.
	cmd.Env, cmd.Dir = p.Environ(), p.Dir
	out, write, err := os.Pipe()
	if err != nil {
		return front{}, nil, err
	}
	defer func() { _ = out.Close() }() // it was only read
	cmd.Stdout = write
	child, err := place.StartChild(cmd)
	_ = write.Close() // the proxy has its own
	if err != nil {
		return front{}, nil, err
	}
	var told struct{ URL, Header, Capability string }
	if err := json.NewDecoder(out).Decode(&told); err != nil {
		child.End()
		return front{}, nil, fmt.Errorf("reading what the proxy says: %w", err)
	}
	address, err := url.Parse(told.URL)
	if err != nil {
		child.End()
		return front{}, nil, err
	}
	port, err := strconv.Atoi(address.Port())
	return front{caseProxy, port, told.Header + ": " + told.Capability}, child, err
}
