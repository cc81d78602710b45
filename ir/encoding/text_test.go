package encoding

import (
	"encoding/json"
	"strings"
	"testing"
)

// table is an encoding for three numbers and any number of ids below 5.
func table() *Encoding {
	return &Encoding{
		Source: "csv", Missing: []string{"", "?"}, Table: Table{Separator: ";"}, Targets: []Target{{Columns: []string{"churned"}}}, Weight: "w", Spellings: [][]string{nil, {"y"}},
		Features: []Feature{
			{Name: "age", Type: Number, Width: 1, Missing: Missing{Kind: "value", Value: 0.5}, Scale: []string{"log1p", "standard"}},
			{Name: "review", Type: Text, Port: 1, Encode: "integer", Vocabulary: []string{"good", "bad"}, Slots: 4, Standardize: "lower", Split: "whitespace", NGrams: 1},
			{Name: "plan", Type: Category, Offset: 1, Width: 2, Missing: Missing{Kind: "oov"}, Encode: "one_hot", Slots: 2, OOV: true},
		},
	}
}

func TestEncodingText(t *testing.T) {
	e := table()
	e.Features = append(e.Features,
		Feature{Name: "joined", Type: Date, Offset: 3, Width: 3, Missing: Missing{Kind: "text", Text: "2000-01-01"}, Encode: "cyclic", Format: "2006-01-02", Parts: []string{"year", "month"}},
		Feature{Name: "tokens", Type: Tokens, Width: 8, Length: 8, Padding: "pre", Truncating: "post", NumWords: 100, OOVID: 2},
		Feature{Name: "image", Type: Image, Width: 48, Height: 4, Columns: 4, Channels: 3},
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
		t    Target
		want string
	}{
		{Target{}, "target of the files"}, {Target{SameAs: "x"}, `target same as "x"`},
		{Target{Columns: []string{"a", "b"}}, `target ["a" "b"]`}, {Target{Columns: []string{"a"}, Classes: []string{"n", "y"}}, `target "a", classes ["n" "y"]`},
	} {
		if got := (&Encoding{Source: "csv", Targets: []Target{c.t}}).String(); got != "encoding of csv, "+c.want+"\n" {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	npz := &Encoding{Source: "npz", Table: Table{Arrays: []string{"x", "y"}}}
	if got := npz.String(); got != "encoding of npz, arrays [\"x\" \"y\"]\n" {
		t.Errorf("got %s", got)
	}
}

// What preprocessing layers say is no part of an encoding that has none: what has been
// learned for it stays its own.
func TestEncodingIdentity(t *testing.T) {
	text, err := json.Marshal(table().Features)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"Reads", "Size", "Layer", "Runs"} {
		if strings.Contains(string(text), field) {
			t.Errorf("%s is part of %s", field, text)
		}
	}
}
