package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// directoryFile is the name of the file that chooses a context for a directory.
const directoryFile = ".bento-cred.toml"

func (a *app) allowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "allow [PATH]",
		Short: "Honour a directory's .bento-cred.toml as it stands",
		Long: `Honour a .bento-cred.toml, which names the context for its directory and those below:

  context = "staging"

Without a PATH it is the nearest one here or above. It is honoured as it stands now;
after a change it must be allowed again.`,
		Example: "  bento-cred allow",
		Args:    arguments(0, 1, "at most one path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.permit(cmd, args, func(agent management.Agent, path string) error {
				file, err := agent.Allow(cmd.Context(), path)
				if err != nil {
					return err
				}
				return a.print("Allowed " + file.Path + ", which chooses context " + quoted(file.Context) + ".")
			})
		},
	}
}

func (a *app) denyCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "deny [PATH]",
		Short:   "No longer honour a directory's .bento-cred.toml",
		Example: "  bento-cred deny",
		Args:    arguments(0, 1, "at most one path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.permit(cmd, args, func(agent management.Agent, path string) error {
				file, err := agent.Deny(cmd.Context(), path)
				if err != nil {
					return err
				}
				return a.print("No longer allowed: " + file.Path + ".")
			})
		},
	}
}

// permit calls f with the daemon and the directory file that args name.
func (a *app) permit(cmd *cobra.Command, args []string, f func(management.Agent, string) error) error {
	path, err := a.directoryFile(args)
	if err != nil {
		return err
	}
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	return f(agent, path)
}

// directoryFile returns the path of the file that args name, themselves or by its
// directory, else of the nearest one in the working directory and above.
func (a *app) directoryFile(args []string) (string, error) {
	if len(args) > 0 {
		path := a.absolute(args[0])
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = filepath.Join(path, directoryFile)
		}
		return path, nil
	}
	for dir := a.directory; dir != ""; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, directoryFile)
		if _, err := os.Lstat(path); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return "", &ipc.Error{
		Code:    ipc.NotFound,
		Message: "there is no " + directoryFile + " here or in a directory above",
		Hint:    `write one: echo 'context = "NAME"' > ` + directoryFile,
	}
}
