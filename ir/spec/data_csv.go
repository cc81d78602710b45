package spec

import (
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
)

// csvKeys are the settings of tables.
func (p *parser) csvKeys(title string, s *Source) []key {
	return append([]key{
		{name: "separator", take: func(a Arg) { s.Separator = p.separator(title, a.Value) }},
		{name: "header", take: func(a Arg) { s.Header = p.header(title, a.Value) }},
		{name: "quote", take: func(a Arg) { s.Quote = p.quote(title, a) }},
		p.encodingKey(title, s),
	}, p.markKeys(title, s)...)
}

// separator reads the character between two fields.
func (p *parser) separator(title string, v Value) string {
	s, ok := p.word(v) // ~ is one
	if !ok {
		p.fail(v.Pos, `%s: separator takes one character, not %s; write separator: ";"`, title, v.describe())
		return ""
	}
	words := map[string]string{"tab": `\t`, "\\t": `\t`, "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
	r, size := utf8.DecodeRuneInString(s)
	switch better, ok := words[strings.ToLower(s)]; {
	case ok:
		p.fail(v.Pos, `%s: separator takes the character itself, not %s; write separator: "%s"`, title, v.describe(), better)
	case s == "" || size != len(s):
		p.fail(v.Pos, `%s: separator takes one character, not %s; write separator: ";"`, title, v.describe())
	case r == '"' || r == '\n' || r == '\r' || r != '\t' && unprintable(r):
		p.fail(v.Pos, "%s: %s cannot separate fields; a separator is a printable character other than a quote, or a tab", title, diag.Quote(s))
	default:
		return s
	}
	return ""
}

// header reads the names of the columns of a file that has no header line.
func (p *parser) header(title string, v Value) []string {
	const example = "header: [age, plan, churned]"
	if v.Kind != List || len(v.List) == 0 || len(v.List) > maxFeatures {
		hint := "for a file without a header line write " + example
		if v.Kind == Bool && v.Bool || v.Kind == Int {
			hint = "a header line is read as a matter of course; take header out, or for a file without one write " + example
		}
		p.fail(v.Pos, "%s: header takes the names of the columns, not %s; %s", title, v.describe(), hint)
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, e := range v.List {
		if s, ok := p.word(e); ok { // null among them is a header too
			e = Value{Kind: String, Str: s, Pos: e.Pos}
		}
		name := p.column(title+": header", e)
		if name != "" && seen[name] {
			p.fail(e.Pos, "%s: header has the column %s twice", title, diag.Quote(name))
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}

// missingValues reads the texts that mean a missing value. Spaces around them do
// not count.
func (p *parser) missingValues(v Value) []string {
	const title, example = "data: missing_values", `write missing_values: ["", NA]`
	if v.Kind != List || len(v.List) == 0 {
		hint := example
		if s, ok := p.single(v); ok {
			hint = "write missing_values: " + listOf(text(s)).flow()
		}
		p.fail(v.Pos, "%s takes a list of texts, not %s; %s", title, v.describe(), hint)
		return nil
	}
	var texts []string
	seen := map[string]bool{}
	for _, e := range v.List {
		s, ok := "", false
		if e.Kind == Null && e.text == "" {
			p.fail(e.Pos, `%s: null is not a text; for an empty field write "", and for the word itself "null"`, title)
		} else {
			s, ok = p.wordOf(title, "what means a missing value", e)
		}
		if !ok {
			continue
		}
		s = strings.TrimSpace(s)
		switch {
		case len(s) > maxWord || strings.ContainsFunc(s, unprintable):
			p.fail(e.Pos, "%s: %s is too long, or not printable", title, diag.Quote(s))
		case seen[s]:
			p.fail(e.Pos, "%s: %s is in the list twice", title, diag.Quote(s))
		}
		seen[s] = true
		texts = append(texts, s)
	}
	return texts
}

// windows reads how samples are made of successive rows.
func (p *parser) windows(a Arg) *Windows {
	const title = "data: windows"
	v := a.Value
	if v.Kind == Int {
		p.fail(v.Pos, "%s takes a length; write windows: {length: %d}", title, v.Int)
		return nil
	}
	if !p.isMap(title, v, "windows: {length: 12}") {
		return nil
	}
	w := &Windows{encoding.Series{Offset: 1, Stride: 1}, a.Pos}
	before := len(p.errs)
	p.section(title, v, []key{
		{name: "length", take: func(a Arg) { p.count(title, a, &w.Length, 1, maxSlots) }},
		{name: "offset", take: func(a Arg) { p.count(title, a, &w.Offset, 0, maxSlots) }},
		{name: "stride", take: func(a Arg) { p.count(title, a, &w.Stride, 1, maxSlots) }},
	}, map[string]string{
		"sequence_length":        title + ": the number of rows is called length; write length: 12",
		"size":                   title + ": the number of rows is called length; write length: 12",
		"lookback":               title + ": the number of rows is called length; write length: 12",
		"sequence_stride":        title + ": the distance of successive windows is called stride; write stride: 1",
		"shift":                  title + ": the distance of successive windows is called stride; write stride: 1",
		"delay":                  title + ": how far after the window the target comes is called offset; write offset: 1",
		"horizon":                title + ": how far after the window the target comes is called offset; write offset: 1",
		"sampling_rate":          title + ": the rows of a window follow one another; sampling_rate is not supported by this version",
		"batch_size":             misplaced["batch_size"],
		"output_sequence_length": title + ": the number of rows is called length; write length: 12",
	})
	if w.Length == 0 && len(p.errs) == before {
		p.fail(a.Pos, "%s has no length; write windows: {length: 12}", title)
	}
	return w
}
