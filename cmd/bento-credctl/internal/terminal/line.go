package terminal

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Line is a line at the bottom of a terminal that is drawn over and over: what is being
// waited for. It hides no cursor and changes no mode, so that nothing has to be put
// right after a program that is killed.
type Line struct {
	// Out is the terminal. Where it is none, nothing is drawn.
	Out   io.Writer
	drawn bool
}

// Draw shows text in place of what the line showed. What does not fit into the terminal
// is left out: a line that wraps could not be drawn over.
func (l *Line) Draw(text string) {
	if !Is(l.Out) {
		return
	}
	width := Width(l.Out)
	if width == 0 {
		width = widthUnknown
	}
	l.drawn = true
	// A terminal that can no longer be written to has nobody before it.
	_, _ = io.WriteString(l.Out, "\r"+cut(text, width-1)+clearLine)
}

// Clear takes the line away, so that other text can stand in its place.
func (l *Line) Clear() {
	if l.drawn {
		l.drawn = false
		_, _ = io.WriteString(l.Out, "\r"+clearLine)
	}
}

const (
	// clearLine clears from the cursor to the end of the line.
	clearLine = "\x1b[K"
	// widthUnknown is the width of a terminal that does not say it.
	widthUnknown = 80
)

// Width returns how many columns stream has, and 0 where it is no terminal or does not
// say.
func Width(stream any) int {
	file, ok := stream.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// cut returns what of text fits into width columns. Characters beyond the alphabets are
// taken to be as wide as the widest are: a line may be short, but must not wrap.
func cut(text string, width int) string {
	const (
		alphabets = '\u1100'
		wide      = 2
	)
	var fitting strings.Builder
	for _, r := range text {
		columns := 1
		if r >= alphabets || r == utf8.RuneError {
			columns = wide
		}
		if width -= columns; width < 0 {
			break
		}
		fitting.WriteRune(r)
	}
	return fitting.String()
}
