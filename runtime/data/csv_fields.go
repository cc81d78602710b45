package data

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// RowError is a mistake in one row of a file: what follows can be read.
type RowError struct {
	Name         string // of the file
	Line, Column int    // counted from 1
	Problem      string
}

// Error gives the place first: "train.csv:12:3: ...".
func (e *RowError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Problem)
}

// Fields reads a CSV file row by row, without asking what its columns are. It is
// for programs that do not stop at the first mistake; others use [CSV.Records].
type Fields struct {
	in     *csvScanner
	name   string
	width  int  // fields of the first row
	doubts bool // about rows that a quote may have joined
}

// Fields reads a CSV file from r, compressed with gzip or not; name stands for it
// in errors. Of c it asks only how the file is written: Separator, Quote and
// Encoding.
func (c CSV) Fields(r io.Reader, name string) (*Fields, error) {
	b, err := plain(r, name)
	if err != nil {
		return nil, err
	}
	if c.Quote != "" && c.Quote != `"` && c.Quote != "none" {
		return nil, fmt.Errorf("%s: quote is %.40q; it must be none, or a quote", name, c.Quote)
	}
	if err := badSeparator(c.Separator); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if b, err = newText(b, name, c.Encoding, true); err != nil {
		return nil, err
	}
	return &Fields{in: newCSVScanner(b, c.Separator, c.Quote != "none"), name: name, doubts: c.Quote == ""}, nil
}

// badSeparator reports what cannot separate fields.
func badSeparator(r rune) error {
	if r == '"' || r == '\r' || r == '\n' || r == utf8.RuneError || !utf8.ValidRune(r) {
		return fmt.Errorf("%q cannot separate fields", r)
	}
	return nil
}

// Read returns the fields of the next row, which are the caller's, and [io.EOF]
// after the last one. After a [*RowError] it may be called again.
func (f *Fields) Read() ([]string, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return append([]string(nil), f.in.fields...), nil
}

// Line is the line that the last row begins on, counted from 1.
func (f *Fields) Line() int { return f.in.line }

// next is Read without a copy.
func (f *Fields) next() error {
	err := f.in.next()
	var mistake *csvMistake
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &mistake):
		return &RowError{f.name, mistake.line, mistake.column, mistake.text}
	case err != nil:
		return textError(f.name, err)
	}
	if f.width == 0 {
		f.width = len(f.in.fields)
	}
	if j := &f.in.joined; f.doubts && j.lines > 1 && j.rows(f.width) {
		return &RowError{f.name, j.line, j.column, fmt.Sprintf("the quote that opens here makes one row of the lines %d to %d, which all look like rows; write quote: none where quotes mean nothing, and quote: '\"' where this one is meant", f.in.line, f.in.line+j.lines-1)}
	}
	return nil
}

// RaggedHint is what a message ends with about the last row, which has another
// number of fields than columns: why that may be, where it can be told.
func (f *Fields) RaggedHint(columns int) string {
	if f.in.joined.lines > 1 {
		return f.in.joined.by(f.in.line)
	}
	if n := len(f.in.fields); n == columns+1 && f.in.fields[columns] == "" {
		return "; the last one is empty: take the separator at the end of the line out, or put one at the end of the first line too"
	}
	return ""
}
