package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

// Bounds on what a description may hold. They are far above any real network,
// and exist so that a hostile file cannot cost more than a moment.
const (
	maxFile   = 1 << 20 // bytes
	maxDepth  = 32      // lists and maps inside each other
	maxValues = 200_000 // scalars, lists and maps, aliases expanded
	maxName   = 64      // characters
	maxLayers = 10_000
	maxInputs = 256 // inputs, outputs, and references of a layer
	maxRank   = 8
	maxText   = 16384 // bytes of a text
)

// source is the text of a description, which it checks and numbers.
type source struct {
	file string
	text []byte
}

// newSource strips a byte order mark and reports what makes a file unreadable
// in any format.
func newSource(file string, text []byte) (source, *diag.Error) {
	s := source{file: file, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if len(s.text) > maxFile {
		return s, diag.Errorf(diag.Pos{File: file}, "the file has %d bytes; a description has at most %d (1 MiB). Is it a model or data file?", len(text), maxFile)
	}
	for i := 0; i < len(s.text); {
		r, n := utf8.DecodeRune(s.text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return s, diag.Errorf(s.pos(i), "the file is not UTF-8 text: save it as UTF-8")
		case isControl(r):
			return s, diag.Errorf(s.pos(i), "the control character U+%04X may not occur in a description; take it out", r)
		}
		i += n
	}
	if len(bytes.TrimSpace(s.text)) == 0 {
		return s, diag.Errorf(diag.Pos{File: file, Line: 1, Col: 1}, "the file is empty; a description has at least inputs: and layers:")
	}
	return s, nil
}

// tooLong says that a text has more than maxText bytes, or "".
func tooLong(s string) string {
	if len(s) <= maxText {
		return ""
	}
	return fmt.Sprintf("the text %s has %d bytes; at most %d are allowed", diag.Quote(s), len(s), maxText)
}

// isControl reports the control characters that may not occur in a description.
func isControl(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 && r != 0x85
}

// pos gives line and column of a byte offset.
func (s *source) pos(offset int) diag.Pos {
	offset = min(offset, len(s.text))
	start := bytes.LastIndexByte(s.text[:offset], '\n') + 1
	return diag.Pos{File: s.file, Line: 1 + bytes.Count(s.text[:start], []byte{'\n'}), Col: 1 + utf8.RuneCount(s.text[start:offset])}
}
