package loop

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/encoding"
)

// table is an encoding for the inputs of newNet: three numbers, and any number
// of ids below 5.
func table() *encoding.Encoding {
	return &encoding.Encoding{
		Source: "csv", Missing: []string{"", "?"}, Table: encoding.Table{Separator: ";"}, Targets: []encoding.Target{{Columns: []string{"churned"}}}, Weight: "w", Spellings: [][]string{nil, {"y"}},
		Features: []encoding.Feature{
			{Name: "age", Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "value", Value: 0.5}, Scale: []string{"log1p", "standard"}},
			{Name: "review", Type: encoding.Text, Port: 1, Encode: "integer", Vocabulary: []string{"good", "bad"}, Slots: 4, Standardize: "lower", Split: "whitespace", NGrams: 1},
			{Name: "plan", Type: encoding.Category, Offset: 1, Width: 2, Missing: encoding.Missing{Kind: "oov"}, Encode: "one_hot", Slots: 2, OOV: true},
		},
	}
}

// lookup is a preprocessing layer that only others read.
func lookup(name, reads string) encoding.Feature {
	return encoding.Feature{Name: name, Type: encoding.Lookup, Port: -1, Width: 1, Size: 1, Slots: 3, Reads: []string{reads}, Layer: &encoding.Layer{Kind: "Hashing", Mode: "int", Of: []string{"string"}}}
}

func TestEncodingText(t *testing.T) {
	n := newNet()
	n.Encoding = table()
	if !strings.Contains(n.String(), "\nencoding of csv") {
		t.Error("the program's text has not its encoding")
	}
}

func TestVerifyEncoding(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(n *net, e *encoding.Encoding)
		want   string
	}{
		"right": {func(*net, *encoding.Encoding) {}, ""},
		"samples": {func(_ *net, e *encoding.Encoding) {
			e.Source, e.Features, e.Targets, e.Arrays = "npz", nil, nil, []string{"x", "ids", "y"}
		}, ""},
		"arrays": {func(_ *net, e *encoding.Encoding) {
			e.Source, e.Features, e.Targets, e.Arrays = "npz", nil, nil, []string{"x"}
		}, "1 arrays for 3 inputs and targets"},
		"source columns": {func(_ *net, e *encoding.Encoding) { e.Source, e.Features = "npy", nil }, "source npy has columns"},
		"targets":        {func(_ *net, e *encoding.Encoding) { e.Targets = append(e.Targets, encoding.Target{}) }, "2 sources of 1 targets"},
		"columns":        {func(_ *net, e *encoding.Encoding) { e.Targets[0].Columns = []string{"a", "b", "c"} }, "has 3 columns"},
		"same as ids":    {func(_ *net, e *encoding.Encoding) { e.Targets[0] = encoding.Target{SameAs: "ids"} }, `is not the same as input "ids"`},
		"same as none":   {func(_ *net, e *encoding.Encoding) { e.Targets[0] = encoding.Target{SameAs: "z"} }, `is not the same as input "z"`},
		"samples, rows":  {func(_ *net, e *encoding.Encoding) { e.Source = "idx" }, "source idx has 3 features"},
		"no features":    {func(_ *net, e *encoding.Encoding) { e.Features = nil }, "source csv has 0 features"},
		"rows of text":   {func(_ *net, e *encoding.Encoding) { e.Source = "text_dir" }, `a row of source text_dir is 3 features, the first of type "number"`},
		"spellings":      {func(n *net, e *encoding.Encoding) { e.Spellings = e.Spellings[1:] }, "1 lists of spellings for 2 classes"},
		"series":         {func(_ *net, e *encoding.Encoding) { e.Series = &encoding.Series{Length: 2, Stride: 0} }, "has the series {Length:2 Offset:0 Stride:0}"},
		"too few steps":  {func(_ *net, e *encoding.Encoding) { e.Series = &encoding.Series{Length: 2, Stride: 1} }, "2 steps of 3 values fill input x [3]"},
		"port":           {func(_ *net, e *encoding.Encoding) { e.Features[2].Port = 2 }, `feature "plan" fills input 2 of 2`},
		"gap":            {func(_ *net, e *encoding.Encoding) { e.Features[2].Offset = 2 }, `feature "plan" is at 2 of input x, the features before it end at 1`},
		"short":          {func(_ *net, e *encoding.Encoding) { e.Features = e.Features[:2] }, "1 steps of 1 values fill input x [3]"},
		"unfilled":       {func(_ *net, e *encoding.Encoding) { e.Features = append(e.Features[:1], e.Features[2]) }, "no feature fills input ids"},
		"lookup": {func(_ *net, e *encoding.Encoding) {
			e.Features = append(e.Features, lookup("id", "plan"))
		}, ""},
		"lookup of nothing": {func(_ *net, e *encoding.Encoding) {
			e.Features = append(e.Features, lookup("id", "zone"))
		}, `layer "id" reads "zone", which is neither an input nor before it`},
		"lookup without a layer": {func(_ *net, e *encoding.Encoding) {
			f := lookup("id", "plan")
			f.Layer = nil
			e.Features = append(e.Features, f)
		}, `layer "id" of type "lookup" reads ["plan"]`},
		"lookup beyond": {func(_ *net, e *encoding.Encoding) {
			f := lookup("id", "plan")
			f.Port = 7
			e.Features = append(e.Features, f)
		}, `feature "id" fills input 7 of 2`},
		"twice": {func(_ *net, e *encoding.Encoding) {
			e.Features = append(e.Features, e.Features[1])
		}, "2 features fill the ids of input ids"},
		"names":      {func(_ *net, e *encoding.Encoding) { e.Features[2].Name = "age" }, `two features are called "age"`},
		"width":      {func(_ *net, e *encoding.Encoding) { e.Features[2].Slots = 3 }, `feature "plan" has 3 values, and says 2`},
		"encode":     {func(_ *net, e *encoding.Encoding) { e.Features[2].Encode = "hashed" }, `feature "plan" of type "category" becomes "hashed"`},
		"type":       {func(_ *net, e *encoding.Encoding) { e.Features[0].Type = "complex" }, `feature "age" of type "complex" becomes ""`},
		"ids":        {func(_ *net, e *encoding.Encoding) { e.Features[1].Port = 0 }, `feature "review" does not fit into input x f32[n,3]`},
		"floats":     {func(_ *net, e *encoding.Encoding) { e.Features[0].Port = 1 }, `feature "age" does not fit into input ids i32[n,*] below 5`},
		"limit":      {func(n *net, e *encoding.Encoding) { n.Inputs[1].Limit = 3 }, `feature "review" has 4 ids, input ids takes 3`},
		"missing":    {func(_ *net, e *encoding.Encoding) { e.Features[0].Missing.Kind = "oov" }, `a missing value of feature "age" is "oov"`},
		"vocabulary": {func(_ *net, e *encoding.Encoding) { e.Features[1].Slots = 3 }, `feature "review" has 3 slots for 2 words`},
		"no slots":   {func(_ *net, e *encoding.Encoding) { e.Features[1].Vocabulary, e.Features[1].Slots = nil, 2 }, `feature "review" has 2 slots, none of them for a word`},
	} {
		n := newNet()
		n.Classes = []string{"no", "yes"}
		e := table()
		n.Encoding = e
		tt.breaks(n, e)
		rejects(t, name, n.Program, tt.want)
	}
}
