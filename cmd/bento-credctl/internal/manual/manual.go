// Package manual writes the manual pages of a tree of commands: one page for each, in the
// macros of man(7), from the very texts that --help shows. So a page says what its program
// says, and nothing has to be kept in step by hand.
package manual

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Section is the section of the manual that the pages belong to: programs for users.
const Section = "1"

// Exit is a line of the table of exit statuses.
type Exit struct {
	Status int
	Means  string
}

// Config is what the pages say beside what the commands do.
type Config struct {
	Version string
	Date    string // of the release, as 2006-01-02
	Exits   []Exit
}

// Page is one page.
type Page struct {
	Name string // the file's: bento-cred-context-use.1
	Text string
}

// Pages returns the pages of root and of every command below it that is shown in its help.
func Pages(root *cobra.Command, c Config) []Page {
	pages := []Page{{Name: title(root) + "." + Section, Text: page(root, c)}}
	for _, command := range root.Commands() {
		if command.IsAvailableCommand() {
			pages = append(pages, Pages(command, c)...)
		}
	}
	return pages
}

// title returns the name of a command's page: the words of the command with hyphens.
func title(command *cobra.Command) string { return strings.ReplaceAll(command.CommandPath(), " ", "-") }

// page returns the page of a command.
func page(command *cobra.Command, c Config) string {
	var out strings.Builder
	_, _ = fmt.Fprintf(&out, ".TH %s %s %s \"bento\\-cred %s\" \"bento\\-cred manual\"\n", // a Builder takes everything
		quoted(strings.ToUpper(title(command))), Section, c.Date, escape(c.Version))
	out.WriteString(".SH NAME\n" + escape(title(command)) + " \\- " + escape(lowered(command.Short)) + "\n")
	out.WriteString(".SH SYNOPSIS\n\\fB" + escape(command.UseLine()) + "\\fR\n")
	if description := strings.TrimSpace(command.Long); description != "" {
		out.WriteString(".SH DESCRIPTION\n" + paragraphs(description))
	}
	list(&out, "COMMANDS", children(command))
	list(&out, "OPTIONS", options(command))
	if example := strings.Trim(command.Example, "\n"); example != "" {
		out.WriteString(".SH EXAMPLES\n.nf\n" + lines(example) + ".fi\n")
	}
	var exits []item
	for _, exit := range c.Exits {
		exits = append(exits, item{name: fmt.Sprint(exit.Status), text: exit.Means})
	}
	list(&out, "EXIT STATUS", exits)
	if related := related(command); len(related) > 0 {
		out.WriteString(".SH SEE ALSO\n" + strings.Join(related, ",\n") + "\n")
	}
	return out.String()
}

// item is a name and what it is.
type item struct{ name, text string }

// list writes a section of names and what they are, unless there is none.
func list(out *strings.Builder, heading string, items []item) {
	if len(items) == 0 {
		return
	}
	out.WriteString(".SH " + heading + "\n")
	for _, i := range items {
		out.WriteString(".TP\n\\fB" + escape(i.name) + "\\fR\n" + lines(i.text))
	}
}

// children returns the commands below a command.
func children(command *cobra.Command) []item {
	var items []item
	for _, child := range command.Commands() {
		if child.IsAvailableCommand() {
			items = append(items, item{name: child.Name(), text: child.Short})
		}
	}
	return items
}

// options returns the flags of a command.
func options(command *cobra.Command) []item {
	var items []item
	command.NonInheritedFlags().VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		name := "--" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", " + name
		}
		value, usage := pflag.UnquoteUsage(flag)
		if value != "" {
			name += " " + value
		}
		if flag.DefValue != "" && flag.DefValue != "false" && flag.DefValue != "0" && flag.DefValue != "[]" {
			usage += " (default " + flag.DefValue + ")"
		}
		items = append(items, item{name: name, text: usage})
	})
	return items
}

// related returns the pages of the command above and of those below.
func related(command *cobra.Command) []string {
	var pages []string
	add := func(command *cobra.Command) {
		pages = append(pages, "\\fB"+escape(title(command))+"\\fR("+Section+")")
	}
	if command.HasParent() {
		add(command.Parent())
	}
	for _, child := range command.Commands() {
		if child.IsAvailableCommand() {
			add(child)
		}
	}
	return pages
}
