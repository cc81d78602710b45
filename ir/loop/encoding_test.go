package loop

import (
	"strings"
	"testing"
)

// table is an encoding for the inputs of newNet: three numbers, and any number
// of ids below 5.
func table() *Encoding {
	return &Encoding{
		Source: "csv", Missing: []string{"", "?"}, Separator: ";", Targets: []TargetSource{{Columns: []string{"churned"}}}, Weight: "w", Spellings: [][]string{nil, {"y"}},
		Features: []Feature{
			{Name: "age", Type: NumberFeature, Width: 1, Missing: Missing{Kind: "value", Value: 0.5}, Scale: []string{"log1p", "standard"}},
			{Name: "review", Type: TextFeature, Port: 1, Encode: "integer", Vocabulary: []string{"good", "bad"}, Slots: 4, Standardize: "lower", Split: "whitespace", NGrams: 1},
			{Name: "plan", Type: CategoryFeature, Offset: 1, Width: 2, Missing: Missing{Kind: "oov"}, Encode: "one_hot", Slots: 2, OOV: true},
		},
	}
}

func TestEncodingText(t *testing.T) {
	e := table()
	e.Features = append(e.Features,
		Feature{Name: "joined", Type: DateFeature, Offset: 3, Width: 3, Missing: Missing{Kind: "text", Text: "2000-01-01"}, Encode: "cyclic", Format: "2006-01-02", Parts: []string{"year", "month"}},
		Feature{Name: "tokens", Type: TokensFeature, Width: 8, Length: 8, Padding: "pre", Truncating: "post", NumWords: 100, OOVID: 2},
		Feature{Name: "image", Type: ImageFeature, Width: 48, Height: 4, Columns: 4, Channels: 3},
	)
	e.Quote, e.Encoding, e.Decimal, e.Thousands = "none", "latin-1", ",", "."
	e.Series = &Series{Length: 12, Offset: 1, Stride: 2}
	const want = `encoding of csv, separator ";", quote "none", encoding "latin-1", decimal ",", thousands ".", target "churned", weight "w", missing ["" "?"], spellings [[] ["y"]], windows of 12 rows, target 1 behind, next 2 further
  number    "age"     input 0 at 0, 1 wide   missing 0.5, scale log1p+standard
  text      "review"  input 1, any number    encode integer, slots 4, vocabulary ["good" "bad"], standardize lower, split whitespace, ngrams 1
  category  "plan"    input 0 at 1, 2 wide   missing oov, encode one_hot, slots 2, oov
  date      "joined"  input 0 at 3, 3 wide   missing "2000-01-01", encode cyclic, format "2006-01-02", parts year+month
  tokens    "tokens"  input 0 at 0, 8 wide   length 8, padding pre, truncating post, ids from 100 on are 2
  image     "image"   input 0 at 0, 48 wide  4x4x3
`
	if got := e.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, c := range []struct {
		t    TargetSource
		want string
	}{
		{TargetSource{}, "target of the files"}, {TargetSource{SameAs: "x"}, `target same as "x"`},
		{TargetSource{Columns: []string{"a", "b"}}, `target ["a" "b"]`}, {TargetSource{Columns: []string{"a"}, Classes: []string{"n", "y"}}, `target "a", classes ["n" "y"]`},
	} {
		if got := (&Encoding{Source: "csv", Targets: []TargetSource{c.t}}).String(); got != "encoding of csv, "+c.want+"\n" {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	npz := &Encoding{Source: "npz", Arrays: []string{"x", "y"}}
	if got := npz.String(); got != "encoding of npz, arrays [\"x\" \"y\"]\n" {
		t.Errorf("got %s", got)
	}
	n := newNet()
	n.Encoding = table()
	if !strings.Contains(n.String(), "\nencoding of csv") {
		t.Error("the program's text has not its encoding")
	}
}

func TestVerifyEncoding(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(n *net, e *Encoding)
		want   string
	}{
		"right": {func(*net, *Encoding) {}, ""},
		"samples": {func(_ *net, e *Encoding) {
			e.Source, e.Features, e.Targets, e.Arrays = "npz", nil, nil, []string{"x", "ids", "y"}
		}, ""},
		"arrays": {func(_ *net, e *Encoding) {
			e.Source, e.Features, e.Targets, e.Arrays = "npz", nil, nil, []string{"x"}
		}, "1 arrays for 3 inputs and targets"},
		"source columns": {func(_ *net, e *Encoding) { e.Source, e.Features = "npy", nil }, "source npy has columns"},
		"targets":        {func(_ *net, e *Encoding) { e.Targets = append(e.Targets, TargetSource{}) }, "2 sources of 1 targets"},
		"columns":        {func(_ *net, e *Encoding) { e.Targets[0].Columns = []string{"a", "b", "c"} }, "has 3 columns"},
		"same as ids":    {func(_ *net, e *Encoding) { e.Targets[0] = TargetSource{SameAs: "ids"} }, `is not the same as input "ids"`},
		"same as none":   {func(_ *net, e *Encoding) { e.Targets[0] = TargetSource{SameAs: "z"} }, `is not the same as input "z"`},
		"samples, rows":  {func(_ *net, e *Encoding) { e.Source = "idx" }, "source idx has 3 features"},
		"no features":    {func(_ *net, e *Encoding) { e.Features = nil }, "source csv has 0 features"},
		"rows of text":   {func(_ *net, e *Encoding) { e.Source = "text_dir" }, `a row of source text_dir is 3 features, the first of type "number"`},
		"spellings":      {func(n *net, e *Encoding) { e.Spellings = e.Spellings[1:] }, "1 lists of spellings for 2 classes"},
		"series":         {func(_ *net, e *Encoding) { e.Series = &Series{Length: 2, Stride: 0} }, "has the series {Length:2 Offset:0 Stride:0}"},
		"too few steps":  {func(_ *net, e *Encoding) { e.Series = &Series{Length: 2, Stride: 1} }, "2 steps of 3 values fill input x [3]"},
		"port":           {func(_ *net, e *Encoding) { e.Features[2].Port = 2 }, `feature "plan" fills input 2 of 2`},
		"gap":            {func(_ *net, e *Encoding) { e.Features[2].Offset = 2 }, `feature "plan" is at 2 of input x, the features before it end at 1`},
		"short":          {func(_ *net, e *Encoding) { e.Features = e.Features[:2] }, "1 steps of 1 values fill input x [3]"},
		"unfilled":       {func(_ *net, e *Encoding) { e.Features = append(e.Features[:1], e.Features[2]) }, "no feature fills input ids"},
		"twice": {func(_ *net, e *Encoding) {
			e.Features = append(e.Features, e.Features[1])
		}, "2 features fill the ids of input ids"},
		"names":      {func(_ *net, e *Encoding) { e.Features[2].Name = "age" }, `two features are called "age"`},
		"width":      {func(_ *net, e *Encoding) { e.Features[2].Slots = 3 }, `feature "plan" has 3 values, and says 2`},
		"encode":     {func(_ *net, e *Encoding) { e.Features[2].Encode = "hashed" }, `feature "plan" of type "category" becomes "hashed"`},
		"type":       {func(_ *net, e *Encoding) { e.Features[0].Type = "complex" }, `feature "age" of type "complex" becomes ""`},
		"ids":        {func(_ *net, e *Encoding) { e.Features[1].Port = 0 }, `feature "review" does not fit into input x f32[n,3]`},
		"floats":     {func(_ *net, e *Encoding) { e.Features[0].Port = 1 }, `feature "age" does not fit into input ids i32[n,*] below 5`},
		"limit":      {func(n *net, e *Encoding) { n.Inputs[1].Limit = 3 }, `feature "review" has 4 ids, input ids takes 3`},
		"missing":    {func(_ *net, e *Encoding) { e.Features[0].Missing.Kind = "oov" }, `a missing value of feature "age" is "oov"`},
		"vocabulary": {func(_ *net, e *Encoding) { e.Features[1].Slots = 3 }, `feature "review" has 3 slots for 2 words`},
		"no slots":   {func(_ *net, e *Encoding) { e.Features[1].Vocabulary, e.Features[1].Slots = nil, 2 }, `feature "review" has 2 slots, none of them for a word`},
	} {
		n := newNet()
		n.Classes = []string{"no", "yes"}
		e := table()
		n.Encoding = e
		tt.breaks(n, e)
		rejects(t, name, n.Program, tt.want)
	}
}
