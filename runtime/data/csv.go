package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
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

// ReadCSV reads a table of numbers with a header line, compressed with gzip or
// not; name stands for it in errors. Columns are found by the name in the
// header. Ragged rows, fields that are not finite numbers and unknown classes are
// errors that name the line and the column; up to ten are reported at once.
func ReadCSV(r io.Reader, name string, o CSVOptions) (*Table, error) {
	c := CSV{Columns: o.Columns, Separator: o.Comma, rest: len(o.Columns) == 0}
	first := 0 // of the numeric columns
	if o.Target != "" {
		c.Columns = append([]string{o.Target}, o.Columns...)
		first = 1
	}
	t := &Table{Name: name, Columns: slices.Clone(o.Columns)}
	err := c.read(r, name, func(rec *Record) bool {
		for i := first; i < len(rec.columns); i++ {
			t.Values = append(t.Values, rec.Number(i))
		}
		if first == 1 && len(o.Classes) == 0 {
			t.Targets = append(t.Targets, rec.Number(0))
		} else if first == 1 {
			class := slices.Index(o.Classes, rec.Text(0))
			if class < 0 {
				rec.Check(0, fmt.Errorf("unknown class %.80q%s; the classes are %s", rec.Text(0), nearest.Question(rec.Text(0), o.Classes), enumerate(o.Classes)))
			}
			t.Targets = append(t.Targets, float32(class))
		}
		t.Columns = rec.columns[first:]
		t.lines = append(t.lines, rec.line)
		return true
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// number parses a field that is written as c says, or says what is wrong with it.
func (c *CSV) number(field string) (v float32, problem string) {
	text, err := c.Plain(field)
	if err != nil {
		return 0, err.Error()
	}
	return number(text)
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
