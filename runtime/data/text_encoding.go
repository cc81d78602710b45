package data

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// textEncodings are the encodings of texts that are read, the first where none is
// said.
var textEncodings = []string{"utf-8", "latin-1", "windows-1252", "utf-16"}

// windows1252 is what the bytes 0x80 to 0x9f stand for; 0: nothing. All others
// are those of Latin-1, which are the first 256 characters of Unicode
// (https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT).
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// character is what a byte of windows-1252 stands for, false for the five that
// stand for nothing.
func character(b byte) (rune, bool) {
	if b < 0x80 || b >= 0xa0 {
		return rune(b), true
	}
	r := windows1252[b-0x80]
	return r, r != 0
}

// checkEncoding reports an encoding that is not known.
func checkEncoding(name, encoding string) error {
	for _, e := range textEncodings {
		if encoding == e || encoding == "" {
			return nil
		}
	}
	return fmt.Errorf("%s: the encoding %.40q is not known%s; those that are: %s", name, encoding, nearest.Question(encoding, textEncodings), strings.Join(textEncodings, ", "))
}

// RecogniseEncoding looks at a text, or its beginning, and returns the encoding
// that it is in: "utf-8", "utf-16" by its mark, else "windows-1252" or "latin-1",
// by the bytes in which these differ. A character that is cut off at the end does
// not count.
func RecogniseEncoding(text []byte) string {
	if strings.HasPrefix(string(text[:min(2, len(text))]), "\xff\xfe") || strings.HasPrefix(string(text[:min(2, len(text))]), "\xfe\xff") {
		return "utf-16"
	}
	n := validPrefix(text)
	if n == len(text) || !utf8.FullRune(text[n:]) {
		return "utf-8"
	}
	encoding := "latin-1"
	for _, b := range text {
		if b >= 0x80 && b < 0xa0 {
			encoding = "windows-1252"
		}
		if _, ok := character(b); !ok {
			return "latin-1" // which knows every byte
		}
	}
	return encoding
}

// encodingError is a byte that an encoding has no character for.
type encodingError struct {
	line, column int // in characters, from 1
	text         string
}

func (e *encodingError) Error() string { return e.text }

// badByte says that a byte has no meaning. Fix tells whether another encoding can
// be asked for.
func badByte(b byte, encoding string, fix bool) string {
	text := fmt.Sprintf("byte %#x is not %s", b, strings.ToUpper(encoding))
	if encoding != "utf-8" {
		return fmt.Sprintf("byte %#x stands for no character in %s", b, encoding)
	}
	if r, ok := character(b); ok && fix {
		return text + fmt.Sprintf("; it is %q in windows-1252: if that is meant, write encoding: windows-1252, else save the file as UTF-8", r)
	}
	return text + "; save the file as UTF-8"
}
