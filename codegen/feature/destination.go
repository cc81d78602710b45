package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// destination is where features go: the slices and values that Encode writes to.
type destination struct {
	e    *Encoding
	flat map[int]string // by port: a local slice of all its values
}

// locals declares a slice of all values of the ports that are arrays of arrays.
func (d destination) locals() string {
	var b strings.Builder
	for i, p := range d.e.p.Inputs {
		if p.Ragged || len(p.Shape) < 2 || !d.e.any(func(f *feature) bool { return f.Port == i }) {
			continue
		}
		d.flat[i] = "to"
		if len(d.e.p.Inputs) > 1 {
			d.flat[i] = "to" + d.e.Inputs.Fields[i]
		}
		fmt.Fprintf(&b, "%s := %s\n", d.flat[i], d.e.Inputs.Flat("dst", i))
	}
	return b.String()
}

func (d destination) base(port int) string {
	if d.e.spec.Series != nil {
		return "to"
	}
	if local := d.flat[port]; local != "" {
		return local
	}
	return d.e.Inputs.Flat("dst", port)
}

// slice is the run of values of a port that a feature fills.
func (d destination) slice(f *feature) string {
	base := gotree.Indexable(d.base(f.Port))
	switch {
	case f.Offset > 0 || d.e.spec.Series != nil || f.Width != gotree.Size(d.e.p.Inputs[f.Port].Shape):
		return fmt.Sprintf("%s[%d:%d]", base, f.Offset, f.Offset+f.Width)
	case d.flat[f.Port] != "":
		return base
	}
	return base + "[:]"
}

// element is one of the values that a feature fills.
func (d destination) element(f *feature, i int) string {
	if len(d.e.p.Inputs[f.Port].Shape) == 0 && d.e.spec.Series == nil {
		return d.e.Inputs.Operand("dst", f.Port)
	}
	return fmt.Sprintf("%s[%d]", gotree.Indexable(d.base(f.Port)), f.Offset+i)
}

// whole is a ragged input.
func (d destination) whole(f *feature) (value, empty string) {
	at := d.e.Inputs.Operand("dst", f.Port)
	if strings.HasPrefix(at, "*") {
		return at, "(" + at + ")[:0]"
	}
	return at, at + "[:0]"
}

// cast turns a float32 into the element of a port.
func (d destination) cast(f *feature, value string) string {
	if d.e.Inputs.Single() {
		return "Input(" + value + ")"
	}
	return value
}

// line encodes one feature.
func (d destination) line(x *feature) string {
	name, row := gotree.Quote(x.Name), d.e.row()
	value := row + "." + x.field
	switch x.Type {
	case encoding.Strings, encoding.Integers, encoding.Values:
		return d.input(x)
	case encoding.Lookup:
		return d.lookup(x)
	case encoding.Number:
		return fmt.Sprintf("%s = %s\n", d.element(x, 0), d.cast(x, x.number(row)))
	case encoding.Category:
		if x.Encode == "one_hot" {
			return fmt.Sprintf("§encode.OneHot(%s, %s)\n", d.slice(x), x.slot(row))
		}
		kind := "int32"
		if d.e.Inputs.Single() {
			kind = "Input"
		}
		return fmt.Sprintf("%s = %s(%s)\n", d.element(x, 0), kind, x.slot(row))
	case encoding.Date:
		return d.date(x, value)
	case encoding.Text:
		if x.Port < 0 {
			return "" // nobody reads it
		}
		words, v := x.words(row), x.vocabulary()
		switch {
		case x.Encode == "multi_hot":
			return fmt.Sprintf("%s.MultiHot(%s, %s)\n", v, d.slice(x), words)
		case x.Encode == "count":
			return fmt.Sprintf("%s.Count(%s, %s)\n", v, d.slice(x), words)
		case x.Encode == "tf_idf":
			return fmt.Sprintf("%s.TFIDF(%s, %s, %s)\n", v, d.slice(x), words, x.idf())
		case x.Length > 0 && x.Padding != "pre" && x.Truncating != "pre":
			return fmt.Sprintf("%s.IDs(%s, %s)\n", v, d.slice(x), words)
		case x.Length > 0:
			return fmt.Sprintf("%s.SizedIDs(%s, %s, %s)\n", v, d.slice(x), words, d.sides(x))
		}
		to, empty := d.whole(x)
		return fmt.Sprintf("%s = %s.AppendIDs(%s, %s)\n", to, v, empty, words)
	case encoding.Image:
		how := "Image"
		if x.Channels == 1 {
			how = "Gray"
		}
		return fmt.Sprintf("c.%s(%s, %s, %s, %d, %d)\n", how, d.slice(x), name, value, x.Height, x.Columns)
	}
	if x.Length > 0 {
		return fmt.Sprintf("c.Tokens(%s, %s, %s, %s)\n", d.slice(x), name, value, d.tokens(x))
	}
	to, empty := d.whole(x)
	return fmt.Sprintf("%s = c.AppendTokens(%s, %s, %s, %s)\n", to, empty, name, value, d.tokens(x))
}

// date encodes the parts of a date.
func (d destination) date(x *feature, value string) string {
	var b strings.Builder
	at := 0
	for _, p := range x.Parts {
		if c := dateParts[p]; x.Cyclic(p) {
			passed := c.text
			if c.first > 0 {
				passed += fmt.Sprintf("-%d", c.first)
			}
			fmt.Fprintf(&b, "%s, %s = §encode.Cyclic(%s, %d)\n", d.element(x, at), d.element(x, at+1), passed, c.period)
			at += 2
			continue
		}
		fmt.Fprintf(&b, "%s = c.Standard(%s, %s)\n", d.element(x, at), x.learned(gotree.Upper(p)), dateNumber(p))
		at++
	}
	return d.e.ofDate(x, value, b.String())
}

// ofDate is statements on the parts of the variable date.
func (e *Encoding) ofDate(x *feature, value, statements string) string {
	if x.since != "" {
		value = fmt.Sprintf("§encode.Or(%s, %s)", value, x.since)
	}
	text := fmt.Sprintf("date := c.Date(%s, %s)\n%s", gotree.Quote(x.Name), value, statements)
	dates := 0
	for _, f := range e.features {
		if f.Type == encoding.Date {
			dates++
		}
	}
	if dates == 1 {
		return text
	}
	return "{\n" + text + "}\n"
}
