//go:build unix

package server

import "syscall"

// mostPlaces returns how many conversations this process can hold at one time: half of the
// descriptors it may have. The keychain, the cloud and the watching of files need the rest,
// also while every place is taken.
func mostPlaces() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return maxConnections
	}
	return int(max(1, min(maxConnections, limit.Cur/2)))
}
