package gosrc

import "strings"

// typed is a parameter as it is written.
type typed struct{ name, typ string }

// lineWidth is where long signatures and calls are broken.
const lineWidth = 100

// parameters prints a parameter list with its parentheses, one line for each
// type where a single line would be long.
func parameters(list []typed) string {
	text := signature(list, " ")
	if len(text) <= lineWidth {
		return "(" + text + ")"
	}
	return "(\n" + signature(list, "\n") + ",\n)"
}

// signature prints a parameter list, neighbours of one type together.
func signature(list []typed, between string) string {
	var b strings.Builder
	for i, p := range list {
		b.WriteString(p.name)
		switch {
		case i+1 == len(list):
			b.WriteString(" " + p.typ)
		case list[i+1].typ != p.typ:
			b.WriteString(" " + p.typ + "," + between)
		default:
			b.WriteString(", ")
		}
	}
	return b.String()
}

// callText prints a call, over several lines where one would be long.
func callText(name string, args []string) string {
	text := name + "(" + strings.Join(args, ", ") + ")"
	if len(text) <= lineWidth+10 {
		return text
	}
	var b strings.Builder
	line := 0
	b.WriteString(name + "(\n")
	for i, a := range args {
		if line > 0 && line+len(a) > lineWidth-15 {
			b.WriteString("\n")
			line = 0
		}
		b.WriteString(a + ",")
		line += len(a) + 2
		if i+1 < len(args) {
			b.WriteString(" ")
		}
	}
	return b.String() + "\n)"
}
