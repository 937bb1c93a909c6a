// Package output writes the answers of the management face: as a table with aligned
// columns and a little colour for a person at a terminal, as tab-separated lines
// without a header for a pipe, and as JSON or YAML where they are asked for.
//
// Much of what is shown came from the cloud or from a file somebody else wrote, so no
// control character of it reaches the terminal: see Clean.
package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"
)

// Format is how an answer is written. The zero Format, Auto, is a table on a terminal
// and plain lines elsewhere.
type Format string

// The formats. Plain is what Auto comes to in a pipe; nobody asks for it by name.
const (
	Auto  Format = ""
	JSON  Format = "json"
	YAML  Format = "yaml"
	Table Format = "table"
	plain Format = "plain"
)

// ErrFormat is returned by ParseFormat for a word it does not know.
var ErrFormat = errors.New(`the output format is "json", "yaml" or "table"`)

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	switch format := Format(name); format {
	case Auto, JSON, YAML, Table:
		return format, nil
	default:
		return Auto, ErrFormat
	}
}

// Printer writes answers to one stream.
type Printer struct {
	Out      io.Writer
	Format   Format
	Terminal bool // Out is a terminal
	Colour   bool // Out understands colours, and the person wants them
	Width    int  // the columns of the terminal; 0: as many as are needed
}

// Show writes document where JSON or YAML is wanted, and view elsewhere.
func (p Printer) Show(document any, view View) error {
	switch p.Format {
	case JSON:
		return p.JSON(document)
	case YAML:
		return p.yaml(document)
	default:
		_, err := io.WriteString(p.Out, p.render(view))
		return err
	}
}

// JSON writes document as JSON, indented by two spaces.
func (p Printer) JSON(document any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err := io.WriteString(p.Out, escapeJSON(text.String()))
	return err
}

// escapeJSON escapes the characters of a JSON text that a terminal could take for a
// command and encoding/json lets through. Outside of strings JSON has none.
func escapeJSON(text string) string {
	return escape(text, func(r rune) string {
		if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// escape writes every character of text that is not printable with code.
func escape(text string, code func(rune) string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\n' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(code(r))
	}
	return b.String()
}

// yaml writes document as YAML with the names and the order of its JSON. It is made from
// the JSON, which is YAML already, and only loses its braces: the encoder of the library
// breaks on some texts with tabs and newlines in them.
func (p Printer) yaml(document any) error {
	flow, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(escapeYAML(string(flow))), &node); err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	unquote(&node)
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(&node), encoder.Close()); err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	_, err = io.WriteString(p.Out, escapeYAML(text.String()))
	return err
}

// escapeYAML escapes what is not printable in a text that has such only in double quotes.
func escapeYAML(text string) string {
	return escape(text, func(r rune) string { return fmt.Sprintf(`\U%08x`, r) })
}

// unquote takes the braces and quotes off node, but for texts that are not printable:
// only in quotes YAML has escapes.
func unquote(node *yaml.Node) {
	if node.Kind != yaml.ScalarNode || Clean(node.Value) == node.Value {
		node.Style = 0
	}
	for _, below := range node.Content {
		unquote(below)
	}
}

// Clean returns foreign text as it may be shown on one line: a character that is not
// printable, or not text at all, is written as its escape.
func Clean(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, text)
	if clean == text {
		return text
	}
	quoted := fmt.Sprintf("%q", text)
	quoted = quoted[1 : len(quoted)-1]
	// %q escapes what it must in a quoted text; here nothing is quoted.
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted)
}
