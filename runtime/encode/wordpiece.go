package encode

import (
	"unicode"
	"unicode/utf8"
)

// WordPieces cuts texts into pieces of words that a vocabulary has, as BERT does
// (M. Schuster and K. Nakajima, Japanese and Korean voice search, 2012; the words are
// those of google-research/bert, tokenization.py).
type WordPieces struct {
	ids     map[string]int64
	longest int // bytes of a piece
	how     WordPieceRules
}

// WordPieceRules say how a text becomes pieces.
type WordPieceRules struct {
	LowerCase    bool
	StripAccents bool   // marks above and below letters are left out
	SplitOnCJK   bool   // every ideograph is a word
	Suffix       string // begins a piece that does not begin a word
	Unknown      int64  // the id of a word that cannot be cut
	Start, End   int64  // ids before and after the pieces; -1: none
	Pad          int64  // the id that fills up
}

// MakeWordPieces makes a vocabulary. The ids of its pieces are their places in it.
func MakeWordPieces(how WordPieceRules, pieces ...string) *WordPieces {
	w := &WordPieces{ids: make(map[string]int64, len(pieces)), how: how}
	for i, p := range pieces {
		w.ids[p] = int64(i)
		w.longest = max(w.longest, len(p))
	}
	return w
}

// Find finds the ids of a text: those of its pieces, as many of the first ones as
// there is room for, between Start and End, and Pad after them.
func (w *WordPieces) Find(ids []int64, text string) {
	n, room := 0, len(ids)
	if w.how.Start >= 0 {
		ids[0] = w.how.Start
		n++
	}
	if w.how.End >= 0 {
		room--
	}
	var word wordCutter
	for n < room && word.next(&text, &w.how) {
		n += copy(ids[n:room], w.cut(&word))
	}
	if w.how.End >= 0 {
		ids[n] = w.how.End
		n++
	}
	for i := n; i < len(ids); i++ {
		ids[i] = w.how.Pad
	}
}

// Strange reports whether a text has words, none of which is known.
func (w *WordPieces) Strange(text string) bool {
	var word wordCutter
	words := 0
	for ; word.next(&text, &w.how); words++ {
		if w.cut(&word)[0] != w.how.Unknown {
			return false
		}
	}
	return words > 0
}

// cut finds the pieces of a word, at each place the longest one. A word that has a
// place without one is unknown, as is one that is too long.
func (w *WordPieces) cut(word *wordCutter) []int64 {
	pieces := word.pieces[:0]
	rest := word.letters[:word.bytes]
	if word.length > longestWord {
		rest = nil
	}
	for first := true; len(rest) > 0; first = false {
		key := word.key[:0]
		if !first {
			key = append(key, w.how.Suffix...)
		}
		before := len(key)
		key = append(key, rest[:min(len(rest), max(0, w.longest-before))]...)
		id, found := w.ids[string(key)]
		for !found && len(key) > before {
			_, size := utf8.DecodeLastRune(key[before:])
			key = key[:len(key)-size]
			id, found = w.ids[string(key)]
		}
		if len(key) == before {
			pieces = pieces[:0]
			break
		}
		pieces = append(pieces, id)
		rest = rest[len(key)-before:]
	}
	if len(pieces) == 0 {
		pieces = append(pieces, w.how.Unknown)
	}
	return pieces
}

// longestWord is how many characters a word may have that is not unknown.
const longestWord = 100

// wordCutter cuts texts into words. Its arrays are all the memory that it needs.
type wordCutter struct {
	letters [longestWord * utf8.UTFMax]byte // of the word, without those beyond the longest
	bytes   int                             // of letters
	length  int                             // of the word, in characters
	key     [longestWord * utf8.UTFMax]byte
	pieces  [longestWord]int64
}

// next takes the first word off a text. It reports whether there is one.
func (w *wordCutter) next(text *string, how *WordPieceRules) bool {
	w.bytes, w.length = 0, 0
	var buf [4 * utf8.UTFMax]byte
	for i, r := range *text {
		switch {
		case dropped(r):
			continue
		case unicode.IsSpace(r) && w.length == 0:
			continue
		case unicode.IsSpace(r):
			*text = (*text)[i:]
			return true
		}
		letters := how.letters(buf[:0], r)
		c, _ := utf8.DecodeRune(letters)
		alone := punctuation(c) || how.SplitOnCJK && ideograph(r)
		if alone && w.length > 0 {
			*text = (*text)[i:]
			return true
		}
		if w.length += utf8.RuneCount(letters); w.length <= longestWord {
			w.bytes += copy(w.letters[w.bytes:], letters)
		}
		if alone {
			*text = (*text)[i+utf8.RuneLen(r):]
			return true
		}
	}
	*text = ""
	return w.length > 0
}

// letters appends what a character becomes.
func (h *WordPieceRules) letters(dst []byte, r rune) []byte {
	var buf [4 * utf8.UTFMax]byte
	plain := buf[:0]
	if h.StripAccents {
		plain = AppendUnaccented(plain, r)
	} else {
		plain = utf8.AppendRune(plain, r)
	}
	if !h.LowerCase {
		return append(dst, plain...)
	}
	for len(plain) > 0 {
		c, size := utf8.DecodeRune(plain)
		plain = plain[size:]
		dst = utf8.AppendRune(dst, unicode.ToLower(c))
		if c == 'İ' { // the one letter of which lower case is two (Unicode, SpecialCasing.txt)
			dst = utf8.AppendRune(dst, '\u0307')
		}
	}
	return dst
}

// dropped are the characters that a text is read without: controls, but for those that
// end lines or columns, and what stands for bytes that are no text.
func dropped(r rune) bool {
	return r != '\t' && r != '\n' && r != '\r' && (r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co))
}

// punctuation is a word by itself: what is punctuation in Unicode, and all of ASCII
// that is neither letter nor digit.
func punctuation(r rune) bool {
	return '!' <= r && r <= '/' || ':' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~' || unicode.IsPunct(r)
}

// ideograph is a character of the blocks CJK Unified Ideographs with their extensions
// A to E, and those of compatibility.
func ideograph(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF || 0x20000 <= r && r <= 0x2A6DF || 0x2A700 <= r && r <= 0x2B73F ||
		0x2B740 <= r && r <= 0x2B81F || 0x2B820 <= r && r <= 0x2CEAF || 0xF900 <= r && r <= 0xFAFF || 0x2F800 <= r && r <= 0x2FA1F
}
