package spec

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

// explainYAML turns a syntax error of the YAML library into a position and a
// sentence. The library's own line is that of the enclosing block more often
// than that of the mistake, and its words are those of the grammar; so the file
// is read a second time by a scanner that knows the usual slips, and the
// library's message is the last resort.
func explainYAML(src source, err error) *diag.Error {
	l := linter{src: src, lines: 1, text: strings.ReplaceAll(string(src.text), "\r\n", "\n")}
	l.src.text = []byte(l.text)
	l.run()
	if l.found != nil {
		return l.found
	}
	line, msg := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := atLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = m[2]
	}
	if name := unknownAnchor.FindStringSubmatch(msg); name != nil {
		if at := strings.Index(l.text, "*"+name[1]); at >= 0 {
			return diag.Errorf(l.src.pos(at), "*%s stands for an anchor &%s, and the file has none before this line; put a text that begins with * in quotes", name[1], name[1])
		}
	}
	line = min(line, 1+strings.Count(l.text, "\n"))
	for _, w := range inWords {
		if strings.Contains(msg, w.yaml) {
			msg = w.human
		}
	}
	return diag.Errorf(diag.Pos{File: src.file, Line: line, Col: 1}, "the YAML cannot be read here or in the lines below: %s", msg)
}

var (
	atLine        = regexp.MustCompile(`^line ([0-9]{1,9}): (.*)`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '([A-Za-z0-9_-]{1,64})' referenced`)
)

var inWords = []struct{ yaml, human string }{
	{"unknown anchor", "an alias (*name) stands for an anchor (&name) that is not in the file"},
	{"found unknown escape character", `a backslash in double quotes begins no known escape; write \\ for a backslash, or use single quotes`},
	{"mapping values are not allowed", "a colon stands where no key is expected; is the line indented as its neighbours are?"},
	{"did not find expected key", "a key is expected; is the line indented as its neighbours are?"},
	{"did not find expected '-' indicator", `an entry "- ..." is expected; is the line indented as its neighbours are?`},
	{"could not find expected ':'", "a colon is missing after a key"},
	{"cannot start any token", "a character stands where a text may not begin with it; put the text in quotes"},
	{"unexpected end of stream", "the file ends in the middle of a text, list or map"},
	{"exceeded max depth", "lists and maps are nested too deeply"},
}

// linter follows indentation, brackets and quotes through a file that is known
// to be broken, and stops at the first thing that is wrong.
type linter struct {
	src   source
	text  string
	found *diag.Error
	stack []block
	loose *loose
	begun bool // a block has been opened: a file may be indented as a whole, by its first line
	lines int  // the line that is read
}

// block is an open block list or block map.
type block struct {
	indent int
	list   bool
	key    string // the last key of a map
	line   int    // its line
	empty  bool   // nothing stands behind that key, or behind the last dash
}

// loose is a line without key and dash, which goes on with a text or lacks its
// colon: the next line tells.
type loose struct {
	at, end, indent int
}

func (l *linter) fail(offset int, format string, args ...any) {
	if l.found == nil {
		l.found = diag.Errorf(l.src.pos(offset), format, args...)
	}
}

func (l *linter) run() {
	skip := -1 // inside a block text (| or >) that belongs to a line with this indentation
	counted := 0
	for i := 0; i < len(l.text) && l.found == nil; {
		l.lines += strings.Count(l.text[counted:i], "\n")
		counted = i
		end := lineEnd(l.text, i)
		line := l.text[i:end]
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		switch {
		case strings.TrimSpace(trimmed) == "" || trimmed[0] == '#':
			i = end + 1
			continue
		case skip >= 0 && indent > skip:
			i = end + 1
			continue
		}
		skip = -1
		if tab := strings.IndexByte(line[:indent], '\t'); tab >= 0 {
			l.fail(i+tab, "a tab indents this line; YAML wants spaces: two for each step")
			return
		}
		if strings.HasPrefix(line, "%YAML") && !strings.Contains(line, "1.1") {
			l.fail(i, "take this line out: a description needs no version of YAML")
			return
		}
		if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...") || strings.HasPrefix(line, "%") {
			i = end + 1
			continue
		}
		next, text := l.line(i+indent, end)
		if text {
			skip = indent
		}
		i = next
	}
}

// line checks the line whose first character is at offset from; it gives the
// offset behind the line or the lines that a bracket or quote extends it by,
// and whether a block text follows.
func (l *linter) line(from, end int) (next int, text bool) {
	lineStart := strings.LastIndexByte(l.text[:from], '\n') + 1
	at, dash := from, false
	for at < end && l.text[at] == '-' && (at+1 == end || l.text[at+1] == ' ') {
		l.open(at, at-lineStart, true, "", at > from)
		dash = true
		at++
		for at < end && l.text[at] == ' ' {
			at++
		}
		if l.found != nil {
			return end + 1, false
		}
	}
	if at >= end || l.text[at] == '#' {
		return end + 1, false
	}
	keyEnd := keyEnd(l.text[:end], at)
	if keyEnd < 0 {
		return l.rest(at, end, at, dash)
	}
	key := strings.Trim(strings.TrimSpace(l.text[at:keyEnd]), `"'`)
	if l.start(at) {
		return end + 1, false
	}
	l.open(at, at-lineStart, false, key, dash)
	valueAt := keyEnd + 1
	for valueAt < end && l.text[valueAt] == ' ' {
		valueAt++
	}
	if valueAt >= end || l.text[valueAt] == '#' || l.found != nil {
		return end + 1, false
	}
	l.stack[len(l.stack)-1].empty = false
	return l.rest(valueAt, end, at, true)
}

// rest checks a value that begins at offset at, behind the key at keyAt where
// that differs.
func (l *linter) rest(at, end, keyAt int, allowed bool) (next int, text bool) {
	for l.text[at] == '&' || l.text[at] == '!' { // an anchor or tag stands before the value
		for at < end && l.text[at] != ' ' {
			at++
		}
		for at < end && l.text[at] == ' ' {
			at++
		}
		if at == end {
			return end + 1, false
		}
	}
	switch c := l.text[at]; {
	case c == '{' || c == '[' || c == '"' || c == '\'':
		return l.flow(at, keyAt), false
	case c == '|' || c == '>':
		return end + 1, true
	case l.start(at):
		return end + 1, false
	}
	value := strings.TrimSpace(l.text[at:end])
	if colon := keyEnd(l.text[:end], at); colon >= 0 && at != keyAt {
		key := l.text[keyAt:keyEnd(l.text[:end], keyAt)]
		l.fail(colon, "a second colon in one line; write %s: {%s}", briefly(key), briefly(value))
		return end + 1, false
	}
	if at != keyAt || allowed {
		return end + 1, false
	}
	// A line of its own, without key and dash: a text may go on here, but only deeper than the line it began on.
	top, indent := l.top(), at-1-strings.LastIndexByte(l.text[:at], '\n')
	if top != nil && indent > top.indent && (!top.list || !top.empty) {
		l.loose = &loose{at: at, end: end, indent: indent}
	} else {
		l.keyless(at, value)
	}
	return end + 1, false
}

// keyless explains a line that should be a key with its value and is not.
func (l *linter) keyless(at int, value string) {
	word, rest, _ := strings.Cut(value, " ")
	switch {
	case strings.HasPrefix(value, "//"):
		l.fail(at, "a comment begins with #, not with //")
	case spaceless.MatchString(value):
		key, rest, _ := strings.Cut(value, ":")
		l.fail(at+len(key), "a space is missing behind the colon; write %s: %s", key, briefly(rest))
	case strings.Contains(value, "(") || strings.Contains(value, "<-"):
		l.fail(at, "%s", foreignLine(value))
	case strings.Contains(value, "="):
		k, v, _ := strings.Cut(value, "=")
		l.fail(at, `a colon stands between a key and its value: write "%s: %s"`, briefly(k), briefly(v))
	case identifier.MatchString(word) && rest != "" && !strings.ContainsAny(rest, " :{["):
		l.fail(at+len(word), "a colon is missing after %s; write %s: %s", diag.Quote(word), briefly(word), briefly(rest))
	case !strings.ContainsAny(value, " {["):
		l.fail(at+len(value), "a colon is missing after %s", diag.Quote(value))
	default:
		l.fail(at, `this line is neither "key: value" nor "- entry"; is a colon missing, or the space behind it?`)
	}
}

// start reports a character that no unquoted text begins with.
func (l *linter) start(at int) bool {
	if c := l.text[at]; strings.IndexByte("@`%", c) >= 0 {
		l.fail(at, "an unquoted text may not begin with %q; put it in double quotes", string(c))
		return true
	} else if c == '}' || c == ']' {
		l.fail(at, "this %q closes nothing; take it out", string(c))
		return true
	} else if c == '\t' {
		l.fail(at, "a tab stands here; YAML wants spaces")
		return true
	}
	return false
}

func (l *linter) top() *block {
	if len(l.stack) == 0 {
		return nil
	}
	return &l.stack[len(l.stack)-1]
}

// open enters the list or map that a dash or key at this indentation belongs
// to; inline says that a dash stands before it in the same line.
func (l *linter) open(at, indent int, list bool, key string, inline bool) {
	line := l.lines
	if l.loose != nil && l.loose.indent == indent {
		l.keyless(l.loose.at, strings.TrimSpace(l.text[l.loose.at:l.loose.end]))
		return
	}
	l.loose = nil
	above := -1 // the indentation of the outermost block that this line ends
	for len(l.stack) > 0 && l.top().indent > indent {
		above = l.top().indent
		l.stack = l.stack[:len(l.stack)-1]
	}
	top := l.top()
	if top != nil && top.indent == indent && top.list && !list && len(l.stack) > 1 && l.stack[len(l.stack)-2].indent == indent {
		l.stack = l.stack[:len(l.stack)-1] // the list stood as deep as the key it belongs to
		top = l.top()
	}
	switch {
	case top == nil || top.indent < indent:
		if above >= 0 && (top == nil || !top.empty) {
			if list && top != nil && top.list {
				above = top.indent
			}
			l.fail(at, "this line is indented by %s, and the lines above it by %d; give both the same", spaces(indent), above)
			return
		}
		if top != nil && !top.empty && !inline {
			if top.list {
				l.fail(at, "this line is indented by %s, and the list above it by %d; give both the same", spaces(indent), top.indent)
			} else {
				l.fail(at, "this line is indented more than line %d, but %s has a value already; give both the same indentation", top.line, diag.Quote(top.key))
			}
			return
		}
		if top == nil && l.begun {
			l.fail(at, "this line is indented by %s and fits no line above it", spaces(indent))
			return
		}
		l.begun = true
		if top != nil {
			top.empty = false
		}
		l.stack = append(l.stack, block{indent: indent, list: list, key: key, line: line, empty: true})
	case top.list == list:
		top.key, top.line, top.empty = key, line, true
	case list && top.empty:
		top.empty = false
		l.stack = append(l.stack, block{indent: indent, list: true, line: line, empty: true})
	case list:
		l.fail(at, "a list entry stands among keys; indent it under the key it belongs to")
	default:
		l.fail(at, `%s stands beside the entries of a list ("- ..."); indent it by %d more spaces to put it under the entry above, or begin the line with "- "`, diag.Quote(key), 4)
	}
}

var layerCall = regexp.MustCompile(`\b(layer_[a-z0-9_]+|[A-Z][a-z][A-Za-z0-9]*)\(`)

// foreignLine answers a line of Python or R.
func foreignLine(s string) string {
	if at := layerCall.FindStringIndex(s); at != nil {
		s = firstCall(s[at[0]:])
	}
	if write, ok := rewriteCall(s); ok && isTypeName(strings.TrimSuffix(strings.SplitN(write, " ", 2)[0], ":")) {
		return fmt.Sprintf("this is Python or R; a description lists its layers: write - %s", write)
	}
	return "this is Python or R; a description lists its layers as - Dense: {units: 16, activation: relu}"
}
