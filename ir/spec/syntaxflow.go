package spec

import (
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

// flow checks a value in braces, brackets or quotes that begins at offset from,
// through all its lines; it gives the offset of the next line.
func (l *linter) flow(from, keyAt int) (next int) {
	type level struct {
		at    int
		colon bool // a colon since the last comma
		empty bool // nothing since the last comma or the opening
	}
	var open []level
	i := from
	token := true // a text may begin here
	for i < len(l.text) && l.found == nil {
		c := l.text[i]
		switch {
		case (c == '"' || c == '\'') && token:
			end := quoteEnd(l.text, i)
			if end < 0 {
				l.fail(i, "this text is not closed; add the second %c", c)
				return len(l.text)
			}
			i = end
			if len(open) > 0 && i < len(l.text) && strings.IndexByte(" \n,:]}", l.text[i]) < 0 {
				l.quoteInside(i, c)
				return len(l.text)
			}
			token = false
			if len(open) > 0 {
				open[len(open)-1].empty = false
			}
		case c == '#' && i > 0 && (l.text[i-1] == ' ' || l.text[i-1] == '\n'):
			i = lineEnd(l.text, i)
			continue
		case c == '{' || c == '[':
			if len(open) > 0 {
				open[len(open)-1].empty = false
			}
			open = append(open, level{at: i, empty: true})
			token = true
			i++
			continue
		case c == '}' || c == ']':
			top := open[len(open)-1]
			if want := closer(l.text[top.at]); want != c {
				p := l.src.pos(i)
				l.fail(top.at, "this %q is not closed before the %q in line %d, column %d; add a %q", l.text[top.at:top.at+1], string(c), p.Line, p.Col, string(want))
				return len(l.text)
			}
			open = open[:len(open)-1]
			i++
		case c == ',':
			top := &open[len(open)-1]
			if top.empty {
				l.fail(i, "two commas in a row, or a comma at the beginning; take it out")
				return len(l.text)
			}
			*top = level{at: top.at, empty: true}
			token = true
			i++
			continue
		case c == ':' && (i+1 == len(l.text) || strings.IndexByte(" \n,]}", l.text[i+1]) >= 0):
			top := &open[len(open)-1]
			if top.colon && l.text[top.at] == '{' {
				k := wordStart(l.text, i)
				if strings.Contains(l.text[top.at:k], "\n") && l.firstOnLine(k) {
					l.fail(top.at, "this %q is not closed; add a %q, or a comma before %s in line %d", l.text[top.at:top.at+1], string(closer(l.text[top.at])), diag.Quote(l.text[k:i]), l.src.pos(k).Line)
				} else {
					l.fail(k, "a comma is missing before %s", diag.Quote(l.text[k:i]))
				}
				return len(l.text)
			}
			top.colon, token = true, true
			i++
			continue
		case c == ' ' || c == '\n':
			i++
			continue
		default:
			if token && l.start(i) {
				return len(l.text)
			}
			if strings.HasPrefix(l.text[i:], "- ") && l.firstOnLine(i) {
				top := open[len(open)-1]
				l.fail(top.at, "this %q is not closed; add a %q", l.text[top.at:top.at+1], string(closer(l.text[top.at])))
				return len(l.text)
			}
			token = false
			open[len(open)-1].empty = false
			i++
		}
		if len(open) == 0 {
			return l.behind(i, from, keyAt)
		}
	}
	if l.found == nil {
		top := open[len(open)-1]
		l.fail(top.at, "this %q is never closed; add a %q", l.text[top.at:top.at+1], string(closer(l.text[top.at])))
	}
	return len(l.text)
}

// behind checks what follows a closed bracket or quote in its line.
func (l *linter) behind(at, from, keyAt int) (next int) {
	end := lineEnd(l.text, at)
	rest := strings.TrimSpace(l.text[at:end])
	switch {
	case rest == "" || rest[0] == '#' && l.text[at] != '#':
	case rest[0] == ':' && from == keyAt:
	case rest[0] == '}' || rest[0] == ']':
		l.fail(at+strings.IndexByte(l.text[at:end], rest[0]), "this %q closes nothing; take it out", rest[:1])
	case l.text[from] == '\'' || l.text[from] == '"':
		l.quoteInside(at, l.text[from])
	default:
		l.fail(at, "something stands behind the closing %q; take it out, or move it inside", l.text[at-1:at])
	}
	return end + 1
}

func (l *linter) quoteInside(at int, quote byte) {
	written := `\"`
	if quote == '\'' {
		written = "''"
	}
	l.fail(at, "something stands behind the closing quote; a %c inside such a text is written %s", quote, written)
}

func closer(open byte) byte {
	if open == '{' {
		return '}'
	}
	return ']'
}

// wordStart gives where the word before offset at begins.
func wordStart(s string, at int) int {
	for at > 0 && strings.IndexByte(" \n,{[", s[at-1]) < 0 {
		at--
	}
	return at
}

func (l *linter) firstOnLine(at int) bool {
	start := strings.LastIndexByte(l.text[:at], '\n') + 1
	return start > 0 && strings.TrimSpace(l.text[start:at]) == ""
}
