package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/manual"
	"github.com/bento-cred/bento-cred/internal/version/buildinfo"
	"github.com/bento-cred/bento-cred/ipc"
)

// manualCommand writes the manual pages, for those who make packages.
func (a *app) manualCommand() *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:     "manual DIRECTORY",
		Short:   "Write the manual pages into a directory",
		Long:    `Write the manual pages of all commands into a directory that is there.`,
		Example: "  bento-cred manual . --date 2026-01-31",
		Hidden:  true,
		Args:    arguments(1, 1, "the directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := time.Parse(time.DateOnly, date); err != nil {
				return usage(cmd, "--date is a day: 2026-01-31")
			}
			for _, page := range manual.Pages(cmd.Root(), manual.Config{Version: buildinfo.Version(), Date: date, Exits: exits()}) {
				path := filepath.Join(a.absolute(args[0]), page.Name)
				if err := os.WriteFile(path, []byte(page.Text), 0o644); err != nil { //nolint:gosec // everybody's to read
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "the day of the release")
	return cmd
}

// exits returns the table of exit statuses, each with the codes that end so.
func exits() []manual.Exit {
	table := []manual.Exit{{Status: 0, Means: "all went well"}}
	for _, code := range ipc.Codes() {
		status := code.ExitStatus()
		at := 0
		for i := range table {
			if table[i].Status == status {
				at = i
			}
		}
		if at == 0 {
			table = append(table, manual.Exit{Status: status, Means: string(code)})
			continue
		}
		table[at].Means += ", " + string(code)
	}
	return table
}
