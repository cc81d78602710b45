package document

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
	MaxName   = 64      // characters
	MaxLayers = 10_000
	MaxInputs = 256 // inputs, outputs, and references of a layer
	MaxRank   = 8
	maxText   = 16384 // bytes of a text
)

// Source is the text of a description, which it checks and numbers.
type Source struct {
	File string
	Text []byte
}

// NewSource strips a byte order mark and reports what makes a file unreadable
// in any format.
func NewSource(file string, text []byte) (Source, *diag.Error) {
	s := Source{File: file, Text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if len(s.Text) > maxFile {
		return s, diag.Errorf(diag.Pos{File: file}, "the file has %d bytes; a description has at most %d (1 MiB). Is it a model or data file?", len(text), maxFile)
	}
	for i := 0; i < len(s.Text); {
		r, n := utf8.DecodeRune(s.Text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return s, diag.Errorf(s.pos(i), "the file is not UTF-8 text: save it as UTF-8")
		case isControl(r):
			return s, diag.Errorf(s.pos(i), "the control character U+%04X may not occur in a description; take it out", r)
		}
		i += n
	}
	if len(bytes.TrimSpace(s.Text)) == 0 {
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
func (s *Source) pos(offset int) diag.Pos {
	offset = min(offset, len(s.Text))
	start := bytes.LastIndexByte(s.Text[:offset], '\n') + 1
	return diag.Pos{File: s.File, Line: 1 + bytes.Count(s.Text[:start], []byte{'\n'}), Col: 1 + utf8.RuneCount(s.Text[start:offset])}
}

// Where says in words where something is in the same file.
func Where(p diag.Pos) string {
	if p.Line > 0 {
		return fmt.Sprintf("in line %d, column %d", p.Line, p.Col)
	}
	return "at " + p.Path
}
