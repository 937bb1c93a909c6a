package main

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// managersSocket returns the socket that launchd listens at for this process
// (launch_activate_socket(3)); nil where it does not. launchd has no other door to it than
// this function of the system's library.
func managersSocket() (*server.Inherited, error) {
	system, err := purego.Dlopen("/usr/lib/libSystem.B.dylib", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("opening the system's library: %w", err)
	}
	var activate func(name string, fds **int32, count *uintptr) int32
	purego.RegisterLibFunc(&activate, system, "launch_activate_socket")
	var free func(unsafe.Pointer)
	purego.RegisterLibFunc(&free, system, "free")
	var (
		first *int32
		count uintptr
	)
	switch errno := syscall.Errno(activate(unit.SocketName, &first, &count)); errno {
	case 0:
	case syscall.ESRCH, syscall.ENOENT: // launchd did not start us, or the agent has no socket
		return nil, nil //nolint:nilnil // no socket is no failure
	default:
		return nil, fmt.Errorf("taking over launchd's sockets: %w", errno)
	}
	defer free(unsafe.Pointer(first))
	if count != 1 {
		return nil, fmt.Errorf("taking over launchd's sockets: there are %d, and one is needed", count)
	}
	return server.Inherit(os.NewFile(uintptr(*first), unit.SocketName))
}

// tellManager has nobody to tell: launchd asks for no word of readiness.
func tellManager() error { return nil }

// managerVariables are for the process that launchd started, and not for its children.
func managerVariables() []string { return []string{"XPC_SERVICE_NAME", "XPC_FLAGS"} }
