package pages

import "golang.org/x/sys/unix"

// leaveOut leaves pages out of core dumps, and of what a fork has. To old kernels that know
// nothing of it, the pages are locked all the same.
func leaveOut(fresh []byte) {
	_ = unix.Madvise(fresh, unix.MADV_DONTDUMP)
	_ = unix.Madvise(fresh, unix.MADV_WIPEONFORK)
}
