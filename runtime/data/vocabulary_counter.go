package data

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// VocabularyCounter counts words, as the adapt methods of Keras's StringLookup
// and TextVectorization do. Its zero value is ready.
type VocabularyCounter struct{ KeyCounter[string] }

// Add counts an occurrence of a word.
func (c *VocabularyCounter) Add(word string) {
	if c.words[word] == nil {
		word = strings.Clone(word) // the text around it need not stay in memory
	}
	c.KeyCounter.Add(word)
}

// KeyCounter counts words, or the whole numbers that IntegerLookup takes for
// words. Its zero value is ready.
type KeyCounter[K cmp.Ordered] struct {
	words     map[K]*wordCount
	documents int
}

type wordCount struct {
	n         int // occurrences
	documents int // that hold it
	last      int // the document that held it last, counted from 1
}

// Add counts an occurrence of a word.
func (c *KeyCounter[K]) Add(word K) {
	w := c.words[word]
	if w == nil {
		if c.words == nil {
			c.words = map[K]*wordCount{}
		}
		w = &wordCount{}
		c.words[word] = w
	}
	w.n++
	if w.last != c.documents+1 {
		w.last = c.documents + 1
		w.documents++
	}
}

// EndDocument ends a document: the words added since the last one are its words.
// Only InverseFrequencies asks about documents.
func (c *KeyCounter[K]) EndDocument() { c.documents++ }

// Words returns the most frequent words, most frequent first, those as frequent
// as each other in falling order of their bytes, as Keras does
// (layers/preprocessing/index_lookup.py). most <= 0 means all of them. The words
// named last are left out: tokens with a meaning of their own.
func (c *KeyCounter[K]) Words(most int, without ...K) []K {
	words := make([]K, 0, len(c.words))
	for w := range c.words {
		if !slices.Contains(without, w) {
			words = append(words, w)
		}
	}
	slices.SortFunc(words, func(a, b K) int {
		return cmp.Or(cmp.Compare(c.words[b].n, c.words[a].n), cmp.Compare(b, a))
	})
	if most > 0 && most < len(words) {
		words = slices.Clone(words[:most])
	}
	return words
}

// MostFrequent is the first of Words, false if there are none.
func (c *KeyCounter[K]) MostFrequent() (first K, ok bool) {
	n := 0
	for w, count := range c.words {
		if count.n > n || count.n == n && w > first {
			first, n = w, count.n
		}
	}
	return first, n > 0
}

// InverseFrequencies returns the inverse document frequency of each word, ln(1 +
// N/(1+n)) of N documents n of which hold it, as Keras's tf_idf does. Keras
// gives unknown words the mean of those of the vocabulary.
func (c *KeyCounter[K]) InverseFrequencies(words []K) []float64 {
	all := make([]float64, len(words))
	for i, word := range words {
		n := 0
		if w := c.words[word]; w != nil {
			n = w.documents
		}
		all[i] = portable.Log(1 + float64(c.documents)/(1+float64(n)))
	}
	return all
}
