package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// mostRecordBytes bounds a record of a CSV file, which a quote that nothing
// closes would make as long as the file.
const mostRecordBytes = 1 << 26

var longRow = fmt.Sprintf("a row of more than %d bytes", mostRecordBytes)

// csvScanner reads the records of a CSV file (RFC 4180, and what encoding/csv
// makes of it) whose lines end in "\n". Nearly all lines are without a quote, and
// are only cut up. What encoding/csv cannot say is where the quote opened that
// makes one field of several lines.
type csvScanner struct {
	lineReader
	separator string
	quotes    bool // fields may be in quotes
	fields    []string
	line      int  // on which the record begins, counted from 1
	joined    join // the lines of the record

	field []byte // in quotes
}

// join is a record of several lines.
type join struct {
	lines        int
	line, column int  // where the first quote opens that holds the end of a line
	separators   int  // in the first line
	alike        bool // in every line there are as many
}

// csvMistake is a quote out of place. What follows can be read.
type csvMistake struct {
	line, column int
	text         string
}

func (e *csvMistake) Error() string { return e.text }

func newCSVScanner(b *bufio.Reader, separator rune, quotes bool) *csvScanner {
	if separator == 0 {
		separator = ','
	}
	return &csvScanner{lineReader: lineReader{b: b}, separator: string(separator), quotes: quotes}
}

// next reads a record into fields. Empty lines are not records.
func (s *csvScanner) next() error {
	for {
		line, err := s.readLine(mostRecordBytes)
		if err == errLongLine {
			return &csvMistake{s.lines + 1, 1, longRow}
		}
		if err != nil {
			return err
		}
		if len(line) == 0 {
			continue
		}
		s.line, s.joined = s.lines, join{lines: 1}
		if s.quotes && bytes.IndexByte(line, '"') >= 0 {
			return s.quoted(string(line))
		}
		s.split(string(line))
		return nil
	}
}

// split cuts up a line without quotes.
func (s *csvScanner) split(line string) {
	s.fields = s.fields[:0]
	for {
		field, rest, more := strings.Cut(line, s.separator)
		s.fields = append(s.fields, field)
		if !more {
			return
		}
		line = rest
	}
}

// quoted cuts up a record that begins with line, some of whose fields may be in
// quotes.
func (s *csvScanner) quoted(line string) error {
	s.fields = s.fields[:0]
	rest, size := line, len(line)
	for more := true; more; {
		if !strings.HasPrefix(rest, `"`) {
			var field, after string
			field, after, more = strings.Cut(rest, s.separator)
			if at := strings.IndexByte(field, '"'); at >= 0 {
				return s.mistake(line, rest[at:], "a quote within a field that does not begin with one: put the field in quotes and double its own, or write quote: none where quotes mean nothing")
			}
			s.fields = append(s.fields, field)
			rest = after
			continue
		}
		opened := s.mistake(line, rest, "")
		s.field = s.field[:0]
		rest = rest[1:]
		for closed := false; !closed; {
			part, after, found := strings.Cut(rest, `"`)
			s.field = append(s.field, part...)
			switch {
			case !found:
				next, err := s.readLine(mostRecordBytes - size)
				switch {
				case err == io.EOF:
					opened.text = "the quote that opens here is never closed; write quote: none where quotes mean nothing"
					return opened
				case err == errLongLine:
					opened.text = longRow + ", from the quote that opens here; write quote: none where quotes mean nothing"
					return opened
				case err != nil:
					return err
				}
				s.join(line, string(next), opened)
				s.field = append(s.field, '\n')
				line = string(next)
				rest, size = line, size+len(line)+1
			case strings.HasPrefix(after, `"`):
				s.field = append(s.field, '"')
				rest = after[1:]
			case after == "", strings.HasPrefix(after, s.separator):
				closed, more = true, after != ""
				rest = strings.TrimPrefix(after, s.separator)
			default:
				at := s.mistake(line, after, "")
				opened.text = fmt.Sprintf("the quote that opens here is closed %s, before its field ends: double the quotes within a field, or write quote: none where quotes mean nothing", at.seenFrom(opened))
				return opened
			}
		}
		s.fields = append(s.fields, string(s.field))
	}
	return nil
}

// mistake is one where rest, the end of the present line, begins.
func (s *csvScanner) mistake(line, rest, text string) *csvMistake {
	return &csvMistake{s.lines, utf8.RuneCountInString(line[:len(line)-len(rest)]) + 1, text}
}

// seenFrom names a place in the file for a message about another one.
func (e *csvMistake) seenFrom(other *csvMistake) string {
	if e.line == other.line {
		return fmt.Sprintf("in column %d", e.column)
	}
	return fmt.Sprintf("on line %d", e.line)
}

// join notes that a field goes on in the next line.
func (s *csvScanner) join(line, next string, opened *csvMistake) {
	j := &s.joined
	if j.lines++; j.lines == 2 {
		j.line, j.column = opened.line, opened.column
		j.separators, j.alike = strings.Count(line, s.separator), true
	}
	j.alike = j.alike && strings.Count(next, s.separator) == j.separators
}

// rows tells whether the lines of a record are rows of their own, by all that can
// be seen: each has the separators of one, and together so many that texts have
// them by chance nowhere.
func (j *join) rows(columns int) bool {
	const many = 12
	return j.alike && j.separators == columns-1 && (j.lines-1)*j.separators >= many
}

// by says which quote has joined the lines of a record.
func (j *join) by(record int) string {
	return fmt.Sprintf("; the quote that opens at %d:%d makes one row of the lines %d to %d; write quote: none where quotes mean nothing", j.line, j.column, record, record+j.lines-1)
}
