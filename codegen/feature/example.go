package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// ExampleRow prints a row of features, made up of a number and a day, and
// reports whether it holds either.
func (e *Encoding) ExampleRow(number, day string) (row string, varies bool) {
	if e.AsArray() {
		return "var row Features // to be filled with numbers\n", false
	}
	var fields strings.Builder
	for _, x := range e.ofRow() {
		value := ""
		if x.asItIs() {
			value = exampleInput(e, x)
		} else {
			value = x.example(number, day)
		}
		fmt.Fprintf(&fields, "%s: %s,\n", x.field, value)
	}
	varies = e.anyOf(encoding.Number, encoding.Date)
	if e.spec.Series != nil {
		return "var row Features\nfor t := range row {\nrow[t] = Step{\n" + fields.String() + "}\n}\n", varies
	}
	return "row := Features{\n" + fields.String() + "}\n", varies
}

// example is a value of the feature, as Go writes it.
func (f *feature) example(number, day string) string {
	switch f.Type {
	case encoding.Number:
		return "Value(" + number + ")"
	case encoding.Category:
		return "Value(" + gotree.Quote(f.testWords()[0]) + ")"
	case encoding.Date:
		return "Value(§time.Date(2001, 1, " + day + ", 0, 0, 0, 0, §time.UTC))"
	case encoding.Text:
		return gotree.Quote(strings.Join(f.testWords(), " "))
	case encoding.Image:
		return fmt.Sprintf("§image.NewGray(§image.Rect(0, 0, %d, %d))", f.Columns, f.Height)
	}
	return "[]int32{1, 0, 1}"
}
