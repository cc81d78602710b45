package data

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"unicode/utf8"
)

// csvScanner reads the records of a CSV file. Lines without a quote, nearly all
// of them, are cut up here, several times as fast; whatever else there is goes
// through encoding/csv, which reads from the same buffer and takes no more of it
// than its record.
type csvScanner struct {
	b      *bufio.Reader
	in     *csv.Reader
	sep    byte // 0: encoding/csv reads everything
	fields []string
	line   int // on which the record begins, counted from 1
	cut    int // lines cut up here
	others int // lines that encoding/csv has read
}

// newCSVScanner reads from b, whose buffer must have 4096 bytes or more: only
// then encoding/csv adds none of its own.
func newCSVScanner(b *bufio.Reader, separator rune) *csvScanner {
	s := &csvScanner{b: b, in: csv.NewReader(b)}
	s.in.FieldsPerRecord = -1
	s.in.ReuseRecord = true
	if separator != 0 {
		s.in.Comma = separator
	}
	return s
}

// tableText tells by its beginning that a file is no text that can be a table:
// what spreadsheets save under names such as "Unicode text", or their own format.
func tableText(b *bufio.Reader) error {
	start, _ := b.Peek(512) // an error comes again when it is read
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return errors.New("the text is UTF-16; save it as UTF-8")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return errors.New("this is a spreadsheet or an archive, not a table of text; save it as CSV")
	case bytes.IndexByte(start, 0) >= 0:
		return errors.New("this is no text")
	}
	return nil
}

// next reads a record into fields.
func (s *csvScanner) next() error {
	if s.sep != 0 {
		for {
			line := s.peekLine()
			if line == nil {
				break
			}
			_, _ = s.b.Discard(len(line)) // just peeked at
			s.cut++
			line = bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'})
			if len(line) > 0 { // empty lines are no records
				s.line = s.cut + s.others
				s.split(string(line))
				return nil
			}
		}
	}
	var err error
	if s.fields, err = s.in.Read(); err != nil {
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			parse.StartLine += s.cut
			parse.Line += s.cut
		}
		return err
	}
	if s.in.Comma < utf8.RuneSelf { // and a good one, or Read would have failed
		s.sep = byte(s.in.Comma)
	}
	line, _ := s.in.FieldPos(0)
	s.line = line + s.cut
	last := len(s.fields) - 1
	line, _ = s.in.FieldPos(last)
	s.others = line + strings.Count(s.fields[last], "\n")
	return nil
}

// peekLine is the next line with its end, nil if it holds a quote, is longer
// than the buffer or has no end.
func (s *csvScanner) peekLine() []byte {
	for from := 0; ; {
		have, _ := s.b.Peek(s.b.Buffered())
		if n := bytes.IndexByte(have[from:], '\n'); n >= 0 {
			line := have[:from+n+1]
			if bytes.IndexByte(line, '"') >= 0 {
				return nil
			}
			return line
		}
		from = len(have)
		if from == s.b.Size() {
			return nil
		}
		if more, _ := s.b.Peek(from + 1); len(more) == from {
			return nil // the end, or an error that the next Read returns
		}
	}
}

// split cuts a line up.
func (s *csvScanner) split(line string) {
	s.fields = s.fields[:0]
	for {
		n := strings.IndexByte(line, s.sep)
		if n < 0 {
			s.fields = append(s.fields, line)
			return
		}
		s.fields = append(s.fields, line[:n])
		line = line[n+1:]
	}
}
