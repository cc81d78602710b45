package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// csv prints the readers of tables.
func (l loader) csv() {
	l.table()
	row := "Features"
	if l.spec.Series == nil {
		l.f.Add(`// ReadCSV reads a table with a row per sample, compressed with gzip or not.
func ReadCSV(path string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadRecords(path, table, setRow, o...)
}

// StreamCSV is ReadCSV for a file that is larger than memory: it is read anew in
// every epoch, in the order of its rows.
func StreamCSV(path string, o ...§data.ReadOption) FeatureSet {
	return §data.StreamRecords(path, table, setRow, o...)
}`)
	} else {
		row = "Step"
		l.series()
	}
	each := "for i, name := range FeatureNames {\nr.Check(i, x.Set(name, r.Text(i)))\n}"
	if l.AsArray() {
		each = "for i := range FeatureNames {\nr.Check(i, x.set(i, r.Text(i)))\n}"
	}
	l.f.Add(`// setRow reads the fields of a row.
func setRow(x *%s, y *Target, r *§data.Record) {
	%s
	%s
}`, row, each, strings.Join(l.targets.columns(l.f), "\n"))
}

// table prints which columns are read, and how they are written.
func (l loader) table() {
	s := l.spec
	var b strings.Builder
	field := func(name, format string, args ...any) { fmt.Fprintf(&b, name+": "+format+",\n", args...) }
	switch columns := s.Columns(); len(columns) {
	case 0:
		field("Columns", "FeatureNames[:]")
	case 1:
		l.f.Add("// targetColumn is the column of the target.\nconst targetColumn = %s", gotree.Quote(columns[0]))
		field("Columns", "append(FeatureNames[:], targetColumn)")
	default:
		l.f.Add("// targetColumns are the columns of the target, in the order of its values.\nvar targetColumns = [%d]string{\n%s,\n}", len(columns), lines(columns))
		field("Columns", "append(FeatureNames[:], targetColumns[:]...)")
	}
	if s.Weight != "" {
		field("Weight", "%s", gotree.Quote(s.Weight))
	}
	if s.Header != nil {
		field("Header", "[]string{%s}", gotree.QuotedList(s.Header))
	}
	mark := func(name, mark string) {
		if mark != "" {
			field(name, "%s", strings.Replace(fmt.Sprintf("%q", []rune(mark)[0]), "§", `\u00a7`, 1))
		}
	}
	if s.Separator != "," {
		mark("Separator", s.Separator)
	}
	if s.Quote != "" {
		field("Quote", "%s", gotree.Quote(s.Quote))
	}
	if s.Encoding != "" {
		field("Encoding", "%s", gotree.Quote(s.Encoding))
	}
	mark("Decimal", s.Decimal)
	mark("Thousands", s.Thousands)
	if numbers := l.numbers(); numbers != "" && s.Decimal+s.Thousands != "" {
		field("Numbers", "%s", numbers)
	}
	l.f.Add("// table says what is read of a CSV file.\nvar table = §data.CSV{\n%s}", b.String())
}

// numbers is a list of the columns that hold numbers.
func (l loader) numbers() string {
	var names []string
	for _, x := range l.features {
		if x.Type == encoding.Number || x.Type == encoding.Integers {
			names = append(names, x.Name)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case len(l.ofRow()):
		return "FeatureNames[:]"
	}
	return "[]string{" + gotree.QuotedList(names) + "}"
}

// series prints the readers of tables whose rows follow one another.
func (l loader) series() {
	s := l.spec.Series
	l.f.Add(`// ReadCSV reads a table, compressed with gzip or not: %[1]d successive rows make a
// sample, whose target is that of the row %[2]d after them, and the next one begins
// %[3]d further on.
func ReadCSV(path string, o ...§data.ReadOption) (FeatureSet, error) {
	rows, err := §data.ReadRecords(path, table, setRow, o...)
	if err != nil {
		return nil, err
	}
	return §data.Windows(rows, series, window)
}

// StreamCSV is ReadCSV for a file that is larger than memory: it is read anew in
// every epoch, in the order of its rows.
func StreamCSV(path string, o ...§data.ReadOption) FeatureSet {
	rows, err := §data.Windows(§data.StreamRecords(path, table, setRow, o...), series, window)
	if err != nil {
		panic(err) // cannot be: nothing is read yet, and the series is a sound one
	}
	return rows
}

// series says which rows make a sample.
var series = §data.Series{Length: %[1]d, Offset: %[2]d, Stride: %[3]d}

func window(rows []Step) *Features { return (*Features)(rows) }`, s.Length, s.Offset, s.Stride)
}
