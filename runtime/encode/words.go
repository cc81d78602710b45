package encode

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Cut says what becomes of a text before its words are looked up, as Keras's
// TextVectorization has it. Zero cuts at white space.
type Cut uint8

const (
	LowerCase    Cut = 1 << iota // ASCII letters in lower case
	Unpunctuated                 // without ASCII punctuation
	Characters                   // the characters one by one
)

// Words are the words of a text. Each is only valid until the next one.
func Words(text string, how Cut) iter.Seq[[]byte] {
	if how&Characters != 0 {
		return eachCharacter(text, how)
	}
	lower, strip := how&LowerCase != 0, how&Unpunctuated != 0
	return func(yield func([]byte) bool) {
		text := strings.ToValidUTF8(text, "\uFFFD")
		word := make([]byte, 0, 32)
		for i := range len(text) {
			switch b := text[i]; {
			case b == ' ' || '\t' <= b && b <= '\r':
				if len(word) > 0 && !yield(word) {
					return
				}
				word = word[:0]
			case strip && punctuation(rune(b)):
			case lower && 'A' <= b && b <= 'Z':
				word = append(word, b+'a'-'A')
			default:
				word = append(word, b)
			}
		}
		if len(word) > 0 {
			yield(word)
		}
	}
}

func eachCharacter(text string, how Cut) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var buf [utf8.UTFMax]byte
		for _, r := range text {
			switch {
			case how&Unpunctuated != 0 && punctuation(r):
				continue
			case how&LowerCase != 0 && 'A' <= r && r <= 'Z':
				r += 'a' - 'A'
			}
			if !yield(utf8.AppendRune(buf[:0], r)) {
				return
			}
		}
	}
}

func punctuation(r rune) bool {
	return '!' <= r && r <= '/' || ':' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
}

// NGrams are the words themselves, then all runs of two successive ones, and so
// on up to the longest.
func NGrams(words iter.Seq[[]byte], longest int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var all []byte // the words, a space after each
		var at []int   // where they begin
		for w := range words {
			at = append(at, len(all))
			all = append(append(all, w...), ' ')
		}
		count := len(at)
		at = append(at, len(all))
		for n := 1; n <= longest; n++ {
			for i := 0; i+n <= count; i++ {
				if !yield(all[at[i] : at[i+n]-1]) {
					return
				}
			}
		}
	}
}
