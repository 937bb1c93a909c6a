package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
)

// ErrGivenUp is the error of a question that the person left with Esc or Ctrl-C.
var ErrGivenUp = errors.New("the question was left without an answer")

// Menu is a question that one of some answers is chosen for.
type Menu struct {
	Question string
	Answers  []string
	// Plain asks by numbers, line by line: for a terminal that can do no more.
	Plain   bool
	Environ []string // of the program: says what the terminal can do
}

// narrowest is how many columns a menu needs to be read. A terminal that does not say
// how many it has, as on some serial lines, would be shown nothing at all.
const narrowest = 20

// Choose shows menu to a person at in, a terminal, and returns the index of the answer
// that was chosen. A menu that cannot be drawn is asked by numbers.
//
// The library has such a mode too, but there a question that is left with Ctrl-D counts
// as answered, Ctrl-C is not heard, and what was typed ahead for the next question is
// lost.
func Choose(ctx context.Context, in *os.File, stderr io.Writer, menu Menu) (int, error) {
	to := asker(in, stderr)
	if menu.Plain || Width(to) < narrowest {
		return menu.ask(ctx, in, to)
	}
	chosen, err := menu.draw(ctx, in, to)
	switch {
	case err == nil:
		return chosen, nil
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case errors.Is(err, huh.ErrUserAborted):
		return 0, ErrGivenUp
	default:
		return menu.ask(ctx, in, to)
	}
}

// draw has the person choose with the arrow keys.
func (m Menu) draw(ctx context.Context, in *os.File, to io.Writer) (int, error) {
	options := make([]huh.Option[int], 0, len(m.Answers))
	for i, answer := range m.Answers {
		options = append(options, huh.NewOption(answer, i))
	}
	keys := huh.NewDefaultKeyMap()
	keys.Quit = key.NewBinding(key.WithKeys("ctrl+c", "esc"))
	keys.Select.Filter.SetEnabled(false)
	chosen := 0
	menu := huh.NewSelect[int]().Title(m.Question).Options(options...).Value(&chosen)
	form := huh.NewForm(huh.NewGroup(menu)).
		WithShowHelp(false).
		WithKeyMap(keys).
		WithTheme(huh.ThemeFunc(plainTheme)).
		WithProgramOptions(
			tea.WithInput(in), tea.WithOutput(to), tea.WithEnvironment(m.Environ),
			tea.WithoutSignalHandler(), // ctx ends where the program is to end
		).
		WithViewHook(func(view tea.View) tea.View {
			view.ReportFocus = false // what the terminal would say is of no use here
			return view
		})
	if err := form.RunWithContext(ctx); err != nil {
		return 0, fmt.Errorf("asking with a menu: %w", err)
	}
	return chosen, nil
}

// plainTheme has the sixteen colours every terminal has, and no character beyond ASCII.
func plainTheme(dark bool) *huh.Styles {
	styles := huh.ThemeBase16(dark)
	styles.Focused.Base = styles.Focused.Base.BorderLeft(false).PaddingLeft(0)
	return styles
}

// ask has the person type the number of the answer; an empty line is the first.
func (m Menu) ask(ctx context.Context, in *os.File, to io.Writer) (int, error) {
	var text strings.Builder
	text.WriteString(m.Question + "\n")
	for i, answer := range m.Answers {
		fmt.Fprintf(&text, "  %d. %s\n", i+1, answer)
	}
	fmt.Fprintf(&text, "A number from 1 to %d [1]: ", len(m.Answers))
	question := text.String()
	for {
		line, err := ask(ctx, in, to, question)
		if errors.Is(err, io.EOF) {
			return 0, ErrGivenUp
		}
		if err != nil {
			return 0, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			return 0, nil
		}
		number, err := strconv.Atoi(line)
		if err == nil && number >= 1 && number <= len(m.Answers) {
			return number - 1, nil
		}
		question = fmt.Sprintf("It is a number from 1 to %d: ", len(m.Answers))
	}
}
