package data

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const people = `name, age ,weight,churned
"Ann, Mary", 41 ,1,no
Bob,,0.5,yes

"Cid ""C""",7,2,no
`

// describe reads all records and tells what they hold, then the error.
func describe(c CSV, text string) string {
	var b strings.Builder
	for r, err := range c.Records(strings.NewReader(text), "t.csv") {
		if err != nil {
			fmt.Fprintf(&b, "%v", err)
			break
		}
		fmt.Fprintf(&b, "%s", r.Place())
		for i := range r.Columns() {
			fmt.Fprintf(&b, " %s=%q", r.Columns()[i], r.Text(i))
		}
		fmt.Fprintf(&b, " %v\n", r.Weight())
	}
	return b.String()
}

func TestRecords(t *testing.T) {
	want := `t.csv:2 churned="no" name="Ann, Mary" age="41" 1
t.csv:3 churned="yes" name="Bob" age="" 0.5
t.csv:5 churned="no" name="Cid \"C\"" age="7" 2
`
	c := CSV{Columns: []string{"churned", "name", "age"}, Weight: "weight"}
	for name, text := range map[string]string{
		"plain":        people,
		"windows":      strings.ReplaceAll(people, "\n", "\r\n"),
		"byte order":   "\uFEFF" + people,
		"no last line": strings.TrimSuffix(people, "\n"),
		"gzip":         string(gzipped(t, []byte(people))),
	} {
		if got := describe(c, text); got != want {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	for _, x := range []struct {
		name string
		c    CSV
		text string
		want string
	}{
		{"all columns", CSV{}, "b,a\n1,2\n", "t.csv:2 b=\"1\" a=\"2\" 1\n"},
		{"all but the weight", CSV{Weight: "b"}, "b,a\n3,2\n", "t.csv:2 a=\"2\" 3\n"},
		{"separator", CSV{Separator: ';'}, "b;a\n1;2,5\n", "t.csv:2 b=\"1\" a=\"2,5\" 1\n"},
		{"tab", CSV{Separator: '\t'}, "b\ta\n 1 \t\n", "t.csv:2 b=\"1\" a=\"\" 1\n"},
		{"header", CSV{Header: []string{"b", "a"}, Columns: []string{"a"}}, "1,2\n3,4\n", "t.csv:1 a=\"2\" 1\nt.csv:2 a=\"4\" 1\n"},
		{"header of numbers", CSV{Header: []string{"0", "1"}, Columns: []string{"1"}}, "5,6\n", "t.csv:1 1=\"6\" 1\n"},
		{"a column twice", CSV{Columns: []string{"a", "a"}}, "a\n5\n", "t.csv:2 a=\"5\" a=\"5\" 1\n"},
		{"no rows", CSV{}, "a\n", ""},
	} {
		if got := describe(x.c, x.text); got != x.want {
			t.Errorf("%s:\n%s\nwant\n%s", x.name, got, x.want)
		}
	}
	for range c.Records(strings.NewReader(people+"1,2\n"), "t.csv") {
		break // a reader may stop early
	}
}

func TestRecordErrors(t *testing.T) {
	for _, x := range []struct {
		name string
		c    CSV
		text string
		want string
	}{
		{"empty", CSV{}, "", "t.csv: the file is empty; its first line must name the columns"},
		{"UTF-16", CSV{}, "\xff\xfea\x00,\x00b\x00\n\x00", "t.csv: the text is UTF-16; write encoding: utf-16, or save it as UTF-8"},
		{"a spreadsheet", CSV{}, "PK\x03\x04\x14\x00\x06\x00", "t.csv: this is a spreadsheet or an archive, not a text; save a table as CSV"},
		{"no text", CSV{}, "a\x00,b\n", "t.csv: this is not text"},
		{"near", CSV{Columns: []string{"nam"}}, people, `t.csv:1: no column "nam" (did you mean "name"?); the columns are "name", "age", "weight", "churned"`},
		{"near in header", CSV{Header: []string{"age"}, Columns: []string{"agee"}}, "1\n", `t.csv: no column "agee" (did you mean "age"?); the columns are "age"`},
		{"a row on top", CSV{Columns: []string{"age", "name", "work"}}, "39,Private,7,x\n", `t.csv:1: no column "age": the first line must name the columns, and it holds numbers; where no line does, header: must`},
		{"numbers as names", CSV{Columns: []string{"0", "lable"}}, "0,1,label\n", `t.csv:1: no column "lable" (did you mean "label"?); the columns are "0", "1", "label"`},
		{"a row of all columns", CSV{}, "1,1,0,0,0\n", "t.csv:1: two columns are named \"1\"\nt.csv:1: two columns are named \"0\""},
		{"no weight", CSV{Weight: "w"}, "a,b\n1,2\n", `t.csv:1: no column "w"; the columns are "a", "b"`},
		{"separator", CSV{Columns: []string{"a"}}, "a;b\n1;2\n", `t.csv:1: the fields seem separated by ';'; they must be separated by commas`},
		{"ragged", CSV{}, "a,b\n1\n1,2,3\n", "t.csv:2: 1 field, the header has 2\nt.csv:3: 3 fields, the header has 2"},
		{"ragged under a header", CSV{Header: []string{"a", "b"}}, "1\n", "t.csv:1: 1 field, the header has 2"},
		{"two headers", CSV{Header: []string{"a", "b"}}, "a, b\n1,2\n", "t.csv:2 a=\"1\" b=\"2\" 1\nt.csv:1: the line names the columns: the file has a header line of its own and needs no other"},
		{"weight", CSV{Columns: []string{"a"}, Weight: "w"}, "a,w\n1,-2\n1,x\n1,-2\n1,\n1,NaN\n", `t.csv:2 a="1" -2
t.csv:3 a="1" 0
t.csv:4 a="1" -2
t.csv:5 a="1" 0
t.csv:6 a="1" 0
t.csv:2: column "w": the weight -2 is negative
t.csv:3: column "w": "x" is not a number
t.csv:5: column "w": the field is empty
t.csv:6: column "w": "NaN" is not a finite number`},
		{"quote", CSV{}, "a,b\n1,\"2\n", `t.csv:2:3: the quote that opens here is never closed; write quote: none where quotes mean nothing`},
		{"impossible separator", CSV{Separator: '"'}, "a", "t.csv: '\"' cannot separate fields"},
		{"quotes unknown", CSV{Quote: "'"}, "a", `t.csv: quote is "'"; it must be none, or a quote`},
		{"a quote that joins rows", CSV{}, "a,b\n1,\"2\n3,4\n5\",6\n", "t.csv:2: 3 fields, the header has 2; the quote that opens at 2:3 makes one row of the lines 2 to 4; write quote: none where quotes mean nothing"},
		{"a trailing separator", CSV{}, "a,b\n1,2,\n", "t.csv:2: 3 fields, the header has 2; the last one is empty: take the separator at the end of the line out, or put one at the end of the first line too"},
		{"not UTF-8", CSV{Columns: []string{"a"}}, "a,b\r1,2\r\n3,caf\xe9\n", "t.csv:2 a=\"1\" 1\nt.csv:3:6: byte 0xe9 is not UTF-8; it is 'é' in windows-1252: if that is meant, write encoding: windows-1252, else save the file as UTF-8"},
		{"encoding unknown", CSV{Encoding: "latin1"}, "a", `t.csv: the encoding "latin1" is not known (did you mean "latin-1"?); those that are: utf-8, latin-1, windows-1252, utf-16`},
		{"a hole in the encoding", CSV{Encoding: "windows-1252"}, "a\n\x80\n\x81", "t.csv:2 a=\"€\" 1\nt.csv:3:1: byte 0x81 stands for no character in windows-1252"},
		{"another mark", CSV{Encoding: "latin-1"}, "\uFEFFa", "t.csv: the text begins with the mark of UTF-8, and is to be read as latin-1; take encoding: latin-1 out"},
		{"equal marks", CSV{Decimal: ',', Thousands: ','}, "a", "t.csv: ',' is the mark of thousands and the decimal mark; they must differ"},
		{"marks equal unsaid", CSV{Thousands: '.'}, "a", "t.csv: '.' is the mark of thousands and the decimal mark; they must differ"},
		{"groups", CSV{Columns: []string{"a"}, Numbers: []string{"a"}, Separator: ';', Decimal: ',', Thousands: '.'}, "a;b\n1.234,5;1.2\n1.2.34;x\n1,2,3;\n", `t.csv:2 a="1234.5" 1
t.csv:3 a="0" 1
t.csv:4 a="0" 1
t.csv:3: column "a": "1.2.34" is not grouped by thousands: the mark '.' comes before every three digits, as in 1.234.567
t.csv:4: column "a": "1,2,3" has the decimal mark ',' twice`},
		{"weight with a comma", CSV{Columns: []string{"a"}, Weight: "w", Separator: ';', Decimal: ','}, "a;w\n1,5;0,25\n1;0.5\n", `t.csv:2 a="1,5" 0.25
t.csv:3 a="1" 0
t.csv:3: column "w": "0.5" has a point, and the decimal mark is ','`},
	} {
		if got := describe(x.c, x.text); got != x.want {
			t.Errorf("%s:\n%s\nwant\n%s", x.name, got, x.want)
		}
	}
}

// A file of many columns is read in time that grows with them, and ten mistakes
// are enough.
func TestManyColumns(t *testing.T) {
	const n = 200_000
	var text strings.Builder
	var missing CSV
	for i := range n {
		fmt.Fprintf(&text, "column%d,", i)
		if i%10 == 0 {
			missing.Columns = append(missing.Columns, fmt.Sprintf("no such name %d", i))
		}
	}
	text.WriteString("last\n" + strings.Repeat("1,", n) + "7\n")
	for r, err := range (CSV{}).Records(strings.NewReader(text.String()), "t.csv") {
		if err != nil || len(r.Columns()) != n+1 || r.Number(n) != 7 {
			t.Errorf("%d columns, %v", len(r.Columns()), err)
		}
	}
	for _, err := range missing.Records(strings.NewReader(text.String()), "t.csv") {
		if err == nil || strings.Count(err.Error(), "\n") != mostProblems-1 {
			t.Errorf("%v", err)
		}
	}
}

type person struct {
	name string
	age  float32
}

var personCSV = CSV{Columns: []string{"name", "age", "churned"}, Weight: "weight"}

func setPerson(x *person, y *int, r *Record) {
	x.name = r.Text(0)
	x.age = r.Number(1)
	if *y = slices.Index([]string{"no", "yes"}, r.Text(2)); *y < 0 {
		r.Check(2, errors.New("neither no nor yes"))
	}
	r.Check(0, nil)
}

// write puts a file into a folder of the test's own.
func write(t testing.TB, name string, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// all reads a data set to its end.
func all[X, Y any](rows iter.Seq2[Example[X, Y], error]) (examples []Example[X, Y], err error) {
	for e, err := range rows {
		if err != nil {
			return examples, err
		}
		examples = append(examples, e)
	}
	return examples, nil
}

func TestReadRecords(t *testing.T) {
	good := strings.Replace(people, "Bob,,", "Bob,30,", 1)
	path := write(t, "people.csv", []byte(good))
	var told []int64
	progress := Progress(func(done, total int64) { told = append(told, done, total) })
	d, err := ReadRecords(path, personCSV, setPerson, progress)
	if err != nil {
		t.Fatal(err)
	}
	if n := int64(len(good)); !slices.Equal(told, []int64{n, n}) {
		t.Errorf("progress %v of %d bytes", told, n)
	}
	stream := StreamRecords(path, personCSV, setPerson)
	if stream.Len() != -1 {
		t.Errorf("length %d before the first epoch", stream.Len())
	}
	for epoch := range 2 {
		for name, d := range map[string]Dataset[person, int]{"memory": d, "stream": stream} {
			rows, err := all(d.Rows(epoch))
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, e := range rows {
				fmt.Fprintf(&b, "%v %v %v %s\n", e.X, e.Y, e.Weight, placeOf(d, e.row))
			}
			want := strings.ReplaceAll("{Ann, Mary 41} 0 1 FILE:2\n{Bob 30} 1 0.5 FILE:3\n{Cid \"C\" 7} 0 2 FILE:5\n", "FILE", path)
			if b.String() != want || d.Len() != 3 {
				t.Errorf("%s: length %d:\n%s", name, d.Len(), b.String())
			}
		}
	}
	if got := d.(Placed).Place(2); got != path+":5" {
		t.Errorf("row 2 is at %s", got)
	}
	for range stream.Rows(0) {
		break
	}
}

func TestReadRecordsErrors(t *testing.T) {
	bad := "name,age,weight,churned\nAnn,1,1,no\nBob,x,1,maybe\nCid,x,1,maybe\nDan,y,1\n"
	path := write(t, "bad.csv", []byte(bad))
	want := strings.ReplaceAll(`FILE:3: column "age": "x" is not a number
FILE:3: column "churned": neither no nor yes
FILE:5: 3 fields, the header has 4`, "FILE", path)
	if _, err := ReadRecords(path, personCSV, setPerson); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	// A stream ends at the first row that is wrong.
	rows, err := all(StreamRecords(path, personCSV, setPerson).Rows(0))
	if want := strings.Join(strings.Split(want, "\n")[:2], "\n"); err == nil || err.Error() != want || len(rows) != 1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	var long strings.Builder
	long.WriteString("name,age,weight,churned\n")
	for i := range 30 {
		fmt.Fprintf(&long, "Ann,x%d,1,y%d\n", i, i)
	}
	_, err = ReadRecords(write(t, "long.csv", []byte(long.String())), CSV{Columns: []string{"age", "churned"}}, func(_, _ *float32, r *Record) {
		r.Number(0)
		r.Number(1)
	})
	if err == nil || strings.Count(err.Error(), "\n") != mostProblems-1 || !strings.HasSuffix(err.Error(), `:6: column "churned": "y4" is not a number`) {
		t.Errorf("many mistakes: %v", err)
	}
	empty := write(t, "empty.csv", []byte("name,age,weight,churned\n"))
	if _, err := ReadRecords(empty, personCSV, setPerson); err == nil || err.Error() != empty+": no rows" {
		t.Errorf("no rows: %v", err)
	}
	stream := StreamRecords(empty, personCSV, setPerson)
	if _, err := all(stream.Rows(0)); err == nil || err.Error() != empty+": no rows" || stream.Len() != -1 {
		t.Errorf("a stream without rows: %v", err)
	}
	if _, err := ReadRecords(empty+"x", personCSV, setPerson); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	if _, err := all(StreamRecords(empty+"x", personCSV, setPerson).Rows(0)); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	_, err = readRecords(io.MultiReader(strings.NewReader("name,age,weight,churned\nAnn,1,1,no\n"), broken{}), "x", personCSV, setPerson)
	if err == nil || err.Error() != "x: "+io.ErrClosedPipe.Error() {
		t.Errorf("a reader that fails: %v", err)
	}
}

// A long file tells how far its reader has come while it is read.
func TestProgress(t *testing.T) {
	text := "a\n" + strings.Repeat("0123456789\n", 400_000)
	for name, content := range map[string][]byte{"t.csv": []byte(text), "t.csv.gz": gzipped(t, []byte(text))} {
		path := write(t, name, content)
		var last int64
		calls := 0
		d := StreamRecords(path, CSV{}, func(x, y *float32, r *Record) { *x = r.Number(0) }, Progress(func(done, total int64) {
			if done <= last || total != int64(len(content)) {
				t.Errorf("%s: %d after %d of %d", name, done, last, total)
			}
			last = done
			calls++
		}))
		if _, err := all(d.Rows(0)); err != nil || d.Len() != 400_000 {
			t.Errorf("%s: %d rows, %v", name, d.Len(), err)
		}
		if last != int64(len(content)) || name == "t.csv" && (calls < 4 || calls > 5) {
			t.Errorf("%s: %d calls, %d of %d bytes at the end", name, calls, last, len(content))
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte(people), "name", "weight", false)
	f.Add([]byte("a,b\n1,2\n3,4\n"), "b", "", true)
	f.Add([]byte("a;b\n1,\"2\n"), "a", "b", false)
	f.Add([]byte("\uFEFFa,,a\n1\n,,,\n"), "", "a", false)
	f.Add(gzipped(f, []byte("a\n1e39\n")), "a", "", false)
	f.Fuzz(func(t *testing.T, text []byte, column, weight string, header bool) {
		c := CSV{Columns: []string{column}, Weight: weight}
		if header {
			c.Header = []string{column, weight, "c"}
		}
		d, err := readRecords(strings.NewReader(string(text)), "fuzz", c, func(x *string, y *float32, r *Record) {
			*x = r.Text(0)
			*y = r.Number(0)
		})
		if err != nil {
			if len(err.Error()) > 100_000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		rows := d.(Indexed[string, float32])
		for i := range rows.Len() {
			if _, _, w := rows.At(i); !(w >= 0) || d.(Placed).Place(i) == "" {
				t.Errorf("row %d weighs %v", i, w)
			}
		}
	})
}

// A file of 14 columns, two of them texts, half of the numbers with decimals.
func BenchmarkStreamRecords(b *testing.B) {
	var text strings.Builder
	c := CSV{}
	for i := range 14 {
		c.Columns = append(c.Columns, fmt.Sprint("column", i))
	}
	text.WriteString(strings.Join(c.Columns, ",") + "\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "%d,%.3f,Private,%d,%.2f,Some-college,%d,%.4f,%d,%.1f,%d,%.2f,%d,yes\n", i, float64(i)/7, i%90, float64(i)/3, i%7, float64(i)/11, i*31, float64(i)/9, i%5, float64(i)/13, i%77)
	}
	path := write(b, "t.csv", []byte(text.String()))
	type row struct {
		numbers [12]float32
		texts   [2]string
	}
	d := StreamRecords(path, c, func(x *row, y *int, r *Record) {
		n := 0
		for i := range 13 {
			if i == 2 || i == 5 {
				x.texts[i/5] = r.Text(i)
				continue
			}
			x.numbers[n] = r.Number(i)
			n++
		}
		*y = len(r.Text(13))
	})
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range d.Rows(0) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}
