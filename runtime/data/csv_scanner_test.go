package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sameAsCSV compares the scanner with encoding/csv alone, record by record.
func sameAsCSV(t *testing.T, text string, separator rune) {
	t.Helper()
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	if separator != 0 {
		in.Comma = separator
	}
	s := newCSVScanner(bufio.NewReaderSize(strings.NewReader(text), 4096), separator)
	for record := 0; ; record++ {
		want, wantErr := in.Read()
		err := s.next()
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("record %d: %v, want %v", record, err, wantErr)
		}
		if err != nil {
			return
		}
		if line, _ := in.FieldPos(0); !slices.Equal(s.fields, want) || s.line != line {
			t.Fatalf("record %d: line %d %q, want line %d %q", record, s.line, s.fields, line, want)
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
	"é,ß\nü,\xff\n",
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
	s := newCSVScanner(bufio.NewReaderSize(io.MultiReader(strings.NewReader("a\nb\n"), broken{}), 4096), 0)
	for _, want := range []error{nil, nil, io.ErrClosedPipe} {
		if err := s.next(); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func FuzzCSVScanner(f *testing.F) {
	for _, text := range csvTexts {
		f.Add(text, ',')
	}
	f.Fuzz(func(t *testing.T, text string, separator rune) { sameAsCSV(t, text, separator) })
}
