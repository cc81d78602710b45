package encode

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
)

func list(words iter.Seq[[]byte]) string {
	var all []string
	for w := range words {
		all = append(all, string(w))
	}
	return strings.Join(all, "|")
}

func TestWords(t *testing.T) {
	const text = "It's GOOD,\t(very)  \xff É!\n"
	for _, test := range []struct {
		words iter.Seq[[]byte]
		want  string
	}{
		{Words(text, 0), "It's|GOOD,|(very)|\uFFFD|É!"},
		{Words(text, LowerCase), "it's|good,|(very)|\uFFFD|É!"},
		{Words(text, Unpunctuated), "Its|GOOD|very|\uFFFD|É"},
		{Words(text, LowerCase|Unpunctuated), "its|good|very|\uFFFD|É"},
		{Words(" !! ", Unpunctuated), ""},
		{Characters("aB, É\t", LowerCase|Unpunctuated), "a|b| |É|\t"},
		{Characters("aB,", 0), "a|B|,"},
		{NGrams(Words("a b c", 0), 2), "a|b|c|a b|b c"},
		{NGrams(Words("a", 0), 3), "a"},
	} {
		if got := list(test.words); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
		for range test.words { // it can be left
			break
		}
	}
}

func TestVocabulary(t *testing.T) {
	v := MakeVocabulary(1, "a", "b")
	dst := make([]float32, 3)
	v.MultiHot(dst, Words("b x b", 0))
	v2 := fmt.Sprint(dst)
	v.Count(dst, Words("b x b", 0))
	v2 += fmt.Sprint(dst)
	v.TFIDF(dst, Words("b x b", 0), []float64{0.5, 1, 0.25})
	v2 += fmt.Sprint(dst)
	if want := "[1 0 1][1 0 2][0.5 0 0.5]"; v2 != want {
		t.Errorf("%s, want %s", v2, want)
	}
	v = MakeVocabulary(2, "a", "b")
	ids := make([]int32, 3)
	v.IDs(ids, Words("b x", 0))
	if got := fmt.Sprint(ids, v.AppendIDs(nil, Words("a b c d", 0))); got != "[3 1 0] [2 3 1 1]" {
		t.Error(got)
	}
	v.IDs(ids, Words("a a a a b", 0))
	if got := fmt.Sprint(ids); got != "[2 2 2]" {
		t.Error(got)
	}
	// What pad_sequences of Keras 3 gives for 2 3 1 and 2 3 1 2 2 3 at maxlen 4 and 1.
	for _, c := range []struct {
		text string
		n    int
		how  Tokens
		want string
	}{
		{"a b x", 4, Tokens{}, "[0 2 3 1]"}, {"a b x", 4, Tokens{First: true, After: true}, "[2 3 1 0]"},
		{"a b x", 4, Tokens{After: true}, "[2 3 1 0]"}, {"a b x", 4, Tokens{First: true}, "[0 2 3 1]"},
		{"a b x a a b", 4, Tokens{}, "[1 2 2 3]"}, {"a b x a a b", 4, Tokens{After: true}, "[1 2 2 3]"},
		{"a b x a a b", 4, Tokens{First: true}, "[2 3 1 2]"}, {"a b x a a b", 1, Tokens{}, "[3]"},
		{"a b x a", 4, Tokens{}, "[2 3 1 2]"}, {"", 4, Tokens{}, "[0 0 0 0]"}, {"a b x a a b a b", 4, Tokens{}, "[2 3 2 3]"},
	} {
		dst := []int32{9, 9, 9, 9}[:c.n]
		if v.SizedIDs(dst, Words(c.text, 0), c.how); fmt.Sprint(dst) != c.want {
			t.Errorf("%q %+v: %v, want %s", c.text, c.how, dst, c.want)
		}
	}
	for _, words := range [][]string{{"a", "b", "c"}, {"a", "a"}, {"\xff"}} {
		if (&Vocabulary{Words: words}).Learn("f", 1, 3) == nil || (&Categories{Words: words}).Learn("f", 1, 3) == nil {
			t.Errorf("%q was learned", words)
		}
	}
	if CheckWeights("f", []float64{1}, 2) == nil || CheckWeights("f", []float64{math.NaN()}, 1) == nil || CheckWeights("f", []float64{1}, 1) != nil {
		t.Error("weights")
	}
	if got := WithUnknown([]float64{1, 2}); fmt.Sprint(got) != "[1.5 1 2]" {
		t.Error(got)
	}
}

func TestCategories(t *testing.T) {
	v := &Categories{Words: []string{"red", "2", "True"}}
	if err := v.Learn("f", 1, 4); err != nil {
		t.Fatal(err)
	}
	c := Coder{Package: "p"}
	got := fmt.Sprint(v.Slot(nil), v.Slot(pointer("red")), v.Slot(pointer("2.0")), v.Slot(pointer("true")), v.Slot(pointer("blue")), c.Known("f", v, pointer("red")))
	if want := "0 1 2 3 0 1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if v.Strange(nil) || v.Strange(pointer("red")) || !v.Strange(pointer("blue")) {
		t.Error("strange")
	}
	c.Known("f", v, pointer("blue"))
	if err := fmt.Sprint(c.Err()); err != `p: feature "f": "blue" is none of the 3 categories known` {
		t.Error(err)
	}
	hot := []float32{5, 5}
	OneHot(hot, 1)
	if hot[0] != 0 || hot[1] != 1 {
		t.Error(hot)
	}
	var found Findings
	found.Note("a", true, true)
	found.Note("b", false, true)
	found.Note("b", false, true)
	found.Note("c", false, false)
	texts := MakeVocabulary(0, "x")
	found.NoteWords("d", texts, Words("", 0))
	found.NoteWords("e", texts, Words("y z", 0))
	found.NoteWords("f", texts, Words("y x", 0))
	if got := fmt.Sprint(found); got != "{[a d] [b e]}" {
		t.Error(got)
	}
}

func TestDocument(t *testing.T) {
	type learned struct {
		Age Standard `json:"age"`
	}
	text := Document("id1", &learned{Standard{1, 2}})
	if want := `{"id":"id1","features":{"age":{"mean":1,"deviation":2}}}`; text != want {
		t.Errorf("%s, want %s", text, want)
	}
	again, err := ParseDocument[learned](text, Digest(text), "id1", "")
	if err != nil || again.Age != (Standard{1, 2}) || again.Age.Check("age") != nil {
		t.Error(again, err)
	}
	for _, broken := range []string{"", "{}", text[1:], strings.Replace(text, "id1", "id2", 1)} {
		if _, err := ParseDocument[learned](broken, Digest(broken), "id1", "for nobody wrote it"); err == nil || broken == "" && !strings.HasSuffix(err.Error(), "wrote it") {
			t.Errorf("%q: %v", broken, err)
		}
	}
	if _, err := ParseDocument[learned](text, "0", "id1", ""); err == nil {
		t.Error("a damaged document was read")
	}
	for _, s := range []error{Standard{1, 0}.Check("f"), Standard{math.NaN(), 1}.Check("f"), MinMax{1, -1}.Check("f"), MinMax{1, math.Inf(1)}.Check("f")} {
		if s == nil {
			t.Error("a scaling that is none")
		}
	}
}

func TestUnknown(t *testing.T) {
	if got, want := fmt.Sprint(Unknown("p", "class", "rde", "Classes", []string{"red", "blue"})), `p: no class "rde" (did you mean "red"?); there are ["red" "blue"]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := fmt.Sprint(Unknown("p", "class", "x", "Classes", make([]string, 13))), `p: no class "x"; there are 13: see Classes`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
