// Package buildinfo finds the version of a build that the Makefile did not make, such
// as "go install …@latest", in what the Go toolchain wrote into the program.
//
// It is a package of its own because reading that costs runtime/debug, and with it fmt
// and reflect, which the hot helper does not link. The daemon and the management face
// do anyway.
package buildinfo

import (
	"runtime/debug"
	"strings"

	"github.com/bento-cred/bento-cred/internal/version"
)

// Version returns the version of this build: the one it was linked with, else that of
// the module the toolchain built, else version.Development.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version.String()
	}
	return choose(version.String(), info.Main.Version)
}

// choose returns linked, unless it says nothing and module says more.
func choose(linked, module string) string {
	if linked != version.Development || module == "" || module == "(devel)" {
		return linked
	}
	return strings.TrimPrefix(module, "v")
}
