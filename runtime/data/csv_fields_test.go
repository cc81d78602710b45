package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// readAll reads a file to its end or first mistake, and returns the number of
// rows.
func readAll(text string, c CSV) (rows int, err error) {
	in, err := c.Fields(strings.NewReader(text), "t.csv")
	for err == nil {
		if _, err = in.Read(); err == nil {
			rows++
		}
	}
	if err == io.EOF {
		err = nil
	}
	return rows, err
}

// Texts of several lines in quotes are read, whatever commas are in them, and two
// stray quotes that make one row of many are noticed.
func TestJoinedRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		columns := 2 + r.IntN(5)
		var legal strings.Builder
		w := csv.NewWriter(&legal)
		n := 50
		for range n {
			row := make([]string, columns)
			for i := range row {
				row[i] = fmt.Sprint(r.IntN(100))
			}
			var lines []string
			for range 1 + r.IntN(6) {
				lines = append(lines, "x"+strings.Repeat(", y", r.IntN(4))+` "quoted"`)
			}
			row[r.IntN(columns)] = strings.Join(lines, "\n")
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		if rows, err := readAll(legal.String(), CSV{}); err != nil || rows != n {
			t.Fatalf("%d of %d rows, %v:\n%s", rows, n, err, legal.String())
		}

		var lines []string
		for i := range n {
			row := make([]string, columns)
			for k := range row {
				row[k] = fmt.Sprint(i)
			}
			lines = append(lines, strings.Join(row, ","))
		}
		first := 1 + r.IntN(20)
		last := first + 12 + r.IntN(15)
		at := r.IntN(columns)
		stray := func(line int, quoted func(string) string) {
			row := strings.Split(lines[line], ",")
			row[at] = quoted(row[at])
			lines[line] = strings.Join(row, ",")
		}
		stray(first, func(s string) string { return `"` + s })
		stray(last, func(s string) string { return s + `"` })
		text := strings.Join(lines, "\n")
		rows, err := readAll(text, CSV{})
		var row *RowError
		if !errors.As(err, &row) || row.Line != first+1 || rows != first || !strings.Contains(row.Problem, fmt.Sprintf("the lines %d to %d", first+1, last+1)) {
			t.Fatalf("%d rows, %v; want a mistake on line %d:\n%s", rows, err, first+1, text)
		}
		if rows, err := readAll(text, CSV{Quote: "none"}); err != nil || rows != n {
			t.Fatalf("without quotes: %d rows, %v", rows, err)
		}
		if rows, err := readAll(text, CSV{Quote: `"`}); err != nil || rows != n-(last-first) {
			t.Fatalf("with quotes that are meant: %d rows, %v", rows, err)
		}
	}
}
