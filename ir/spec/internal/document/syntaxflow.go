package document

import (
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

var closers = map[byte]string{'{': "}", '[': "]"}

// flow looks for the first brace, bracket or quote from line n on that is not
// closed, and for two entries in braces without a comma between them.
func (s *slip) flow(n int) {
	type level struct {
		at    int
		colon bool // since the last comma
	}
	var open []level
	var top *level
	token := true // a text may begin here
	fail := func(at int, format string, args ...any) { s.fail(0, at, format, args...) }
	for i := s.offset(n); i < len(s.text) && s.found == nil; i++ {
		switch c := s.text[i]; {
		case c == ' ' || c == '\n':
		case c == '#' && i > 0 && strings.IndexByte(" \n", s.text[i-1]) >= 0:
			i += strings.IndexByte(s.text[i:]+"\n", '\n')
		case token && (c == '"' || c == '\''):
			end := quoteEnd(s.text, i)
			if end < 0 {
				fail(i, "this text is not closed; add the second %c", c)
			}
			i, token = end-1, false
		case closers[c] != "" && (token || top != nil):
			open = append(open, level{at: i})
			top, token = &open[len(open)-1], true
		case top == nil:
			token = c == ':' || c == '-'
		case c == '}' || c == ']':
			if want := closers[s.text[top.at]]; want != string(c) {
				p := s.src.pos(i)
				fail(top.at, "this %q is not closed before the %q in line %d, column %d; add a %q", s.text[top.at:top.at+1], string(c), p.Line, p.Col, want)
			}
			open, top, token = open[:len(open)-1], nil, false
			if len(open) > 0 {
				top = &open[len(open)-1]
			}
		case c == ',':
			top.colon, token = false, true
		case c == ':' && (i+1 == len(s.text) || strings.IndexByte(" \n,]}", s.text[i+1]) >= 0):
			key := strings.LastIndexAny(s.text[:i], " \n,{[") + 1
			switch {
			case !top.colon || s.text[top.at] != '{':
			case s.firstOnLine(key):
				fail(top.at, `this "{" is not closed; add a "}", or a comma before %s in line %d`, diag.Quote(s.text[key:i]), s.src.pos(key).Line)
			default:
				fail(key, "a comma is missing before %s", diag.Quote(s.text[key:i]))
			}
			top.colon, token = true, true
		case c == '-' && s.firstOnLine(i):
			fail(top.at, "this %q is not closed; add a %q", s.text[top.at:top.at+1], closers[s.text[top.at]])
		default:
			token = false
		}
	}
	if top != nil {
		fail(top.at, "this %q is never closed; add a %q", s.text[top.at:top.at+1], closers[s.text[top.at]])
	}
}

func (s *slip) firstOnLine(at int) bool {
	before := strings.TrimRight(s.text[:at], " ")
	return strings.HasSuffix(before, "\n")
}

// quoteEnd gives the offset after the quoted text that begins at offset at, or
// -1 where it is not closed.
func quoteEnd(s string, at int) int {
	q := s[at]
	for i := at + 1; i < len(s); i++ {
		switch {
		case q == '"' && s[i] == '\\', s[i] == q && q == '\'' && strings.HasPrefix(s[i+1:], "'"):
			i++
		case s[i] == q:
			return i + 1
		}
	}
	return -1
}
