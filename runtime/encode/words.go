package encode

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Cut says what becomes of a text before its words are looked up, as Keras's
// TextVectorization has it. Zero leaves it as it is.
type Cut uint8

const (
	LowerCase    Cut = 1 << iota // ASCII letters in lower case
	Unpunctuated                 // without ASCII punctuation
)

// Words are the words of a text, cut at white space. Each is only valid until the
// next one.
func Words(text string, how Cut) iter.Seq[[]byte] {
	as := &bytesAs[how]
	return func(yield func([]byte) bool) {
		text := strings.ToValidUTF8(text, "\uFFFD")
		word := make([]byte, 0, 32)
		for i := range len(text) {
			switch b := as[text[i]]; b {
			case ' ':
				if len(word) > 0 && !yield(word) {
					return
				}
				word = word[:0]
			case leftOut:
			default:
				word = append(word, b)
			}
		}
		if len(word) > 0 {
			yield(word)
		}
	}
}

// Characters are the characters of a text, each by itself.
func Characters(text string, how Cut) iter.Seq[[]byte] {
	as := &bytesAs[how]
	return func(yield func([]byte) bool) {
		var buf [utf8.UTFMax]byte
		for _, r := range text {
			if r < utf8.RuneSelf && (r < '\t' || '\r' < r) { // white space stays
				b := as[r]
				if b == leftOut {
					continue
				}
				r = rune(b)
			}
			if !yield(utf8.AppendRune(buf[:0], r)) {
				return
			}
		}
	}
}

// Whole is a text as one word, with what becomes of its characters.
func Whole(text string, how Cut) iter.Seq[[]byte] {
	as := &bytesAs[how]
	return func(yield func([]byte) bool) {
		word := make([]byte, 0, 64)
		for i := range len(text) {
			b := text[i]
			if b < utf8.RuneSelf && (b < '\t' || '\r' < b) { // white space stays
				if b = as[b]; b == leftOut {
					continue
				}
			}
			word = append(word, b)
		}
		if len(word) > 0 { // an empty one is the mask of Keras's lookup
			yield(word)
		}
	}
}

// bytesAs says for each Cut what becomes of a byte: white space is a space.
var bytesAs = [...][256]byte{0: bytesOf(0), LowerCase: bytesOf(LowerCase), Unpunctuated: bytesOf(Unpunctuated), LowerCase | Unpunctuated: bytesOf(LowerCase | Unpunctuated)}

const leftOut = 0xFF // no byte of UTF-8

func bytesOf(how Cut) (as [256]byte) {
	for i := range as {
		switch b := byte(i); {
		case '\t' <= b && b <= '\r':
			as[i] = ' '
		case how&Unpunctuated != 0 && ('!' <= b && b <= '/' || ':' <= b && b <= '@' || '[' <= b && b <= '`' || '{' <= b && b <= '~'):
			as[i] = leftOut
		case how&LowerCase != 0 && 'A' <= b && b <= 'Z':
			as[i] = b + 'a' - 'A'
		default:
			as[i] = b
		}
	}
	return as
}

// NGrams are the words themselves, then all runs of two successive ones, and so
// on up to the longest.
func NGrams(words iter.Seq[[]byte], longest int) iter.Seq[[]byte] {
	lengths := make([]int, longest)
	for i := range lengths {
		lengths[i] = i + 1
	}
	return Runs(words, lengths...)
}

// Runs are all runs of successive words of these lengths, length by length.
func Runs(words iter.Seq[[]byte], lengths ...int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var all []byte // the words, a space after each
		var at []int   // where they begin
		for w := range words {
			at = append(at, len(all))
			all = append(append(all, w...), ' ')
		}
		count := len(at)
		at = append(at, len(all))
		for _, n := range lengths {
			for i := 0; i+n <= count; i++ {
				if !yield(all[at[i] : at[i+n]-1]) {
					return
				}
			}
		}
	}
}
