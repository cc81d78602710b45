package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestVocabularyCounter(t *testing.T) {
	var c VocabularyCounter
	if w, ok := c.MostFrequent(); w != "" || ok || len(c.Words(0)) != 0 {
		t.Errorf("of nothing: %q", w)
	}
	for _, w := range []string{"b", "a", "c", "b", "é", "a", "[UNK]", "[UNK]", "[UNK]"} {
		c.Add(w)
	}
	for _, x := range []struct {
		most    int
		without []string
		want    []string
	}{
		{0, nil, []string{"[UNK]", "b", "a", "é", "c"}},
		{0, []string{"[UNK]", "c"}, []string{"b", "a", "é"}},
		{2, []string{"[UNK]"}, []string{"b", "a"}},
		{99, nil, []string{"[UNK]", "b", "a", "é", "c"}},
	} {
		if got := c.Words(x.most, x.without...); !slices.Equal(got, x.want) {
			t.Errorf("%d without %q: %q, want %q", x.most, x.without, got, x.want)
		}
	}
	if w, ok := c.MostFrequent(); w != "[UNK]" || !ok {
		t.Errorf("most frequent: %q", w)
	}
	var tie VocabularyCounter
	tie.Add("x")
	tie.Add("y")
	if w, _ := tie.MostFrequent(); w != tie.Words(1)[0] {
		t.Errorf("most frequent: %q", w)
	}
}

// What Keras's StringLookup learns, counted here.
func TestVocabularyIsKeras(t *testing.T) {
	learned := 0
	for _, c := range kerasCases(t, "StringLookup") {
		if c.Train == nil {
			continue // the vocabulary was given
		}
		var counter VocabularyCounter
		if c.Settings["output_mode"] == "tf_idf" {
			var documents [][]string
			decode(t, c.Train, &documents)
			for _, d := range documents {
				for _, w := range d {
					counter.Add(w)
				}
				counter.EndDocument()
			}
			if counter.documents != len(documents) {
				t.Errorf("%d documents", counter.documents)
			}
		} else {
			var words []string
			decode(t, c.Train, &words)
			for _, w := range words {
				counter.Add(w)
			}
		}
		special := []string{}
		if mask, ok := c.Settings["mask_token"].(string); ok {
			special = append(special, mask)
		}
		for range c.setting("num_oov_indices", 1) {
			special = append(special, "[UNK]")
		}
		most := c.setting("max_tokens", 0)
		if most > 0 {
			most -= len(special)
		}
		got := counter.Words(most, special...)
		if want := c.Vocabulary[len(c.Vocabulary)-len(got):]; !slices.Equal(append(special, got...), c.Vocabulary) {
			t.Errorf("%s: %q, want %q", c.Name, got, want)
		}
		if c.IDFWeights != nil {
			for i, v := range counter.InverseFrequencies(got) {
				if want := c.IDFWeights[i+1]; math.Abs(v-want) > 1e-6*want {
					t.Errorf("%s: %q weighs %v, want %v", c.Name, got[i], v, want)
				}
			}
		}
		learned++
	}
	if learned < 10 {
		t.Errorf("only %d cases are learned", learned)
	}
}

// What Keras's TextVectorization learns where a text needs little preparation:
// only ASCII is put in lower case, and only ASCII spaces split.
func TestTextVocabularyIsKeras(t *testing.T) {
	learned := 0
	for _, c := range kerasCases(t, "TextVectorization") {
		standardize, set := c.Settings["standardize"]
		if !set || standardize == "strip_punctuation" || c.Settings["output_mode"] != nil {
			continue
		}
		var texts []string
		decode(t, c.Train, &texts)
		var counter VocabularyCounter
		for _, text := range texts {
			if standardize == "lower" {
				text = strings.Map(func(r rune) rune {
					if 'A' <= r && r <= 'Z' {
						r += 'a' - 'A'
					}
					return r
				}, text)
			}
			for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n\v\f\r", r) }) {
				counter.Add(w)
			}
		}
		special := []string{"", "[UNK]"}
		got := append(special, counter.Words(c.setting("max_tokens", 0)-len(special), special...)...)
		if !slices.Equal(got, c.Vocabulary) {
			t.Errorf("%s: %q, want %q", c.Name, got, c.Vocabulary)
		}
		learned++
	}
	if learned < 2 {
		t.Errorf("only %d cases are learned", learned)
	}
}

func TestInverseFrequenciesOfUnknownWords(t *testing.T) {
	var c VocabularyCounter
	c.Add("a")
	c.EndDocument()
	c.EndDocument() // one without words
	if got := c.InverseFrequencies([]string{"a", "z"}); math.Abs(got[0]-math.Ln2) > 1e-15 || math.Abs(got[1]-math.Log(3)) > 1e-15 {
		t.Errorf("%v", got)
	}
}
