package gotree

import (
	"fmt"
	"strings"
)

// Parameter is a parameter as it is written.
type Parameter struct{ Name, Type string }

// lineWidth is where long signatures and calls are broken.
const lineWidth = 100

// Declaration prints the head of a function, one line for each type of its
// parameters where a single line would be long.
func Declaration(name string, list []Parameter, results string) string {
	return DeclarationFor(len([]rune(name)), name, list, results)
}

// DeclarationFor is Declaration broken as that of a name of some length: whatever it
// is called, a function reads the same.
func DeclarationFor(length int, name string, list []Parameter, results string) string {
	rest := "(" + parameters(list, " ") + ")" + results + " {"
	if len("func ")+length+len([]rune(rest)) <= lineWidth || len(list) == 0 {
		return "func " + name + rest
	}
	return "func " + name + "(\n" + parameters(list, "\n") + ",\n)" + results + " {"
}

// parameters prints a parameter list, neighbours of one type together.
func parameters(list []Parameter, between string) string {
	var b strings.Builder
	for i, p := range list {
		b.WriteString(p.Name)
		switch {
		case i+1 == len(list):
			b.WriteString(" " + p.Type)
		case list[i+1].Type != p.Type:
			b.WriteString(" " + p.Type + "," + between)
		default:
			b.WriteString(", ")
		}
	}
	return b.String()
}

// Call prints a call, over several lines where one would be long.
func Call(name string, args []string) string {
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

// Array is the type of an array without its element: [784][512].
func Array(dims []int) string {
	var b strings.Builder
	for _, d := range dims {
		fmt.Fprintf(&b, "[%d]", d)
	}
	return b.String()
}
