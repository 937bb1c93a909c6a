package checkup

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// pingTime is how long a daemon may take to say who it is.
const pingTime = 5 * time.Second

// Socket looks for a daemon at config's socket before one is started. Nothing is found
// where one answers, and where none has been: then the next program starts it. Answers
// reports whether it makes sense to ask a daemon there, which may have to be started.
func Socket(ctx context.Context, config ipc.Config) (found []Finding, answers bool) {
	config.Start, config.Notice = nil, nil
	client, err := ipc.Dial(ctx, config)
	if err == nil {
		defer client.Close()
		found = hung(ctx, client)
		return found, len(found) == 0
	}
	if !errors.Is(err, ipc.NoDaemon) {
		return []Finding{Failed(err)}, false
	}
	info, err := os.Lstat(config.Socket)
	switch {
	case err != nil:
		return nil, true
	case info.Mode().Type() != fs.ModeSocket:
		return []Finding{{
			Name:    "not-a-socket",
			Problem: "something else stands where the socket belongs, at " + config.Socket,
			Mend:    otherSocket,
		}}, false
	default:
		return []Finding{{
			Name:    "stale-socket",
			Problem: "nobody answers at " + config.Socket + ": a daemon died there; the next one takes its place",
			Mend:    "bento-cred status",
		}}, true
	}
}

// otherSocket is the command that puts the socket where nothing is in its way.
const otherSocket = "export " + ipc.SocketVariable + `="$(mktemp -d)/s"`

// hung finds a daemon that lets one in and does not answer. It may not listen to a
// gentle signal either; what it had to keep is safe in its store.
func hung(ctx context.Context, client *ipc.Client) []Finding {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if _, err := client.Ping(ctx); errors.Is(err, ipc.TimedOut) {
		return []Finding{{
			Name:    "dead-daemon",
			Problem: "the daemon does not answer within " + pingTime.String(),
			Mend:    `pkill -KILL -u "$(id -u)" -x ` + ipc.ProgramDaemon,
		}}
	}
	return nil
}

// mends are the commands for failures whose own hint holds no command.
var mends = map[ipc.Code]string{
	ipc.Untrusted:     otherSocket,
	ipc.NoContext:     "bento-cred login",
	ipc.LoginRequired: "bento-cred login",
}

// Failed is the finding of a daemon that cannot be reached, or cannot answer.
func Failed(err error) Finding {
	failed := ipc.AsError(err)
	return Finding{
		Name:    "dead-daemon",
		Problem: failed.Message,
		Mend:    cmp.Or(mends[failed.Code], command(failed.Hint), failed.Hint, "bento-cred stop"),
	}
}

// command returns the command in a hint, which stands between backticks; "" where there
// is none but doctor itself.
func command(hint string) string {
	_, rest, _ := strings.Cut(hint, "`")
	text, _, closed := strings.Cut(rest, "`")
	if !closed || text == "bento-cred doctor" {
		return ""
	}
	return text
}
