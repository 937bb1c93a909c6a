package daemon

import (
	"io"

	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)

// WorkerVerb is the hidden command under which the daemon's program runs RunWorker.
const WorkerVerb = worker.Verb

// RunWorker runs a store's worker, the one process that touches the keychain, and
// returns its exit status.
func RunWorker(stdin io.Reader, stdout, stderr io.Writer) int {
	return worker.Main(stdin, stdout, stderr)
}
