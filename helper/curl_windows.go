package helper

import "github.com/bento-cred/bento-cred/ipc"

// curl is not here: Windows has no way to hand a pipe to curl as the name of a file.
func (p *program) curl(arguments []string) int {
	if _, _, help := curlOptions(arguments); help {
		return p.handOver()
	}
	return p.fail(&ipc.Error{
		Code: ipc.Unsupported, Message: "bento-cred curl does not work on Windows", Hint: "use `bento-cred header URL | curl -H @- URL`",
	})
}
