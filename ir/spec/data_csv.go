package spec

import (
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

// tableReader reads how files of text and tables are written.
type tableReader struct {
	*reader
	title string
	s     *Source
}

// csvKeys are the settings of tables.
func (t *tableReader) csvKeys() []key {
	return append([]key{
		{name: "separator", take: func(a Arg) { t.s.Separator = t.separator(a.Value) }},
		{name: "header", take: func(a Arg) { t.s.Header = t.header(a.Value) }},
		{name: "quote", take: func(a Arg) { t.s.Quote = t.quote(a) }},
		t.encodingKey(),
	}, t.markKeys()...)
}

// separator reads the character between two fields.
func (t *tableReader) separator(v Value) string {
	s, ok := t.word(v) // ~ is one
	if !ok {
		t.fail(v.Pos, `%s: separator takes one character, not %s; write separator: ";"`, t.title, v.describe())
		return ""
	}
	words := map[string]string{"tab": `\t`, "\\t": `\t`, "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
	r, size := utf8.DecodeRuneInString(s)
	switch better, ok := words[strings.ToLower(s)]; {
	case ok:
		t.fail(v.Pos, `%s: separator takes the character itself, not %s; write separator: "%s"`, t.title, v.describe(), better)
	case s == "" || size != len(s):
		t.fail(v.Pos, `%s: separator takes one character, not %s; write separator: ";"`, t.title, v.describe())
	case r == '"' || r == '\n' || r == '\r' || r != '\t' && unprintable(r):
		t.fail(v.Pos, "%s: %s cannot separate fields; a separator is a printable character other than a quote, or a tab", t.title, diag.Quote(s))
	default:
		return s
	}
	return ""
}

// header reads the names of the columns of a file that has no header line.
func (t *tableReader) header(v Value) []string {
	const example = "header: [age, plan, churned]"
	if v.Kind != List || len(v.List) == 0 || len(v.List) > maxFeatures {
		hint := "for a file without a header line write " + example
		if v.Kind == Bool && v.Bool || v.Kind == Int {
			hint = "a header line is read as a matter of course; take header out, or for a file without one write " + example
		}
		t.fail(v.Pos, "%s: header takes the names of the columns, not %s; %s", t.title, v.describe(), hint)
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, e := range v.List {
		if s, ok := t.word(e); ok { // null among them is a header too
			e = Value{Kind: String, Str: s, Pos: e.Pos}
		}
		name := t.column(t.title+": header", e)
		if name != "" && seen[name] {
			t.fail(e.Pos, "%s: header has the column %s twice", t.title, diag.Quote(name))
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}
