package helper

import (
	"strconv"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
	"github.com/bento-cred/bento-cred/ipc"
)

const (
	// hookVariable marks the key that a shell's hook has put into the environment, for this
	// shell and those below it. A key without its mark is the person's own.
	hookVariable = "BENTO_CRED_HOOK"
	// activeVariable is the context whose key that is, for prompts.
	activeVariable = "BENTO_CRED_ACTIVE"
)

// mark returns the mark of a key. It only has to differ from other keys' marks: it stands
// beside the key itself.
func mark(key string) string {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	sum := uint64(offset)
	for i := range len(key) {
		sum = (sum ^ uint64(key[i])) * prime
	}
	return strconv.FormatUint(sum, 16)
}

// follow prints what brings the variables in step with the context, for the hook of a shell.
// Where there is no token any more, they go; where it cannot be asked for now, as of a locked
// keychain, they stay. A key that the hook has not set is never touched.
func (p *program) follow(o options, dialect shell.Dialect) int {
	key := p.getenv(keyVariable)
	ours := key != "" && p.getenv(hookVariable) == mark(key)
	if key != "" && !ours {
		p.say(keyVariable + " was set by hand and stays; unset it to have it follow the context")
		return 0
	}
	answer, err := p.credential(o, "")
	var code []byte
	if err == nil {
		value := answer.Value.Reveal()
		code, err = dialect.AppendExport(nil, []shell.Variable{
			{Name: keyVariable, Value: value},
			{Name: endpointVariable, Value: answer.Endpoint},
			{Name: hookVariable, Value: mark(value)},
			{Name: activeVariable, Value: answer.Context},
		})
		err = unwritable(err)
	}
	status := 0
	if err != nil {
		failed := ipc.AsError(err)
		status = failed.Code.ExitStatus()
		if ours || failed.Code != ipc.NoContext { // who never logged in is not told at each new shell
			status = p.fail(err)
		}
		code = nil
		if ours && gone(failed.Code) {
			names := []string{keyVariable, endpointVariable, hookVariable, activeVariable}
			if code, err = dialect.AppendUnset(nil, names); err != nil {
				return p.fail(unwritable(err))
			}
		}
	}
	if _, err := p.out.Write(code); err != nil {
		return p.failWriting(err)
	}
	return status
}

// gone reports whether a failure says that there is no such token, and not that nobody could
// tell.
func gone(code ipc.Code) bool {
	return code == ipc.NoContext || code == ipc.NotFound || code == ipc.LoginRequired || code == ipc.AccessMissing ||
		code == ipc.TokenRefused || code == ipc.Denied
}
