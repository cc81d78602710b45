package encode

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"unicode/utf8"
)

// Vocabulary is the known words of a feature, in the order of their numbers.
type Vocabulary struct {
	Words []string       `json:"words"`
	index map[string]int // the number of each
}

// MakeVocabulary makes a vocabulary of which the first word has the number first.
func MakeVocabulary(first int, words ...string) *Vocabulary {
	v := &Vocabulary{Words: words, index: make(map[string]int, len(words))}
	for i, w := range words {
		v.index[w] = first + i
	}
	return v
}

// Learn makes the index of a vocabulary that has been learned, in which the
// first word has the number first and the others stay below slots.
func (v *Vocabulary) Learn(feature string, first, slots int) (err error) {
	v.index, err = indexWords(feature, v.Words, first, slots)
	return err
}

// indexWords checks words and numbers them.
func indexWords(feature string, words []string, first, slots int) (map[string]int, error) {
	if len(words) > slots-first {
		return nil, fmt.Errorf("the encoding of feature %q: %d words, at most %d have room", feature, len(words), slots-first)
	}
	index := make(map[string]int, len(words))
	for i, w := range words {
		if _, twice := index[w]; twice {
			return nil, fmt.Errorf("the encoding of feature %q: %.40q is there twice", feature, w)
		}
		if !utf8.ValidString(w) {
			return nil, fmt.Errorf("the encoding of feature %q: %.40q is not text in UTF-8", feature, w)
		}
		index[w] = first + i
	}
	return index, nil
}

// CheckWeights checks the learned weights of n words.
func CheckWeights(feature string, weights []float64, n int) error {
	if len(weights) != n {
		return fmt.Errorf("the encoding of feature %q: %d weights for %d words", feature, len(weights), n)
	}
	for _, w := range weights {
		if !(math.Abs(w) <= math.MaxFloat32) {
			return fmt.Errorf("the encoding of feature %q: a weight of %v", feature, w)
		}
	}
	return nil
}

// MultiHot sets the value of every word that occurs to 1, value 0 for unknown
// ones.
func (v *Vocabulary) MultiHot(dst []float32, words iter.Seq[[]byte]) {
	clear(dst)
	for w := range words {
		dst[v.index[string(w)]] = 1
	}
}

// Count counts the words, in value 0 the unknown ones.
func (v *Vocabulary) Count(dst []float32, words iter.Seq[[]byte]) {
	clear(dst)
	for w := range words {
		dst[v.index[string(w)]]++
	}
}

// TFIDF counts the words, in value 0 the unknown ones, each with its weight.
func (v *Vocabulary) TFIDF(dst []float32, words iter.Seq[[]byte], weights []float64) {
	clear(dst)
	for w := range words {
		i := v.index[string(w)]
		dst[i] += float32(weights[i])
	}
}

// IDs cuts a text to the length of dst and fills it up with zeros.
func (v *Vocabulary) IDs(dst []int32, words iter.Seq[[]byte]) {
	clear(dst)
	n := 0
	for w := range words {
		if n == len(dst) {
			return
		}
		dst[n] = v.id(w)
		n++
	}
}

// SizedIDs cuts or fills a text to the length of dst, at the ends that t names.
func (v *Vocabulary) SizedIDs(dst []int32, words iter.Seq[[]byte], t Tokens) {
	clear(dst)
	n := 0
	for w := range words {
		if n >= len(dst) && t.First {
			break
		}
		dst[n%len(dst)] = v.id(w) // the words that turn out not to be among the last are written over
		n++
	}
	switch {
	case n > len(dst):
		first := n % len(dst)
		slices.Reverse(dst[:first])
		slices.Reverse(dst[first:])
		slices.Reverse(dst)
	case n < len(dst) && !t.After:
		copy(dst[len(dst)-n:], dst[:n])
		clear(dst[:len(dst)-n])
	}
}

// AppendIDs appends the ids of the words.
func (v *Vocabulary) AppendIDs(dst []int32, words iter.Seq[[]byte]) []int32 {
	for w := range words {
		dst = append(dst, v.id(w))
	}
	return dst
}

// id is the number of a word: 0 is padding, 1 an unknown word.
func (v *Vocabulary) id(word []byte) int32 {
	if i, ok := v.index[string(word)]; ok {
		return int32(i)
	}
	return 1
}
