package data

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// sameAsCSV compares the scanner with encoding/csv, record by record, mistakes
// among them.
func sameAsCSV(t *testing.T, text string, separator rune) {
	t.Helper()
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	if separator != 0 {
		in.Comma = separator
	}
	s := newCSVScanner(bufio.NewReaderSize(strings.NewReader(text), 4096), separator, true)
	for record := 0; ; record++ {
		want, wantErr := in.Read()
		err := s.next()
		if wantErr == io.EOF && err == io.EOF {
			return
		}
		var parse *csv.ParseError
		var mistake *csvMistake
		if errors.As(wantErr, &parse) != errors.As(err, &mistake) || parse == nil && wantErr != nil {
			t.Fatalf("record %d: %v, want %v", record, err, wantErr)
		}
		switch {
		case parse == nil:
			if line, _ := in.FieldPos(0); !slices.Equal(s.fields, want) || s.line != line {
				t.Fatalf("record %d: line %d %q, want line %d %q", record, s.line, s.fields, line, want)
			}
		case errors.Is(parse, csv.ErrBareQuote):
			line := strings.Split(text, "\n")[parse.Line-1]
			if column := utf8.RuneCountInString(line[:parse.Column-1]) + 1; mistake.line != parse.Line || mistake.column != column || !strings.HasPrefix(mistake.text, "a quote within") {
				t.Fatalf("record %d: %d:%d: %v, want %v", record, mistake.line, mistake.column, mistake, parse)
			}
		default: // encoding/csv names the end of the field, and we its beginning
			line := []rune(strings.Split(text, "\n")[mistake.line-1])
			if mistake.line < parse.StartLine || mistake.line > parse.Line || mistake.column > len(line) || line[mistake.column-1] != '"' {
				t.Fatalf("record %d: %d:%d: %v, want %v", record, mistake.line, mistake.column, mistake, parse)
			}
		}
	}
}

var csvTexts = []string{
	"",
	"a",
	"a\r",
	"a,b\n1,2\n\n\r\n3,4\n5",
	"a,b\r\n1,2\r\n\"x\r\n\ny\",\"z\"\"\"\r\n5,\r\n,\n6,7\r\n\r",
	"\"a\n\n\n\",b\n1,2\n\"3\n\",4\n\n5,6\n\"7\"\n8,\"9\n\n\n\"\n10,11\n12,13\"\n",
	"a,b\n1,2\n\"x\n3,4\n",
	"a,b\n1,2\n3,4\"5\n",
	"1,2\n\r\r\n\r3\r4\r\n,\n",
	"é,ß\nü,x\n\"ü\"ü,1\nü\",2\n",
	strings.Repeat("0123456789,\n", 1000),
	"a\n" + strings.Repeat("long,", 2000) + "\nb,c\n" + strings.Repeat("x", 4095) + "\n" + strings.Repeat("x", 4096) + "\nd",
}

func TestCSVScanner(t *testing.T) {
	for _, text := range csvTexts {
		for _, separator := range ",;\tß" {
			sameAsCSV(t, text, separator)
			sameAsCSV(t, strings.ReplaceAll(text, ",", string(separator)), separator)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		text := make([]byte, r.IntN(30))
		for i := range text {
			text[i] = "abc,,,;\"\"\r\n\n\n"[r.IntN(13)]
		}
		sameAsCSV(t, string(text), ',')
	}
	s := newCSVScanner(bufio.NewReaderSize(io.MultiReader(strings.NewReader("a\nb\n"), broken{}), 4096), 0, true)
	for _, want := range []error{nil, nil, io.ErrClosedPipe} {
		if err := s.next(); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// TestNoQuotes cuts lines up as if quotes were letters.
func TestNoQuotes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		text := make([]byte, r.IntN(40))
		for i := range text {
			text[i] = "ab,,\"\"\n"[r.IntN(7)]
		}
		s := newCSVScanner(bufio.NewReaderSize(strings.NewReader(string(text)), 16), ',', false)
		for i, line := range strings.Split(string(text), "\n") {
			if line == "" {
				continue
			}
			if err := s.next(); err != nil || !slices.Equal(s.fields, strings.Split(line, ",")) || s.line != i+1 {
				t.Fatalf("%q: line %d %q (%v), want line %d %q", text, s.line, s.fields, err, i+1, line)
			}
		}
		if err := s.next(); err != io.EOF {
			t.Fatalf("%q: %v at the end", text, err)
		}
	}
}

// endless is a text that one quote makes a single field.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "x,y\n"[e.n%4]
		if e.n == 0 {
			p[i] = '"'
		}
		e.n++
	}
	return len(p), nil
}

// TestEndlessRecord sees to it that a quote which nothing closes does not gather a
// file in memory.
func TestEndlessRecord(t *testing.T) {
	text := &endless{}
	err := CSV{}.read(text, "t.csv", func(*Record) bool { return true })
	if err == nil || !strings.HasPrefix(err.Error(), "t.csv:1:1: a row of more than 67108864 bytes, from the quote that opens here") || text.n > mostRecordBytes*5/4 {
		t.Errorf("%v after %d bytes", err, text.n)
	}
	s := newCSVScanner(bufio.NewReader(ones{}), 0, true)
	if err := s.next(); err == nil || err.Error() != "a row of more than 67108864 bytes" {
		t.Error(err)
	}
}

// ones is a line without an end.
type ones struct{}

func (ones) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '1'
	}
	return len(p), nil
}

func FuzzCSVScanner(f *testing.F) {
	for _, text := range csvTexts {
		f.Add(text, ',')
	}
	f.Fuzz(func(t *testing.T, text string, separator rune) {
		if utf8.ValidString(text) && badSeparator(separator) == nil {
			sameAsCSV(t, text, separator)
		}
	})
}

// FuzzFields reads files that are written in any way: rows come in the order of
// their lines, and mistakes have a place.
func FuzzFields(f *testing.F) {
	for i, text := range csvTexts {
		f.Add([]byte(text), uint8(i), ',')
	}
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\r\x00"), uint8(3), ',')
	f.Add([]byte("a,b\n1,\"2\n3,4\n5,6\n7,8\n9,0\n1,2\n3,4\n5,6\n7,8\n9,0\n1,2\n3,4\n5,6\"\n"), uint8(0), ',')
	f.Fuzz(func(t *testing.T, text []byte, how uint8, separator rune) {
		c := CSV{Separator: separator, Encoding: textEncodings[how%4], Quote: []string{"", "none", "\""}[how/4%3]}
		in, err := c.Fields(bytes.NewReader(text), "t.csv")
		if err != nil {
			return
		}
		for last := 0; ; {
			fields, err := in.Read()
			var row *RowError
			switch {
			case errors.As(err, &row):
				if row.Line < 1 || row.Column < 1 || row.Line > in.in.lines+1 {
					t.Fatalf("%q: %v after line %d", text, row, in.in.lines)
				}
				continue
			case err != nil:
				return
			}
			if in.Line() <= last {
				t.Fatalf("%q: line %d after %d", text, in.Line(), last)
			}
			last = in.Line()
			if all := strings.Join(fields, ""); !utf8.ValidString(all) || strings.Contains(all, "\r") || len(fields) == 0 {
				t.Fatalf("%q becomes %q", text, fields)
			}
		}
	})
}
