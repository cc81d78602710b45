package data

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// CSV says which columns of a CSV file are wanted and how the file is written.
type CSV struct {
	// Columns names the columns wanted, in the order wanted; none: all of them,
	// in the order of the file.
	Columns []string
	// Weight names the column of the sample weights; "": every row weighs 1.
	Weight string
	// Header names the columns of a file whose first line does not.
	Header []string
	// Separator is the character between two fields; 0: ','.
	Separator rune
	// Quote is "none" where quotes are characters like any other, and `"` where
	// they enclose fields, however many lines these have. "": they enclose
	// fields, and one that has made a single row of many is an error.
	Quote string
	// Encoding of the text: "utf-8", "latin-1", "windows-1252" or "utf-16"; "":
	// utf-8. A byte order mark is not part of the text.
	Encoding string
	// Decimal is the mark before the fraction of a number, ',' or '.'; 0: '.'.
	Decimal rune
	// Thousands comes before every three digits of a number; 0: nothing does. A
	// space includes those that do not break lines.
	Thousands rune
	// Numbers names those of Columns for which Text rewrites numbers in the way
	// of Go; Number always does.
	Numbers []string

	rest bool // the columns that Columns does not name are wanted too, after them
}

// Records reads a CSV file from r, compressed with gzip or not; name stands for
// it in errors. Columns are found by their names. All mistakes of form, those of
// rows with too many or too few fields and those that [Record.Check] has noted
// come at the end as one error, ten at most. The record is the same one each
// time.
func (c CSV) Records(r io.Reader, name string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		ended := false
		err := c.read(r, name, func(rec *Record) bool {
			ended = !yield(rec, nil)
			return !ended
		})
		if err != nil && !ended {
			yield(nil, err)
		}
	}
}

// Record is one row of a CSV file.
type Record struct {
	problems
	csv     *CSV
	numbers []bool   // the wanted columns that CSV.Numbers names; nil: none
	columns []string // wanted
	index   []int    // of the columns in a row of the file
	fields  []string // of the row of the file
	line    int
	weight  float32
}

// Columns names the columns wanted. The caller must not change them.
func (r *Record) Columns() []string { return r.columns }

// Text is the field of the wanted column i, without the spaces around it. Where
// [CSV.Numbers] names the column, a number is as Go writes it.
func (r *Record) Text(i int) string {
	text := strings.TrimSpace(r.fields[r.index[i]])
	if r.numbers == nil || !r.numbers[i] {
		return text
	}
	plain, err := r.csv.Plain(text)
	if err != nil {
		r.Check(i, err)
		return "0" // so that nothing else is said of it
	}
	return plain
}

// Number is the field of the wanted column i as a number. If it is not a finite
// one, that is noted as by Check, and the answer is 0.
func (r *Record) Number(i int) float32 {
	v, problem := r.csv.number(r.fields[r.index[i]])
	if problem != "" {
		r.Check(i, errors.New(problem))
	}
	return v
}

// Integer is the field of the wanted column i as the number of a class, or an id.
// If it is not a whole number of 32 bits, that is noted as by Check, and the
// answer is 0. "3.0" is 3.
func (r *Record) Integer(i int) int32 {
	text, err := r.csv.Plain(r.fields[r.index[i]])
	var v int32
	if err == nil {
		v, err = integer(strings.TrimSpace(text))
	}
	r.Check(i, err)
	return v
}

// Check notes that the field of the wanted column i is wrong, unless err is nil.
// An error that an earlier row has in the same column is not reported again.
func (r *Record) Check(i int, err error) {
	if err != nil {
		if !r.full() {
			r.addOnce(r.Place(), fmt.Errorf("column %.80q: %w", r.columns[i], err))
		}
	}
}

// Line is the line of the file that the row begins on, counted from 1.
func (r *Record) Line() int { return r.line }

// Place is the file and the line that the row begins on: "train.csv:12".
func (r *Record) Place() string { return fmt.Sprintf("%s:%d", r.name, r.line) }

// Weight is the row's weight in the loss.
func (r *Record) Weight() float32 { return r.weight }

// read calls each with the rows of a file until it returns false or ten
// mistakes have been found, and returns the mistakes.
func (c CSV) read(r io.Reader, name string, each func(*Record) bool) error {
	if err := c.checkNumbers(name); err != nil {
		return err
	}
	in, err := c.Fields(r, name)
	if err != nil {
		return err
	}
	rec := &Record{problems: problems{name: name}, csv: &c, columns: c.Columns}
	header, weight := c.Header, -1
	if header == nil {
		err := in.next()
		if err == io.EOF {
			return fmt.Errorf("%s: the file is empty; its first line must name the columns", name)
		}
		if err != nil {
			return err
		}
		header = trimmed(in.in.fields)
		rec.line = in.Line()
	}
	if weight, err = rec.find(c, header); err != nil {
		return err
	}
	for !rec.full() {
		err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return errors.Join(rec.err(), err)
		}
		first := rec.line == 0
		rec.line, rec.fields = in.Line(), in.in.fields
		switch {
		case len(rec.fields) != len(header):
			rec.add(rec.line, "%s, the header has %d%s", plural(len(rec.fields), "field"), len(header), in.RaggedHint(len(header)))
			continue
		case first && c.Header != nil && slices.Equal(trimmed(rec.fields), header):
			rec.add(rec.line, "the line names the columns: the file has a header line of its own and needs no other")
			continue
		}
		rec.weigh(weight, c.Weight)
		if !each(rec) {
			break
		}
	}
	return rec.err()
}

func trimmed(fields []string) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = strings.TrimSpace(f)
	}
	return all
}

// weigh reads the weight of the row.
func (r *Record) weigh(at int, column string) {
	r.weight = 1
	if at < 0 {
		return
	}
	v, problem := r.csv.number(r.fields[at])
	if problem == "" && v < 0 {
		problem = fmt.Sprintf("the weight %v is negative", v)
	}
	if problem != "" {
		r.addOnce(r.Place(), fmt.Errorf("column %q: %s", column, problem))
	}
	r.weight = v
}
