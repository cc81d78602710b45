package encode

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// Index is the vocabulary of a layer StringLookup or IntegerLookup, in the order
// of its slots. Weights are those of the slots, in the mode tf_idf.
type Index[K string | int64] struct {
	Words   []K       `json:"words"`
	Weights []float32 `json:"weights,omitempty"`
	slots   map[K]int64
	how     Lookup[K]
}

// Lookup says which slots come before those of the vocabulary, and what becomes of
// keys that it has not, as Keras's IndexLookup does
// (layers/preprocessing/index_lookup.py).
type Lookup[K string | int64] struct {
	OOV    int  // slots of keys that the vocabulary has not; 0: such a key is a mistake
	Masked bool // Mask has a slot of its own, the first, or, if it is Dropped, none
	Mask   K
	Dropped,
	Hashed bool // numbers: their slot among several of OOV is found by their hash
	Salt   [2]uint64
	Salted bool
}

// first is the slot of the first word.
func (l *Lookup[K]) first() int64 {
	if l.Masked && !l.Dropped {
		return int64(l.OOV) + 1
	}
	return int64(l.OOV)
}

// MakeIndex makes an index of words that are known in advance.
func MakeIndex[K string | int64](how Lookup[K], words ...K) *Index[K] {
	x := &Index[K]{Words: words}
	x.number(how)
	return x
}

// WithWeights gives an index the weights of its slots.
func (x *Index[K]) WithWeights(weights ...float32) *Index[K] {
	x.Weights = weights
	return x
}

func (x *Index[K]) number(how Lookup[K]) {
	x.how, x.slots = how, make(map[K]int64, len(x.Words))
	for i, w := range x.Words {
		x.slots[w] = how.first() + int64(i)
	}
}

// Learn makes the index of words that have been learned, which stay below so many
// slots. Weighted says that all slots have weights.
func (x *Index[K]) Learn(layer string, how Lookup[K], slots int, weighted bool) error {
	x.number(how)
	n := int(how.first()) + len(x.Words)
	switch {
	case n > slots:
		return fmt.Errorf("the encoding of layer %q: %d words, at most %d have room", layer, len(x.Words), slots-int(how.first()))
	case len(x.slots) < len(x.Words):
		return fmt.Errorf("the encoding of layer %q: a word is there twice", layer)
	case weighted && len(x.Weights) != n || !weighted && len(x.Weights) > 0:
		return fmt.Errorf("the encoding of layer %q: %d weights for %d slots", layer, len(x.Weights), n)
	}
	for _, w := range x.Words {
		if text, ok := any(w).(string); ok && !utf8.ValidString(text) {
			return fmt.Errorf("the encoding of layer %q: %.40q is not text in UTF-8", layer, text)
		}
	}
	for _, w := range x.Weights {
		if !(math.Abs(float64(w)) <= math.MaxFloat32) {
			return fmt.Errorf("the encoding of layer %q: a weight of %v", layer, w)
		}
	}
	return nil
}

// Find finds the slots of keys: -1 of one that is masked and dropped.
func (x *Index[K]) Find(c *Coder, layer string, slots []int64, keys []K) {
	c.feature = layer
	masked := int64(0)
	if x.how.Dropped {
		masked = -1
	}
	for i, key := range keys {
		slot, ok := x.slots[key]
		switch {
		case x.how.Masked && key == x.how.Mask:
			slot = masked
		case ok:
		case x.how.OOV == 0:
			c.fail(": %s is none of the %d words of its vocabulary", shownKey(key), len(x.Words))
		default:
			slot = x.how.first() - int64(x.how.OOV) + x.how.unknown(key)
		}
		slots[i] = slot
	}
}

// shownKey is a key in a message.
func shownKey(key any) string {
	if text, ok := key.(string); ok {
		return fmt.Sprintf("%.80q", text)
	}
	return fmt.Sprint(key)
}

// unknown chooses among the slots of what the vocabulary has not.
func (l *Lookup[K]) unknown(key K) int64 {
	if l.OOV == 1 {
		return 0
	}
	n := int64(l.OOV)
	among := Bins{N: uint64(n), Salt: l.Salt, Salted: l.Salted}
	switch k := any(key).(type) {
	case string:
		return binOf(k, &among)
	case int64:
		if l.Hashed {
			return numberBin(k, &among)
		}
		return (k%n + n) % n
	}
	return 0
}

// Invert finds the words of slots, Mask of slot 0 where it has that, and unknown of
// all others.
func (x *Index[K]) Invert(words []K, slots []int64, unknown K) {
	for i, slot := range slots {
		at := slot - x.how.first()
		switch {
		case x.how.Masked && slot == 0:
			words[i] = x.how.Mask
		case at >= 0 && at < int64(len(x.Words)):
			words[i] = x.Words[at]
		default:
			words[i] = unknown
		}
	}
}

// Strange reports whether no key has a word of the vocabulary, and one is not
// masked.
func (x *Index[K]) Strange(keys ...K) bool {
	strange := false
	for _, key := range keys {
		if _, ok := x.slots[key]; ok {
			return false
		}
		strange = strange || !x.how.Masked || key != x.how.Mask
	}
	return strange
}
