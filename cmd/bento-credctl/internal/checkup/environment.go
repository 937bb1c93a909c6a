package checkup

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/bento-cred/bento-cred/ipc"
)

// graphicalPath is the PATH of programs that a desktop starts, at least on macOS.
const graphicalPath = "/usr/bin:/bin"

// keyVariable is BentoML's own. Its being there counts, even when it is empty.
const keyVariable = "BENTO_CLOUD_API_KEY"

// Environment looks at the variables of environ and, for the helper, beside the program
// at executable, which runs now.
func Environment(environ []string, executable string) []Finding {
	getenv := ipc.Lookup(environ)
	var found []Finding
	if present(environ, keyVariable) {
		found = append(found, Finding{
			Name:    "key-in-environment",
			Problem: keyVariable + " is in the environment: bentoml then uses that token, whatever --context or the current context say",
			Mend:    "unset " + keyVariable,
		})
	}
	if home := getenv("HOME"); runtime.GOOS != "windows" && !filepath.IsAbs(home) {
		found = append(found, Finding{
			Name:    "home",
			Problem: "HOME is not set to an absolute path, so there is no place for settings and store",
			Mend:    `eval export HOME=~"$(id -un)"`,
		})
	}
	for _, name := range []string{"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"} {
		if dir := getenv(name); dir != "" && !filepath.IsAbs(dir) {
			found = append(found, Finding{
				Name:    "xdg",
				Problem: name + " is not an absolute path and is not used",
				Mend:    "unset " + name,
			})
		}
	}
	if dir := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && !isDirectory(dir) && getenv(ipc.SocketVariable) == "" {
		found = append(found, Finding{
			Name:    "xdg",
			Problem: "XDG_RUNTIME_DIR is " + dir + ", which is no directory",
			Mend:    "unset XDG_RUNTIME_DIR",
		})
	}
	if _, err := ipc.SocketPath(getenv); err != nil && getenv("HOME") != "" {
		found = append(found, Finding{Name: "socket-path", Problem: err.Error(), Mend: shorterSocket(getenv)})
	}
	return append(found, helper(getenv("PATH"), executable)...)
}

// shorterSocket returns the command that gives the socket a path that can be used.
func shorterSocket(getenv func(string) string) string {
	if getenv(ipc.SocketVariable) != "" {
		return "unset " + ipc.SocketVariable
	}
	return otherSocket
}

// present reports whether environ has the variable called name, with any value.
func present(environ []string, name string) bool {
	for _, variable := range environ {
		if strings.HasPrefix(variable, name+"=") {
			return true
		}
	}
	return false
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// helper looks for bento-cred as a shell does, and as a program of the desktop does.
func helper(path, executable string) []Finding {
	if runtime.GOOS == "windows" {
		return nil // every program there has the same PATH, and the installer sets it
	}
	beside := filepath.Join(filepath.Dir(executable), ipc.ProgramHelper)
	onPath := find(path)
	if onPath == "" {
		mend := "export PATH=" + word(filepath.Dir(executable)) + `:"$PATH"`
		if !runnable(beside) {
			mend = "make install"
		}
		return []Finding{{
			Name:    "not-on-path",
			Problem: ipc.ProgramHelper + " is not on PATH, so no shell and no tool finds it",
			Mend:    mend,
		}}
	}
	if find(graphicalPath) != "" {
		return nil
	}
	return []Finding{{
		Name:    "not-on-graphical-path",
		Problem: "programs that the desktop starts may look in " + graphicalPath + " alone; in their settings write " + onPath,
		Note:    true,
	}}
}

// find returns the path of bento-cred in the directories of path, "" where there is none.
func find(path string) string {
	for _, dir := range filepath.SplitList(path) {
		if name := filepath.Join(dir, ipc.ProgramHelper); runnable(name) {
			return name
		}
	}
	return ""
}

func runnable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
