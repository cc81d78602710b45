package feature

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// lookup prints what a preprocessing layer learns.
func (a *adapter) lookup(x *feature) {
	l := x.Layer
	if l.Kind == "Discretization" {
		a.field("%s §data.Quantiles", x.field)
		fmt.Fprintf(&a.begin, "seen.%s.Epsilon = %s\n", x.field, float(l.Epsilon))
		a.each(x, "float32", "")
		a.set("c.Counted(%s, seen.%s.Count())\n%s.At = seen.%s.Boundaries(%d)", gotree.Quote(x.Name), x.field, x.table(), x.field, l.Bins)
		return
	}
	a.field("%s §data.%s", x.field, map[string]string{"string": "VocabularyCounter", "int64": "KeyCounter[int64]"}[x.key()])
	if l.Mode == "tf_idf" {
		a.each(x, x.key(), fmt.Sprintf("seen.%s.EndDocument()\n", x.field))
	} else {
		a.each(x, x.key(), "")
	}
	without := ""
	for _, token := range []*string{l.Mask, l.OOVToken} {
		if token != nil {
			without += ", " + x.literal(*token)
		}
	}
	a.set("%s.Words = seen.%s.Words(%d%s)", x.table(), x.field, x.Slots-l.First(), without)
	if l.Mode == "tf_idf" {
		a.set("%s.Weights = §encode.SlotWeights(%d, seen.%s.InverseFrequencies(%s.Words))", x.table(), l.First(), x.field, x.table())
	}
}

// each prints how the values of a row that a layer reads are added, as that type, and
// what follows them.
func (a *adapter) each(x *feature, as, after string) {
	add := func(value string) string { return fmt.Sprintf("seen.%s.Add(%s)\n", x.field, value) }
	from := a.e.named(x.Reads[0])
	if from == nil { // an input that numbers fill
		for i := range a.e.features {
			if f := &a.e.features[i]; f.OfRow() && f.Port >= 0 && a.e.p.Inputs[f.Port].Name == x.Reads[0] {
				a.number1(f, add)
			}
		}
		return
	}
	if from.Type == encoding.Number {
		a.number1(from, add)
		return
	}
	cast := func(value string) string {
		if from.element() == as {
			return value
		}
		return as + "(" + value + ")"
	}
	value := a.e.row() + "." + from.field
	switch {
	case from.Size > 1:
		a.add("for _, v := range %s {\n%s}\n%s", value, add(cast("v")), after)
	case from.Type == encoding.Strings:
		a.add("%s%s", add(value), after)
	default:
		a.add("if %s != nil {\n%s}\n%s", value, add(cast("*"+value)), after)
	}
}

// number1 prints how a number is added as it is.
func (a *adapter) number1(f *feature, add func(value string) string) {
	if slices.Contains([]string{"error", "value"}, f.Missing.Kind) {
		a.add("%s", add(f.number(a.e.row())))
	}
}
