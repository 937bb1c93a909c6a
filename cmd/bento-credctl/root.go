package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
)

// The groups of the commands in the help, in the order they are shown.
const (
	groupHot      = "hot"
	groupHosts    = "hosts"
	groupLogin    = "login"
	groupGuard    = "guard"
	groupStore    = "store"
	groupSettings = "settings"
)

// usageTemplate is the help below a command's description.
const usageTemplate = `Usage:
  {{.UseLine}}
{{- if .HasExample}}

Examples:
{{.Example}}{{end}}
{{- if .HasAvailableSubCommands}}{{$cmds := .Commands}}
{{- if eq (len .Groups) 0}}

Commands:{{range $cmds}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{- else}}{{range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if (and (eq .GroupID $group.ID) .IsAvailableCommand)}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
{{- if .HasAvailableSubCommands}}

"{{.CommandPath}} COMMAND --help" tells more about a command.{{end}}
`

// rootCommand returns bento-cred with all its commands.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   ipc.ProgramHelper,
		Short: "BentoCloud API tokens in the keychain, and in the programs that need them",
		Long: `bento-cred keeps your BentoCloud API tokens in the keychain of this computer and
gives each program the one it needs.

Log in once; then, in any shell:

  eval $(bento-cred env)`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddGroup(
		&cobra.Group{ID: groupHot, Title: "Use a token:"},
		&cobra.Group{ID: groupHosts, Title: "Where tokens go:"},
		&cobra.Group{ID: groupLogin, Title: "Logins and contexts:"},
		&cobra.Group{ID: groupGuard, Title: "Who gets what:"},
		&cobra.Group{ID: groupStore, Title: "State and store:"},
		&cobra.Group{ID: groupSettings, Title: "Settings and shell:"},
	)
	add := func(id string, commands ...*cobra.Command) {
		for _, command := range commands {
			command.GroupID = id
			root.AddCommand(command)
		}
	}
	add(groupHot, a.envCommand(), a.tokenCommand(), a.execCommand(), a.headerCommand(), a.curlCommand(), a.getCommand(),
		a.credentialProcessCommand(), a.kubectlCredentialCommand(), a.credentialsFileCommand())
	add(groupHosts, a.proxyCommand(), a.openCommand(), a.deploymentCommand(), a.hostCommand())
	add(groupLogin, a.loginCommand(), a.logoutCommand(), a.apiTokenCommand(), a.renewCommand(), a.importCommand(), a.contextCommand(),
		a.listContextCommand(), a.currentContextCommand(), a.updateCurrentContextCommand())
	add(groupGuard, a.grantCommand(), a.policyCommand(), a.logCommand())
	add(groupStore, a.statusCommand(), a.doctorCommand(), a.storeCommand(), a.lockCommand(), a.unlockCommand(), a.serviceCommand(), a.stopCommand())
	add(groupSettings, a.configCommand(), a.allowCommand(), a.denyCommand(), a.hookCommand(), a.promptCommand(), a.completionCommand(), a.manualCommand(), a.versionCommand())
	group(root, a.cloudCommand())
	root.SetHelpCommand(helpCommand())
	root.SetUsageTemplate(usageTemplate)
	root.SetFlagErrorFunc(flagError)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return root
}

// helpCommand is another way to ask for the help of a command.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show the help of a command",
		GroupID: groupSettings,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil {
				return usage(cmd, "there is no such command")
			}
			if err := unknownCommand(found, rest); err != nil {
				return err
			}
			found.InitDefaultHelpFlag() // otherwise made when a command runs
			return found.Help()
		},
	}
}
