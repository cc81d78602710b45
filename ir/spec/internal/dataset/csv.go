package dataset

import (
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// tableReader reads how files of text and tables are written.
type tableReader struct {
	*document.Reader
	title string
	s     *Source
}

// csvKeys are the settings of tables.
func (t *tableReader) csvKeys() []document.Key {
	return append([]document.Key{
		{Name: "separator", Take: func(a document.Arg) { t.s.Separator = t.separator(a.Value) }},
		{Name: "header", Take: func(a document.Arg) { t.s.Header = t.header(a.Value) }},
		{Name: "quote", Take: func(a document.Arg) { t.s.Quote = t.quote(a) }},
		t.encodingKey(),
	}, t.markKeys()...)
}

// separator reads the character between two fields.
func (t *tableReader) separator(v document.Value) string {
	s, ok := t.Word(v) // ~ is one
	if !ok {
		t.Fail(v.Pos, `%s: separator takes one character, not %s; write separator: ";"`, t.title, v.Describe())
		return ""
	}
	words := map[string]string{"tab": `\t`, "\\t": `\t`, "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
	r, size := utf8.DecodeRuneInString(s)
	switch better, ok := words[strings.ToLower(s)]; {
	case ok:
		t.Fail(v.Pos, `%s: separator takes the character itself, not %s; write separator: "%s"`, t.title, v.Describe(), better)
	case s == "" || size != len(s):
		t.Fail(v.Pos, `%s: separator takes one character, not %s; write separator: ";"`, t.title, v.Describe())
	case r == '"' || r == '\n' || r == '\r' || r != '\t' && document.Unprintable(r):
		t.Fail(v.Pos, "%s: %s cannot separate fields; a separator is a printable character other than a quote, or a tab", t.title, diag.Quote(s))
	default:
		return s
	}
	return ""
}

// header reads the names of the columns of a file that has no header line.
func (t *tableReader) header(v document.Value) []string {
	const example = "header: [age, plan, churned]"
	if v.Kind != document.List || len(v.List) == 0 || len(v.List) > document.MaxColumns {
		hint := "for a file without a header line write " + example
		if v.Kind == document.Bool && v.Bool || v.Kind == document.Int {
			hint = "a header line is read as a matter of course; take header out, or for a file without one write " + example
		}
		t.Fail(v.Pos, "%s: header takes the names of the columns, not %s; %s", t.title, v.Describe(), hint)
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, e := range v.List {
		if s, ok := t.Word(e); ok { // null among them is a header too
			e = document.Value{Kind: document.String, Str: s, Pos: e.Pos}
		}
		name := t.Column(t.title+": header", e)
		if name != "" && seen[name] {
			t.Fail(e.Pos, "%s: header has the column %s twice", t.title, diag.Quote(name))
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}
