package encoding

import (
	"fmt"
	"strconv"
)

// Layer is a preprocessing layer of Keras that gives every value that it reads a
// slot, and the slots a form.
type Layer struct {
	Kind string // Keras's class
	Mode string // "int", "one_hot", "multi_hot", "count" or "tf_idf"

	// StringLookup, IntegerLookup: the slots of what the vocabulary has not, of Mask,
	// and in the other direction what stands for what has no word. The vocabulary of
	// texts is the Feature's own.
	OOV       int
	Mask      *string // IntegerLookup, Hashing of numbers: in decimals
	OOVToken  *string
	Invert    bool
	Numbers   []int64
	Weights   []float32 // tf_idf: of the slots; nil: learned with the vocabulary
	HashedOOV bool      // IntegerLookup: by hash, not modulo

	// Hashing, and lookups with several slots of OOV: the key of SipHash; nil:
	// FarmHash.
	Salt []uint64

	// Discretization: the boundaries, or how to learn those of Bins bins.
	Bounds  []float32
	Bins    int
	Epsilon float64

	// WordPieceTokenizer: nil in all others. Its ids are the places in the Feature's
	// vocabulary.
	WordPiece *WordPiece `json:",omitempty"`

	// Of says what each of Reads holds: "string", "int64", "int32" or "float32".
	Of []string
}

// WordPiece says how a text is cut into pieces of words.
type WordPiece struct {
	Lowercase, StripAccents, SplitOnCJK bool
	Suffix                              string // begins a piece that does not begin a word
	Unknown, Start, End, Pad            int    // ids; Start and End: -1 where there is none
}

// Learned reports whether the layer learns from the training rows.
func (f *Feature) Learned() bool {
	l := f.Layer
	if l == nil {
		return false
	}
	switch l.Kind {
	case "StringLookup", "TextVectorization":
		return f.Vocabulary == nil
	case "IntegerLookup":
		return l.Numbers == nil
	case "Discretization":
		return l.Bounds == nil
	}
	return false
}

// Gives is what the layer gives: "string", "int64" or, where a network reads it,
// "float32".
func (l *Layer) Gives() string {
	switch {
	case l.Invert && l.Kind == "StringLookup":
		return "string"
	case l.Mode == "int":
		return "int64"
	}
	return "float32"
}

// First is the slot of the first word of a vocabulary.
func (l *Layer) First() int {
	if l.Mask != nil && l.Mode == "int" {
		return l.OOV + 1
	}
	return l.OOV
}

// values is how many values the layer makes of size ones.
func (l *Layer) values(size, slots int) int {
	switch {
	case l == nil:
		return -1
	case l.Mode == "int":
		return size
	case l.Mode == "one_hot":
		return size * slots
	}
	return slots
}

// settings are what a layer says.
func (l *Layer) settings() []string {
	list := []string{l.Kind, "mode " + l.Mode}
	if l.OOV != 0 {
		list = append(list, "oov "+strconv.Itoa(l.OOV))
	}
	if l.Mask != nil {
		list = append(list, fmt.Sprintf("mask %q", *l.Mask))
	}
	if l.Invert {
		list = append(list, "inverted")
	}
	if l.Numbers != nil {
		list = append(list, fmt.Sprintf("vocabulary %d", l.Numbers))
	}
	if l.HashedOOV {
		list = append(list, "oov by hash")
	}
	if l.Salt != nil {
		list = append(list, fmt.Sprintf("salt %d", l.Salt))
	}
	if l.Bounds != nil {
		list = append(list, fmt.Sprintf("bounds %v", l.Bounds))
	}
	if l.Bins != 0 {
		list = append(list, fmt.Sprintf("%d bins, epsilon %v", l.Bins, l.Epsilon))
	}
	if w := l.WordPiece; w != nil {
		list = append(list, fmt.Sprintf("pieces %+v", *w))
	}
	if l.Weights != nil {
		list = append(list, fmt.Sprintf("weights %v", l.Weights))
	}
	return list
}
