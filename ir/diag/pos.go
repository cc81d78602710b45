// Package diag reports mistakes to people: a position, a sentence, and all the
// mistakes of a stage at once.
//
// It is free of every file format and of everything the compiler knows about
// networks; it imports the standard library alone.
package diag

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Pos says where in a model file something stands. Text files have a Line and a
// Col, both counted from 1, Col in characters; files without lines have a Path
// instead, such as `node 17 "Conv_3"`. The zero Pos is nowhere.
type Pos struct {
	File string // base name, as it is to be printed
	Line int
	Col  int
	Path string // where in a file without lines; empty otherwise
}

// String gives "file:line:col", "file: path", or as much of these as is known;
// the zero Pos gives "".
func (p Pos) String() string {
	var b strings.Builder
	b.WriteString(escape(p.File))
	if p.Line > 0 {
		if b.Len() > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%d", p.Line)
		if p.Col > 0 {
			fmt.Fprintf(&b, ":%d", p.Col)
		}
	}
	if p.Path != "" {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(escape(p.Path))
	}
	return b.String()
}

// Compare orders positions as a reader meets them: by file, line, column, then
// path.
func (p Pos) Compare(q Pos) int {
	if c := strings.Compare(p.File, q.File); c != 0 {
		return c
	}
	if p.Line != q.Line {
		return sign(p.Line - q.Line)
	}
	if p.Col != q.Col {
		return sign(p.Col - q.Col)
	}
	return strings.Compare(p.Path, q.Path)
}

func sign(d int) int {
	if d < 0 {
		return -1
	}
	return 1
}

// escape makes a file name or path safe to print on one line; quotes are left
// alone, for a path may well contain them.
func escape(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) < 0 {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
