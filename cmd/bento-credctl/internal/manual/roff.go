package manual

import "strings"

// escape returns text as man(7) shows it: hyphens that can be copied as such, and no
// character that is taken for a command.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
}

// quoted returns text as an argument of a macro.
func quoted(text string) string { return `"` + strings.ReplaceAll(escape(text), `"`, `\(dq`) + `"` }

// lines returns text line by line. A line that begins with a dot would be a command.
func lines(text string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSuffix(text, "\n") + "\n") {
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, ".") {
			line = `\&` + escape(line)
		} else {
			line = escape(line)
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// paragraphs returns text in paragraphs, of which those that are indented keep their lines.
func paragraphs(text string) string {
	var out strings.Builder
	for i, paragraph := range strings.Split(text, "\n\n") {
		paragraph = strings.Trim(paragraph, "\n")
		if i > 0 {
			out.WriteString(".PP\n")
		}
		if strings.HasPrefix(paragraph, " ") {
			out.WriteString(".nf\n" + lines(paragraph) + ".fi\n")
			continue
		}
		out.WriteString(lines(paragraph))
	}
	return out.String()
}

// lowered returns a sentence as it stands behind a name: "Show the context" as "show the
// context". What begins with an acronym stays.
func lowered(sentence string) string {
	if len(sentence) > 1 && sentence[1] >= 'a' && sentence[1] <= 'z' {
		return strings.ToLower(sentence[:1]) + sentence[1:]
	}
	return sentence
}
