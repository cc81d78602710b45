package feature

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// strictReader is a lookup that reads an input and takes no unknown value; nil where there is
// none.
func strictReader(e *Encoding, x *feature) *feature {
	for i := range e.features {
		r := &e.features[i]
		if r.Type == encoding.Lookup && r.Reads[0] == x.Name && (r.Layer.Kind == "StringLookup" || r.Layer.Kind == "IntegerLookup") && !r.Layer.Invert && r.Layer.OOV == 0 {
			return r
		}
	}
	return nil
}

// demandsInput reports whether a value of an input must be there, or a known one.
func demandsInput(e *Encoding, x *feature) bool {
	if !x.asItIs() {
		return false
	}
	return x.Type != encoding.Strings || x.Size > 1 || strictReader(e, x) != nil
}

// testKeys are values that a lookup knows, as Go writes them.
func testKeys(f *feature) []string {
	var list []string
	switch {
	case f.key() == "int64" && f.Layer.Numbers != nil:
		for _, n := range f.Layer.Numbers {
			list = append(list, strconv.FormatInt(n, 10))
		}
	case f.key() == "int64":
		list = []string{"1", "2", "3", "4"}
	case f.Vocabulary != nil:
		for _, w := range f.Vocabulary {
			list = append(list, gotree.Quote(w))
		}
	default:
		for _, w := range testWords {
			list = append(list, gotree.Quote(w))
		}
	}
	return list[:min(len(list), max(f.Slots-f.Layer.First(), 1), len(testWords))]
}

// madeUpLookup is what a lookup might have learned.
func madeUpLookup(f *feature) string {
	if f.Layer.Kind == "Discretization" {
		return fmt.Sprintf("§encode.Bounds{At: []float32{0.5, 2}[:%d]}", min(f.Slots-1, 2))
	}
	keys := testKeys(f)
	weights := ""
	if f.Layer.Mode == "tf_idf" {
		weights = fmt.Sprintf(", Weights: make([]float32, %d)", f.Layer.First()+len(keys))
	}
	return fmt.Sprintf("§encode.Index[%s]{Words: []%s{%s}%s}", f.key(), f.key(), strings.Join(keys, ", "), weights)
}

// testInput makes up the values of an input that is taken as it is.
func (e tests) testInput(f *feature) string {
	to := e.row() + "." + f.field
	ids := 4
	if f.Port >= 0 && e.p.Inputs[f.Port].Limit > 0 {
		ids = min(ids, e.p.Inputs[f.Port].Limit)
	}
	var keys []string
	if strict := strictReader(e.Encoding, f); strict != nil {
		keys = testKeys(strict)
	} else if reader := readerOf(e.Encoding, f); reader != nil && reader.Type == encoding.Lookup {
		keys = testKeys(reader)
	} else if f.Type == encoding.Strings {
		for _, w := range testWords {
			keys = append(keys, gotree.Quote(w))
		}
	}
	value := func(at string) string {
		switch {
		case keys != nil:
			return fmt.Sprintf("[]%s{%s}[(%s)%%%d]", f.element(), strings.Join(keys, ", "), at, len(keys))
		case f.element() == "float32":
			return "float32(" + at + ") / 4"
		}
		return fmt.Sprintf("%s((%s) %% %d)", f.element(), at, ids)
	}
	switch {
	case f.Size > 1:
		return fmt.Sprintf("for k := range %d {\n%s = append(%s, %s)\n}\n", f.Size, to, to, value("i+k"))
	case f.Type == encoding.Strings:
		return fmt.Sprintf("%s = %s\n", to, value("i"))
	}
	return fmt.Sprintf("%s = Value(%s)\n", to, value("i"))
}

// exampleInput is an input that is taken as it is, as Go writes it.
func exampleInput(e *Encoding, f *feature) string {
	value := map[string]string{"string": `"one"`, "int64": "1", "int32": "1", "float32": "1.5"}[f.element()]
	if strict := strictReader(e, f); strict != nil {
		value = testKeys(strict)[0]
	}
	switch {
	case f.Size > 1:
		return "[]" + f.element() + "{" + strings.Join(slices.Repeat([]string{value}, f.Size), ", ") + "}"
	case f.Type == encoding.Strings:
		return value
	}
	return fmt.Sprintf("Value[%s](%s)", f.element(), value)
}
