package checkup

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// pingTime is how long a daemon may take to say who it is.
const pingTime = 5 * time.Second

// Socket looks for a daemon at config's socket before one is started. nil says that one
// answers, or that none has been there: then the next program starts it.
func Socket(ctx context.Context, config ipc.Config) []Finding {
	config.Start, config.Notice = nil, nil
	client, err := ipc.Dial(ctx, config)
	if err == nil {
		defer client.Close()
		return hung(ctx, client)
	}
	if !errors.Is(err, ipc.NoDaemon) {
		return []Finding{Failed(err)}
	}
	if _, err := os.Lstat(config.Socket); err != nil {
		return nil
	}
	return []Finding{{
		Name:    "stale-socket",
		Problem: "nobody answers at " + config.Socket + ": a daemon died there; the next one takes its place",
		Mend:    "bento-cred status",
	}}
}

// hung finds a daemon that lets one in and does not answer.
func hung(ctx context.Context, client *ipc.Client) []Finding {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if _, err := client.Ping(ctx); errors.Is(err, ipc.TimedOut) {
		return []Finding{{
			Name:    "dead-daemon",
			Problem: "the daemon does not answer within " + pingTime.String(),
			Mend:    `pkill -u "$(id -u)" -x ` + ipc.ProgramDaemon,
		}}
	}
	return nil
}

// mends are the commands for failures whose own hint holds no command.
var mends = map[ipc.Code]string{
	ipc.Untrusted:     "export " + ipc.SocketVariable + `="$(mktemp -d)/s"`,
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
