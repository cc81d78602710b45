package metric

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// Matrix and report are scikit-learn's, also where classes have no rows.
func TestReportOfScikitLearn(t *testing.T) {
	text, err := os.ReadFile("testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name, Accuracy    any
			Classes           []string
			Target, Predicted []int
			Matrix            [][]int64
			Report            [][4]float64
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 5 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		m := NewConfusion(c.Classes)
		for i, target := range c.Target {
			if err := m.Add(target, c.Predicted[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i, row := range c.Matrix {
			for j, want := range row {
				if got := m.At(i, j); got != want {
					t.Errorf("%v: %d rows of class %d taken for %d, want %d", c.Name, got, i, j, want)
				}
			}
		}
		r := m.Report()
		near := func(what string, got, want float64) {
			if !(math.Abs(got-want) <= 1e-12) {
				t.Errorf("%v: %s is %v, scikit-learn has %v", c.Name, what, got, want)
			}
		}
		near("accuracy", r.Accuracy, c.Accuracy.(float64))
		all := append(append([]ClassReport(nil), r.Classes...), r.Macro, r.Weighted)
		if len(all) != len(c.Report) {
			t.Fatalf("%v: %d lines", c.Name, len(all))
		}
		for i, of := range all {
			near(fmt.Sprint("precision ", i), of.Precision, c.Report[i][0])
			near(fmt.Sprint("recall ", i), of.Recall, c.Report[i][1])
			near(fmt.Sprint("f1 ", i), of.F1, c.Report[i][2])
			near(fmt.Sprint("support ", i), float64(of.Support), c.Report[i][3])
		}
	}
}

// filled is a matrix of n classes in which mistakes go mostly to neighbours.
func filled(classes []string, rows int) *Confusion {
	m := NewConfusion(classes)
	n := len(classes)
	for i := range rows {
		target := i * 7 % n
		predicted := target
		if i%5 == 0 {
			predicted = (target + 1 + i/5%3) % n
		}
		m.counts[target*n+predicted]++
	}
	return m
}

// The text is legible in 80 columns, whatever the classes are.
func TestConfusionText(t *testing.T) {
	long := make([]string, 100)
	for i := range long {
		long[i] = fmt.Sprintf("species number %d of the garden", i)
	}
	fashion := []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}
	perfect := NewConfusion(Numbered(30))
	for i := range 30 {
		perfect.counts[i*30+i] = 5
	}
	for _, c := range []struct {
		name string
		of   *Confusion
	}{
		{"two", filled([]string{"no", "yes"}, 300)},
		{"three", filled([]string{"setosa", "versicolor", "virginica"}, 30)},
		{"digits", filled(Numbered(10), 10000)},
		{"fashion", filled(fashion, 10000)},
		{"hundred", filled(long, 12345)},
		{"perfect", perfect},
		{"empty", NewConfusion([]string{"no", "yes"})},
		{"hostile", filled([]string{"a\x1b[31m\n", strings.Repeat("ü", 60), ""}, 7)},
	} {
		got := c.of.String()
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > textWidth {
				t.Errorf("%s: a line of %d columns: %s", c.name, n, line)
			}
		}
		path := filepath.Join("testdata", "confusion", c.name+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s has changed; look at the new one and run go test -update:\n%s", path, got)
		}
	}
}

func TestConfusionJSON(t *testing.T) {
	m := NewConfusion([]string{"no", "yes"})
	for range 3 {
		if err := m.Add(0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Add(1, 0); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(m)
	want := `{"matrix":[[3,0],[1,0]],"classes":[{"class":"no","precision":0.75,"recall":1,"f1":0.8571428571428571,"support":3},` +
		`{"class":"yes","precision":0,"recall":0,"f1":0,"support":1}],"accuracy":0.75,` +
		`"macro_average":{"precision":0.375,"recall":0.5,"f1":0.42857142857142855,"support":4},` +
		`"weighted_average":{"precision":0.5625,"recall":0.75,"f1":0.6428571428571428,"support":4}}`
	if err != nil || string(got) != want {
		t.Errorf("%s (%v), want\n%s", got, err, want)
	}
}

func TestAddOutput(t *testing.T) {
	m := NewConfusion(Numbered(3))
	for _, c := range []struct {
		target, output    []float32
		class, prediction int
	}{
		{[]float32{1}, []float32{0.6}, 1, 1},
		{[]float32{1}, []float32{0.5}, 1, 0},
		{[]float32{2}, []float32{0.1, 0.45, 0.45}, 2, 1},
		{[]float32{0, 0, 1}, []float32{0.5, 0.25, 0.25}, 2, 0},
	} {
		before := m.At(c.class, c.prediction)
		if err := m.AddOutput(c.target, c.output); err != nil || m.At(c.class, c.prediction) != before+1 {
			t.Errorf("%v, %v: not counted as %d taken for %d (%v)", c.target, c.output, c.class, c.prediction, err)
		}
	}
	count := func() (n int64) {
		for _, x := range m.counts {
			n += x
		}
		return n
	}
	before := count()
	for _, c := range [][2][]float32{
		{{3}, {0.1, 0.2, 0.7}}, {{-1}, {0.1, 0.2, 0.7}}, {{0.5}, {0.6}}, {{float32(math.NaN())}, {0.6}},
		{{0, 1}, {0.1, 0.2, 0.7}}, {{}, {}}, {{0}, {0, 0, 0, 1}},
	} {
		if err := m.AddOutput(c[0], c[1]); err == nil {
			t.Errorf("%v, %v went unnoticed", c[0], c[1])
		}
	}
	if count() != before {
		t.Error("a row without a class was counted")
	}
}
