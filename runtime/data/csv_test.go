package data

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

const iris = `sepal_length,sepal_width,petal_length,petal_width,species
5.1,3.5,1.4,0.2,setosa
7.0, 3.2 ,4.7,1.4,versicolor
"6.3",3.3,6.0,2.5,"virginica"
`

var species = []string{"setosa", "versicolor", "virginica"}

func TestReadCSV(t *testing.T) {
	for name, text := range map[string]string{
		"plain":        iris,
		"windows":      strings.ReplaceAll(iris, "\n", "\r\n"),
		"byte order":   "\uFEFF" + iris,
		"blank lines":  strings.ReplaceAll(iris, "\n", "\n\n"),
		"no last line": strings.TrimSuffix(iris, "\n"),
		"gzip":         string(gzipped(t, []byte(iris))),
	} {
		a, err := ReadCSV(strings.NewReader(text), name, CSVOptions{
			Columns: []string{"petal_width", "sepal_length"}, // in the order asked for
			Target:  "species",
			Classes: species,
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.Len() != 3 || !slices.Equal(a.Values, []float32{0.2, 5.1, 1.4, 7, 2.5, 6.3}) || !slices.Equal(a.Targets, []float32{0, 1, 2}) {
			t.Errorf("%s: %+v", name, a)
		}
		if want := map[string]int{"blank lines": 5}[name]; a.Line(1) != max(want, 3) {
			t.Errorf("%s: row 1 is on line %d", name, a.Line(1))
		}
		if row := a.Row(1); !slices.Equal(row, []float32{1.4, 7}) || cap(row) != 2 {
			t.Errorf("%s: row 1 is %v", name, row)
		}
	}
	a, err := ReadCSV(strings.NewReader(iris), "iris.csv", CSVOptions{Target: "species", Classes: species})
	if err != nil || !slices.Equal(a.Columns, []string{"sepal_length", "sepal_width", "petal_length", "petal_width"}) || len(a.Values) != 12 {
		t.Errorf("all columns: %+v, %v", a, err)
	}
	a, err = ReadCSV(strings.NewReader("a;b\n1;2.5\n-3e2;4\n"), "x", CSVOptions{Target: "b", Comma: ';'})
	if err != nil || !slices.Equal(a.Values, []float32{1, -300}) || !slices.Equal(a.Targets, []float32{2.5, 4}) {
		t.Errorf("numbers as targets: %+v, %v", a, err)
	}
	a, err = ReadCSV(strings.NewReader("a,b\n"), "x", CSVOptions{})
	if err != nil || a.Len() != 0 || a.Targets != nil {
		t.Errorf("a header alone: %+v, %v", a, err)
	}
}

func TestCSVErrors(t *testing.T) {
	target := CSVOptions{Target: "species", Classes: species}
	var many, manyWant strings.Builder
	many.WriteString("a\n")
	for i := range 30 {
		fmt.Fprintf(&many, "x%d\n", i)
		if i < 10 {
			fmt.Fprintf(&manyWant, "\niris.csv:%d: column \"a\": \"x%d\" is not a number", i+2, i)
		}
	}
	for _, c := range []struct {
		name string
		text string
		o    CSVOptions
		want string
	}{
		{"empty", "", target, "iris.csv: the file is empty; its first line must name the columns"},
		{"no number", iris + "abc,1,2,3,setosa\n", target, `iris.csv:5: column "sepal_length": "abc" is not a number`},
		{"empty field", iris + "1,,2,3,setosa\n", target, `iris.csv:5: column "sepal_width": the field is empty`},
		{"not finite", iris + "1,inf,2,NaN,setosa\n", target, "iris.csv:5: column \"sepal_width\": \"inf\" is not a finite number\niris.csv:5: column \"petal_width\": \"NaN\" is not a finite number"},
		{"range", iris + "1,1e39,2,3,setosa\n", target, `iris.csv:5: column "sepal_width": "1e39" is beyond the range of float32`},
		{"ragged", iris + "1,2,3\n4,5,6,7,setosa,8\n1\n", target, "iris.csv:5: 3 fields, the header has 5\niris.csv:6: 6 fields, the header has 5\niris.csv:7: 1 field, the header has 5"},
		{"class", iris + "1,2,3,4,virginca\n1,2,3,4,virginca\n1,2,3,4,daisy\n", target, "iris.csv:5: column \"species\": unknown class \"virginca\" (did you mean \"virginica\"?); the classes are \"setosa\", \"versicolor\", \"virginica\"\niris.csv:7: column \"species\": unknown class \"daisy\"; the classes are \"setosa\", \"versicolor\", \"virginica\""},
		{"columns", iris, CSVOptions{Columns: []string{"petal_with", "x"}, Target: "Species"}, "iris.csv:1: no column \"Species\" (did you mean \"species\"?); the columns are \"sepal_length\", \"sepal_width\", \"petal_length\", \"petal_width\", \"species\"\niris.csv:1: no column \"petal_with\" (did you mean \"petal_width\"?); the columns are \"sepal_length\", \"sepal_width\", \"petal_length\", \"petal_width\", \"species\"\niris.csv:1: no column \"x\"; the columns are \"sepal_length\", \"sepal_width\", \"petal_length\", \"petal_width\", \"species\""},
		{"no header", "5.1,3.5\n1,2\n", CSVOptions{Columns: []string{"a"}}, `iris.csv:1: no column "a": the first line must name the columns, and it holds numbers; where no line does, header: must`},
		{"semicolons", "a;b;species\n1;2;setosa\n", target, `iris.csv:1: the fields seem separated by ';'; they must be separated by commas`},
		{"tabs", "a\tb\n1\t2\n", CSVOptions{Columns: []string{"a", "b"}}, `iris.csv:1: the fields seem separated by '\t'; they must be separated by commas`},
		{"twice", "a,b,a\n1,2,3\n", CSVOptions{Columns: []string{"a"}}, `iris.csv:1: two columns are named "a"`},
		{"number as class", "a,y\n1,x\n", CSVOptions{Target: "y"}, `iris.csv:2: column "y": "x" is not a number`},
		{"quote", "a,b\n1,\"2\n", CSVOptions{}, "iris.csv:2:3: the quote that opens here is never closed; write quote: none where quotes mean nothing"},
		{"bare quote", "a,b\n1,2\"3\n", CSVOptions{}, "iris.csv:2:4: a quote within a field that does not begin with one: put the field in quotes and double its own, or write quote: none where quotes mean nothing"},
		{"both", "a,b\nx,1\n1,2\"3\n", CSVOptions{}, "iris.csv:2: column \"a\": \"x\" is not a number\niris.csv:3:4: a quote within a field that does not begin with one: put the field in quotes and double its own, or write quote: none where quotes mean nothing"},
		{"many", many.String(), CSVOptions{}, manyWant.String()[1:]},
		{"long field", "a\n" + strings.Repeat("y", 1000), CSVOptions{}, `iris.csv:2: column "a": "` + strings.Repeat("y", 80) + `" is not a number`},
		{"line breaks", "a,b\n\"1\",\"2\n\"\n3,z\n", CSVOptions{}, `iris.csv:4: column "b": "z" is not a number`},
	} {
		a, err := ReadCSV(strings.NewReader(c.text), "iris.csv", c.o)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, %v\nwant %s", c.name, err, a, c.want)
		}
	}
	if _, err := ReadCSV(broken{}, "x", CSVOptions{}); err == nil || !strings.Contains(err.Error(), io.ErrClosedPipe.Error()) {
		t.Errorf("a reader that fails: %v", err)
	}
	var header []string
	for i := range 50 {
		header = append(header, fmt.Sprint("c", i))
	}
	_, err := ReadCSV(strings.NewReader(strings.Join(header, ",")), "x", CSVOptions{Target: "no such"})
	if err == nil || !strings.HasSuffix(err.Error(), `"c19", and 30 more`) {
		t.Errorf("many columns: %v", err)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte(iris), "species")
	f.Add([]byte("a,b\n1,2\n3,4\n"), "b")
	f.Add([]byte("a,b\n1,\"2\n"), "")
	f.Add([]byte("\uFEFFa,,a\n1\n,,,\n"), "a")
	f.Add(gzipped(f, []byte("a\n1e39\n")), "a")
	f.Fuzz(func(t *testing.T, text []byte, target string) {
		for _, o := range []CSVOptions{{Target: target}, {Target: target, Classes: species}} {
			a, err := ReadCSV(bytes.NewReader(text), "fuzz", o)
			if err != nil {
				if len(err.Error()) > 100_000 {
					t.Errorf("an error of %d bytes", len(err.Error()))
				}
				continue
			}
			if len(a.Values) != a.Len()*len(a.Columns) || a.Targets != nil && len(a.Targets) != a.Len() {
				t.Errorf("%d rows of %d columns: %d values, %d targets", a.Len(), len(a.Columns), len(a.Values), len(a.Targets))
			}
		}
	})
}
