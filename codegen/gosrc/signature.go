package gosrc

import (
	"fmt"
	"strings"
)

// typed is a parameter as it is written.
type typed struct{ name, typ string }

// lineWidth is where long signatures and calls are broken.
const lineWidth = 100

// declaration prints the head of a function, one line for each type of its
// parameters where a single line would be long.
func declaration(name string, list []typed, results string) string {
	head := "func " + name + "(" + signature(list, " ") + ")" + results + " {"
	if len([]rune(head)) <= lineWidth || len(list) == 0 {
		return head
	}
	return "func " + name + "(\n" + signature(list, "\n") + ",\n)" + results + " {"
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
	if len([]rune(text)) <= lineWidth-8 {
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

// array is the type of an array without its element: [784][512].
func array(dims []int) string {
	var b strings.Builder
	for _, d := range dims {
		fmt.Fprintf(&b, "[%d]", d)
	}
	return b.String()
}
