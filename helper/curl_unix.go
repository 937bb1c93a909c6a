//go:build unix

package helper

import (
	"strconv"
	"strings"
	"syscall"

	"github.com/bento-cred/bento-cred/ipc"
)

// curl becomes the real curl, with the header that the URL needs. The header stands in a
// pipe: arguments are seen by everybody, and a file would outlive the call.
//
// It must reach no other host. curl sends what -H gives to every URL of its command line
// and, a header it does not know as a credential, after every redirect. So all of curl's
// connections are led to the URL's own host and port (--connect-to): another host's name
// then meets that host, whose certificate it does not fit. A proxy for plain http would
// see the header, and is not used to reach this machine.
func (p *program) curl(arguments []string) int {
	o, arguments, help := curlOptions(arguments)
	if help {
		return p.handOver()
	}
	o.command = arguments
	if err := o.validate(verbCurl); err != nil {
		return p.fail(err)
	}
	last := len(arguments) - 1
	url := arguments[last]
	answer, err := p.credential(o, url)
	if err != nil {
		return p.fail(err)
	}
	command := append([]string{"curl"}, arguments[:last]...)
	line, err := headerLine(answer)
	if err != nil {
		return p.fail(err)
	}
	if len(line) > 0 {
		pipe, err := filled(line)
		if err != nil {
			return p.fail(err)
		}
		command = append(command, "--connect-to", "::"+hostAndPort(answer.URL), "-H", "@/dev/fd/"+strconv.Itoa(pipe))
		if strings.HasPrefix(answer.URL, "http:") {
			command = append(command, "--noproxy", "*")
		}
	}
	status, err := runCommand(append(command, url), p.environ, p.getenv)
	if err != nil {
		p.say("running curl: " + err.Error() + "; install it, or use `bento-cred header URL`")
	}
	return status
}

// filled returns a pipe's end that text can be read from. The program that takes this
// one's place inherits it.
func filled(text []byte) (int, error) {
	var ends [2]int
	err := syscall.Pipe(ends[:])
	if err == nil {
		_, err = syscall.Write(ends[1], text) // it fits: a token has no 64 KiB
	}
	clear(text)
	if err == nil {
		err = syscall.Close(ends[1])
	}
	if err != nil {
		return 0, &ipc.Error{Code: ipc.Internal, Message: "making a pipe for curl: " + err.Error(), Hint: "close other programs"}
	}
	return ends[0], nil
}

// hostAndPort returns what --connect-to wants of an origin.
func hostAndPort(origin string) string {
	scheme, address, _ := strings.Cut(origin, "://")
	if at := strings.LastIndexByte(address, ':'); at >= 0 && !strings.HasSuffix(address, "]") {
		return address
	}
	if scheme == "http" {
		return address + ":80"
	}
	return address + ":443"
}
