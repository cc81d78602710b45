package encoding

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
)

// String is the encoding as text: a line for the source, one for every feature.
func (e *Encoding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "encoding of %s", cmp.Or(e.Source, "rows of a program"))
	word := func(format string, args ...any) { fmt.Fprintf(&b, ", "+format, args...) }
	if e.Separator != "" && e.Separator != "," {
		word("separator %q", e.Separator)
	}
	for _, setting := range [][2]string{{"quote", e.Quote}, {"encoding", e.Encoding}, {"decimal", e.Decimal}, {"thousands", e.Thousands}} {
		if setting[1] != "" {
			word("%s %q", setting[0], setting[1])
		}
	}
	if e.Header != nil {
		word("header %q", e.Header)
	}
	for _, t := range e.Targets {
		switch {
		case t.SameAs != "":
			word("target same as %q", t.SameAs)
		case len(t.Columns) == 1:
			word("target %q", t.Columns[0])
		case t.Columns != nil:
			word("target %q", t.Columns)
		default:
			word("target of the files")
		}
		if t.Classes != nil {
			word("classes %q", t.Classes)
		}
	}
	if e.Weight != "" {
		word("weight %q", e.Weight)
	}
	if e.Missing != nil {
		word("missing %q", e.Missing)
	}
	if e.Spellings != nil {
		word("spellings %q", e.Spellings)
	}
	if s := e.Series; s != nil {
		word("windows of %d rows, target %d behind, next %d further", s.Length, s.Offset, s.Stride)
	}
	if e.Arrays != nil {
		word("arrays %q", e.Arrays)
	}
	b.WriteByte('\n')
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i := range e.Features {
		f := &e.Features[i]
		place := fmt.Sprintf("input %d at %d, %d wide", f.Port, f.Offset, f.Width)
		switch {
		case f.Port < 0:
			place = "no input"
		case f.Width == 0:
			place = fmt.Sprintf("input %d, any number", f.Port)
		}
		fmt.Fprintf(w, "  %s\t%q\t%s\t%s\n", f.Type, f.Name, place, strings.Join(f.settings(), ", "))
	}
	w.Flush()
	return trailing.ReplaceAllString(b.String(), "\n")
}

// settings are what a feature says besides its place.
func (f *Feature) settings() []string {
	var list []string
	word := func(name, value string) {
		if value != "" {
			list = append(list, name+" "+value)
		}
	}
	number := func(name string, value int) {
		if value != 0 {
			list = append(list, name+" "+strconv.Itoa(value))
		}
	}
	switch f.Missing.Kind {
	case "value":
		list = append(list, "missing "+strconv.FormatFloat(f.Missing.Value, 'g', -1, 64))
	case "text":
		list = append(list, fmt.Sprintf("missing %q", f.Missing.Text))
	default:
		word("missing", f.Missing.Kind)
	}
	word("scale", strings.Join(f.Scale, "+"))
	word("encode", f.Encode)
	number("slots", f.Slots)
	if f.OOV {
		list = append(list, "oov")
	}
	if f.Vocabulary != nil {
		list = append(list, fmt.Sprintf("vocabulary %q", f.Vocabulary))
	}
	word("standardize", f.Standardize)
	word("split", f.Split)
	number("ngrams", f.NGrams)
	if f.Runs != nil {
		list = append(list, fmt.Sprintf("runs %d", f.Runs))
	}
	number("length", f.Length)
	word("padding", f.Padding)
	word("truncating", f.Truncating)
	if f.NumWords != 0 {
		list = append(list, fmt.Sprintf("ids from %d on are %d", f.NumWords, f.OOVID))
	}
	if f.Format != "" {
		list = append(list, fmt.Sprintf("format %q", f.Format))
	}
	word("parts", strings.Join(f.Parts, "+"))
	if f.Reads != nil {
		list = append(list, fmt.Sprintf("reads %q", f.Reads))
	}
	number("size", f.Size)
	if f.Layer != nil {
		list = append(list, f.Layer.settings()...)
	}
	if f.Height != 0 {
		list = append(list, fmt.Sprintf("%dx%dx%d", f.Height, f.Columns, f.Channels))
	}
	return list
}

// trailing matches what aligned columns leave at the end of lines.
var trailing = regexp.MustCompile(` +\n`)
