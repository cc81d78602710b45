package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

// ReadJSON reads a JSON file by its tokens, each with its position.
func ReadJSON(src Source) (root Value, errs diag.List, fatal bool) {
	r := jsonReader{src: src, dec: json.NewDecoder(bytes.NewReader(src.Text)), at: diag.Pos{File: src.File, Line: 1, Col: 1}}
	r.dec.UseNumber()
	root = r.value(0)
	if r.stop == nil {
		if rest := r.next(); rest < len(src.Text) {
			r.fail(rest, "there is something after the end of the description; is a brace closed too early?")
		}
	}
	if r.stop != nil {
		r.errs = append(r.errs, r.stop)
	}
	return root, r.errs, r.stop != nil
}

type jsonReader struct {
	src   Source
	dec   *json.Decoder
	errs  diag.List
	stop  *diag.Error // a syntax error: what follows cannot be read
	count int
	at    diag.Pos // position of the byte at offset: tokens only ever go forward
	off   int
}

// next gives the offset of the next token.
func (r *jsonReader) next() int {
	at := int(r.dec.InputOffset())
	for at < len(r.src.Text) && strings.IndexByte(" \t\r\n,:", r.src.Text[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) pos(at int) diag.Pos {
	for _, c := range string(r.src.Text[r.off:at]) {
		if r.at.Col++; c == '\n' {
			r.at.Line, r.at.Col = r.at.Line+1, 1
		}
	}
	r.off = at
	return r.at
}

func (r *jsonReader) fail(at int, format string, args ...any) {
	if r.stop == nil {
		r.stop = diag.Errorf(r.src.pos(at), format, args...)
	}
}

func (r *jsonReader) token() json.Token {
	from := int(r.dec.InputOffset())
	t, err := r.dec.Token()
	if err == nil {
		return t
	}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		r.fail(len(r.src.Text), "%s", r.src.unfinished())
	case errors.As(err, &syntax):
		r.explain(from, syntax)
	default:
		r.fail(r.next(), "the JSON cannot be read: %v", err)
	}
	return nil
}

func (r *jsonReader) value(depth int) Value {
	at := r.next()
	v := Value{Pos: r.pos(at)}
	if r.count++; r.count > maxValues {
		r.fail(at, "the description has more than %d values", maxValues)
	}
	if depth > maxDepth {
		r.fail(at, "lists and maps are nested more than %d deep here", maxDepth)
	}
	if r.stop != nil {
		return v
	}
	switch t := r.token().(type) {
	case bool:
		v.Kind, v.Bool, v.text = Bool, t, strconv.FormatBool(t)
	case string:
		v.Kind, v.Str = String, t
		if problem := tooLong(t); problem != "" {
			r.errs.Add(v.Pos, "%s", problem)
			v.Str = "x"
		}
	case json.Number:
		r.number(&v, string(t))
	case json.Delim:
		if t == '[' {
			v.Kind = List
			for r.stop == nil && r.dec.More() {
				v.List = append(v.List, r.value(depth+1))
			}
		} else {
			v.Kind = Map
			r.entries(&v, depth)
		}
		if r.stop == nil {
			r.token()
		}
	}
	return v
}

func (r *jsonReader) entries(v *Value, depth int) {
	seen := map[string]diag.Pos{}
	for r.stop == nil && r.dec.More() {
		pos := r.pos(r.next())
		name, ok := r.token().(string)
		if !ok {
			return // not a string: Token has reported it
		}
		value := r.value(depth + 1)
		if problem := tooLong(name); problem != "" {
			r.errs.Add(pos, "%s", problem)
			continue
		}
		if first, twice := seen[name]; twice {
			r.errs.Add(pos, "%s", duplicateKey(name, first))
			continue
		}
		seen[name] = pos
		v.Map = append(v.Map, Arg{Name: name, Pos: pos, Value: value})
	}
}

func (r *jsonReader) number(v *Value, s string) {
	v.text = s
	if !strings.ContainsAny(s, ".eE") {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			v.problem = "the number " + short(s) + " is too large: it does not fit into 64 bits"
			n = 1 // one mistake is enough
		}
		v.Kind, v.Int = Int, n
		return
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		v.problem = "the number " + short(s) + " is too large for a float"
		f = 0.5
	}
	if f == 0 {
		f = 0 // one zero: -0.0 is the same number
	}
	v.Kind, v.Float = Float, f
}

// explain says what is wrong with the JSON after offset from, the end of the
// last good token.
func (r *jsonReader) explain(from int, err *json.SyntaxError) {
	s := r.src.Text
	at := from
	comma, colon := -1, -1
	for at < len(s) && strings.IndexByte(" \t\r\n,:", s[at]) >= 0 {
		switch s[at] {
		case ',':
			if colon >= 0 {
				r.fail(colon, "a value is missing after this colon")
				return
			}
			if comma >= 0 {
				r.fail(at, "two commas in a row; take one out")
				return
			}
			comma = at
		case ':':
			colon = at
		}
		at++
	}
	if at == len(s) {
		r.fail(at, "%s", r.src.unfinished())
		return
	}
	switch c := s[at]; {
	case from == 0 && c != '{' && c != '#' && c != '/':
		r.fail(at, "a JSON description begins with a brace; if this is YAML, give the file a name that ends in .yaml")
	case at > 0 && s[at-1] == '0' && c >= '0' && c <= '9':
		r.fail(at-1, "a number does not begin with 0; take the 0 out")
	case c == '(':
		r.fail(at, "a list is written in square brackets: write [...] instead of (...)")
	case comma >= 0 && (c == '}' || c == ']'):
		r.fail(comma, "JSON allows no comma before %q; take it out", string(c))
	case c == '#' || bytes.HasPrefix(s[at:], []byte("//")) || bytes.HasPrefix(s[at:], []byte("/*")):
		r.fail(at, "JSON has no comments; take it out, or write the description in YAML")
	case c == '\'':
		r.fail(at, `JSON wants double quotes: write "…" instead of '…'`)
	case c == '}' || c == ']':
		r.fail(at, "%s", r.src.wrongClose(at))
	case c == '"' && bytes.IndexByte(firstLine(s[at+1:]), '"') < 0:
		r.fail(at, "this text is not closed; add the second double quote")
	case c == '"' && strings.Contains(err.Error(), "escape"):
		r.fail(at, `a backslash in this text begins no known escape; write \\ for a backslash`)
	case comma < 0 && strings.HasSuffix(err.Error(), "after object key"):
		r.fail(at, "a colon is missing between the name and its value")
	case comma < 0 && strings.Contains(err.Error(), " after "):
		r.fail(at, "a comma is missing before this entry")
	case word(s[at:]) != "":
		r.failWord(at, word(s[at:]))
	default:
		first, _ := utf8.DecodeRune(s[at:])
		r.fail(at, "%s is not expected here; a value is a number, a text in double quotes, true, false, null, a list or a map", diag.Quote(string(first)))
	}
}

func (r *jsonReader) failWord(at int, w string) {
	switch w {
	case "True", "TRUE", "False", "FALSE":
		r.fail(at, "JSON writes %s in lower case: %s", w, strings.ToLower(w))
	case "None", "NULL", "NA", "Null":
		r.fail(at, "JSON writes null for %s", w)
	case "NaN", "Infinity", "Inf":
		r.fail(at, "%s is not a finite number", w)
	default:
		r.fail(at, "in JSON a name or text is written in double quotes: write %s", diag.Quote(w))
	}
}

// word gives the letters, digits and underscores that s begins with, if it
// begins with a letter.
func word(s []byte) string {
	n := 0
	for n < len(s) && n < MaxName && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z' || s[n] == '_' || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return string(s[:n])
}

func firstLine(s []byte) []byte {
	line, _, _ := bytes.Cut(s, []byte{'\n'})
	return line
}

// brackets follows the brackets of JSON text, outside of strings, and gives
// those that are open at the end.
func brackets(s []byte) (open []int) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			open = append(open, i)
		case (c == '}' || c == ']') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return open
}

// unfinished says which bracket is open at the end of JSON text.
func (s *Source) unfinished() string {
	open := brackets(s.Text)
	if len(open) == 0 {
		return "the file ends in the middle of the description"
	}
	last := open[len(open)-1]
	return fmt.Sprintf("the file ends, but the %q of line %d, column %d is not closed", s.Text[last:last+1], s.pos(last).Line, s.pos(last).Col)
}

// wrongClose explains the closing bracket at offset at, which JSON does not
// expect.
func (s *Source) wrongClose(at int) string {
	open := brackets(s.Text[:at])
	if len(open) == 0 {
		return fmt.Sprintf("this %q closes nothing; take it out", s.Text[at:at+1])
	}
	last := open[len(open)-1]
	if s.Text[last]+2 != s.Text[at] { // '{' and '}', '[' and ']' are two apart in ASCII
		return fmt.Sprintf("this %q does not close the %q of line %d, column %d", s.Text[at:at+1], s.Text[last:last+1], s.pos(last).Line, s.pos(last).Col)
	}
	return fmt.Sprintf("a value is missing before this %q", s.Text[at:at+1])
}

func duplicateKey(name string, first diag.Pos) string {
	return fmt.Sprintf("%s is given twice; the first is %s", diag.Quote(name), Where(first))
}
