package encode

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// AppendUnaccented appends a letter without marks above and below: what is left of its
// canonical decomposition (Unicode Standard Annex #15, form NFD) without the
// characters of the category Mn.
func AppendUnaccented(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, byte(r))
	}
	if unicode.Is(unicode.Mn, r) {
		return dst
	}
	if s, ok := unaccented()[r]; ok {
		return append(dst, s...)
	}
	const ( // of Hangul: Unicode Standard 3.12
		first, last           = 0xAC00, 0xD7A3
		leads, vowels, trails = 0x1100, 0x1161, 0x11A7
		ofLead, ofVowel       = 588, 28
	)
	if r < first || last < r {
		return utf8.AppendRune(dst, r)
	}
	s := r - first
	dst = utf8.AppendRune(dst, leads+s/ofLead)
	dst = utf8.AppendRune(dst, vowels+s%ofLead/ofVowel)
	if s%ofVowel > 0 {
		dst = utf8.AppendRune(dst, trails+s%ofVowel)
	}
	return dst
}

// unaccented has what is left of letters.
var unaccented = sync.OnceValue(func() map[rune]string {
	m := make(map[rune]string, 2048)
	for entry := range strings.FieldsSeq(accents) {
		r, size := utf8.DecodeRuneInString(entry)
		m[r] = entry[size:]
	}
	return m
})
