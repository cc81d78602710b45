package starter

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/runtime/data"
)

// readTable looks at the rows of a CSV file. How it is written is found out by
// reading it: as UTF-8 with fields in quotes first.
func readTable(path string) (*tableFile, error) {
	t := &tableFile{path: path, written: data.CSV{Encoding: ""}}
	encoding, err := encodingOf(path)
	if err != nil {
		return nil, err
	}
	if encoding != "utf-8" {
		t.written.Encoding = encoding
		t.notes = append(t.notes, notUTF8("the text is", encoding))
	}
	err = t.read()
	var quotes *data.RowError
	if errors.As(err, &quotes) {
		other := &tableFile{path: path, written: t.written, notes: t.notes}
		if other.written.Quote = "none"; other.read() == nil {
			other.notes = append(other.notes, fmt.Sprintf("quote: none, for every line is a row if quotes mean nothing, and with quotes %s:%d has a mistake", path, quotes.Line))
			t, err = other, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if t.rows < 5 {
		return nil, fmt.Errorf("%s: %s; there is nothing to learn from", path, show.Plural(t.rows, "row"))
	}
	t.notes = append(t.notes, t.chooseForm()...)
	return t, nil
}

// notUTF8 says which encoding a text seems to have: UTF-16 has a mark, and the
// others only letters that are read wrongly or not.
func notUTF8(what, encoding string) string {
	if encoding == "utf-16" {
		return what + " UTF-16"
	}
	return fmt.Sprintf("%s not UTF-8, and read as %s; if letters come out wrong, change encoding:", what, encoding)
}

// longestText is how much of a text is looked at for its encoding.
const longestText = 64 << 20

// encodingOf finds the encoding of a text.
func encodingOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var magic [2]byte
	n, _ := io.ReadFull(f, magic[:])
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	var r io.Reader = f
	if string(magic[:n]) == "\x1f\x8b" {
		if r, err = gzip.NewReader(f); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	text, err := io.ReadAll(io.LimitReader(r, longestText))
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	encoding := data.RecogniseEncoding(text)
	if encoding != "utf-16" && bytes.IndexByte(text[:min(len(text), 16<<10)], 0) >= 0 && !bytes.HasPrefix(text, []byte("PK")) {
		return "", fmt.Errorf("%s: this is not text; init describes tables (CSV), arrays (IDX, NPY, NPZ) and folders", path)
	}
	return encoding, nil
}

// read looks at the rows.
func (t *tableFile) read() error {
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := t.findSeparator(f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in, err := t.written.Fields(f, t.path)
	if err != nil {
		return err
	}
	first, err := in.Read()
	if err == io.EOF {
		return fmt.Errorf("%s: the file is empty", t.path)
	}
	if err == nil {
		err = t.begin(first, in)
	}
	for err == nil && t.rows < mostRows {
		var fields []string
		if fields, err = in.Read(); err == nil {
			err = t.add(fields, in)
		}
	}
	if t.all = err == io.EOF; t.all {
		return nil
	}
	return err
}

// begin looks at the first line: it names the columns unless it holds numbers.
func (t *tableFile) begin(first []string, in *data.Fields) error {
	if len(first) < 2 {
		return fmt.Errorf("%s:1: one column; a table has at least one to predict from and one to predict, separated by commas, semicolons or tabs", t.path)
	}
	t.header = !slices.ContainsFunc(first, isNumber)
	seen := map[string]int{}
	for i, f := range first {
		name := strings.TrimSpace(f)
		if !t.header {
			name = fmt.Sprintf("column%d", i+1)
		}
		if at := seen[name]; at > 0 && name != "" { // columns without a name are left out
			return fmt.Errorf("%s:%d: the columns %d and %d are both named %q; give one of them another name in the file", t.path, in.Line(), at, i+1, name)
		}
		seen[name] = i + 1
		t.columns = append(t.columns, newColumn(name))
	}
	if !t.header {
		return t.add(first, in)
	}
	return nil
}

// add looks at a row.
func (t *tableFile) add(fields []string, in *data.Fields) error {
	if len(fields) != len(t.columns) {
		return fmt.Errorf("%s:%d: %s, the first line has %d%s", t.path, in.Line(), show.Plural(len(fields), "field"), len(t.columns), in.RaggedHint(len(t.columns)))
	}
	for i, f := range fields {
		c := t.columns[i]
		c.add(f)
		if len(c.distinct) <= mostClasses {
			c.order = append(c.order, strings.TrimSpace(f))
		} else {
			c.order = nil
		}
	}
	t.rows++
	return nil
}

// separatorLines is how many lines are searched for what separates fields.
const separatorLines = 50

// findSeparator finds what separates the fields: what every line has as
// often, a comma last, for it may be a decimal mark; else what the first line
// has most of.
func (t *tableFile) findSeparator(f *os.File) error {
	var counts [][4]int // by line
	const separators = "\t;|,"
	for line, err := range data.Lines(f, t.path, t.written.Encoding) {
		if err != nil {
			break // it comes again when the rows are read
		}
		var n [4]int
		open := false
		for _, r := range line.Text {
			if r == '"' && t.written.Quote != "none" {
				open = !open
			} else if i := strings.IndexRune(separators, r); i >= 0 && !open {
				n[i]++
			}
		}
		if line.Text != "" {
			counts = append(counts, n)
		}
		if len(counts) == separatorLines {
			break
		}
	}
	t.written.Separator = ','
	if len(counts) == 0 {
		return nil
	}
	most := 0
	for i, r := range separators {
		if counts[0][i] > 0 && !slices.ContainsFunc(counts, func(n [4]int) bool { return n[i] != counts[0][i] }) {
			t.written.Separator = r
			return nil
		}
		if counts[0][i] > most {
			most, t.written.Separator = counts[0][i], r
		}
	}
	return nil
}
