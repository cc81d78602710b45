package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// CSVOptions says which columns [ReadCSV] reads.
type CSVOptions struct {
	// Columns names the numeric columns, in the order wanted; none: every
	// column but the target, in the order of the file.
	Columns []string
	// Target names the column of the target; "": there is none.
	Target string
	// Classes are the names that the target column holds; a row's target is
	// the index of its class. None: the target is a number.
	Classes []string
	// Comma separates the fields; 0: ','.
	Comma rune
}

// Table holds the columns read from a CSV file.
type Table struct {
	Name    string
	Columns []string
	Values  []float32 // row after row, one value per column
	Targets []float32 // one per row; nil without a target column
	lines   []int     // where each row begins in the file
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.lines) }

// Line is the line of the file that row i begins on, 0 <= i < Len(), counted
// from 1.
func (t *Table) Line(i int) int { return t.lines[i] }

// Row returns the values of row i, 0 <= i < Len(), one per column.
func (t *Table) Row(i int) []float32 {
	n := len(t.Columns)
	return t.Values[i*n : (i+1)*n : (i+1)*n]
}

// OpenCSV reads the CSV file of that path, compressed with gzip or not.
func OpenCSV(path string, o CSVOptions) (*Table, error) {
	return open(path, func(r io.Reader, name string) (*Table, error) { return ReadCSV(r, name, o) })
}

// ReadCSV reads a table with a header line, compressed with gzip or not; name
// stands for it in errors. Columns are found by the name in the header. Ragged
// rows, fields that are no finite number and unknown classes are errors that
// name the line and the column; up to ten are reported at once.
func ReadCSV(r io.Reader, name string, o CSVOptions) (*Table, error) {
	b, err := plain(r, name)
	if err != nil {
		return nil, err
	}
	if bom, _ := b.Peek(3); string(bom) == "\uFEFF" {
		_, _ = b.Discard(3) // just peeked at
	}
	in := csv.NewReader(b)
	in.FieldsPerRecord = -1
	in.ReuseRecord = true
	if o.Comma != 0 {
		in.Comma = o.Comma
	}
	record, err := in.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("%s: the file is empty; its first line must name the columns", name)
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	c := csvReader{in: in, problems: problems{name: name}, classes: o.Classes}
	if err := c.readHeader(record, o); err != nil {
		return nil, err
	}
	t := &Table{Name: name, Columns: c.names}
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errors.Join(c.err(), csvError(name, err))
		}
		if !c.readRow(record, t) {
			break
		}
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// csvReader turns records into the rows of a table.
type csvReader struct {
	problems
	in      *csv.Reader
	fields  int      // in the header
	names   []string // of the numeric columns
	index   []int    // of the numeric columns in a record
	target  string
	targets int // index of the target column, -1: none
	classes []string
	unknown []string // classes already reported
}

// readHeader finds the columns asked for.
func (c *csvReader) readHeader(record []string, o CSVOptions) error {
	header := make([]string, len(record))
	numbers := 0
	for i, h := range record {
		header[i] = strings.TrimSpace(h)
		if _, err := strconv.ParseFloat(header[i], 64); err == nil {
			numbers++
		}
	}
	line, _ := c.in.FieldPos(0)
	if sep := otherSeparator(header); sep != 0 && o.Comma == 0 && header[0] != o.Target && !slices.Contains(o.Columns, header[0]) {
		c.add(line, "the fields seem separated by %q; they must be separated by commas", sep)
		return c.err()
	}
	find := func(column string) int {
		at := slices.Index(header, column)
		switch {
		case at >= 0 && slices.Contains(header[at+1:], column):
			c.add(line, "two columns are named %q", column)
		case at < 0 && numbers == len(header):
			c.add(line, "no column %q: the first line must name the columns, and it holds numbers", column)
		case at < 0:
			c.add(line, "no column %q%s; the columns are %s", column, suggest(column, header), enumerate(header))
		}
		return at
	}
	c.fields, c.target, c.targets = len(header), o.Target, -1
	if o.Target != "" {
		c.targets = find(o.Target)
	}
	c.names = slices.Clone(o.Columns)
	if len(c.names) == 0 {
		for i, h := range header {
			if i != c.targets {
				c.names = append(c.names, h)
			}
		}
	}
	for _, column := range c.names {
		c.index = append(c.index, find(column))
	}
	return c.err()
}

// otherSeparator is what separates the names of a header that has no comma, or
// 0.
func otherSeparator(header []string) rune {
	if len(header) == 1 {
		for _, sep := range ";\t|" {
			if strings.ContainsRune(header[0], sep) {
				return sep
			}
		}
	}
	return 0
}

// readRow adds a row and reports whether to go on.
func (c *csvReader) readRow(record []string, t *Table) bool {
	line, _ := c.in.FieldPos(0)
	if len(record) != c.fields {
		return c.add(line, "%s, the header has %d", plural(len(record), "field"), c.fields)
	}
	for k, i := range c.index {
		v, problem := number(record[i])
		if problem != "" && !c.add(line, "column %q: %s", c.names[k], problem) {
			return false
		}
		t.Values = append(t.Values, v)
	}
	if c.targets >= 0 {
		v, more := c.readTarget(line, strings.TrimSpace(record[c.targets]))
		if !more {
			return false
		}
		t.Targets = append(t.Targets, v)
	}
	t.lines = append(t.lines, line)
	return true
}

func (c *csvReader) readTarget(line int, field string) (v float32, more bool) {
	if len(c.classes) == 0 {
		v, problem := number(field)
		return v, problem == "" || c.add(line, "column %q: %s", c.target, problem)
	}
	class := slices.Index(c.classes, field)
	if class < 0 && !slices.Contains(c.unknown, field) {
		c.unknown = append(c.unknown, field)
		return 0, c.add(line, "column %q: unknown class %.80q%s; the classes are %s", c.target, field, suggest(field, c.classes), enumerate(c.classes))
	}
	return float32(class), true
}

// number parses a field, or says what is wrong with it.
func number(field string) (v float32, problem string) {
	field = strings.TrimSpace(field)
	x, err := strconv.ParseFloat(field, 32)
	switch {
	case field == "":
		return 0, "the field is empty"
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Sprintf("%.80q is beyond the range of float32", field)
	case err != nil:
		return 0, fmt.Sprintf("%.80q is not a number", field)
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, fmt.Sprintf("%.80q is not a finite number", field)
	}
	return float32(x), ""
}

// csvError puts the name of the file before a mistake of form.
func csvError(name string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d:%d: %w", name, parse.Line, parse.Column, parse.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}
