package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The figures of a label are those of the confusion matrix of having it and not
// having it, and the micro average those of the matrix of all labels together.
func TestLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 30; n++ {
		var names []string
		single := make([]*Confusion, n)
		all := NewConfusion(Numbered(2))
		for i := range n {
			names = append(names, fmt.Sprint("label", i))
			single[i] = NewConfusion(Numbered(2))
		}
		l := NewLabels(names)
		rows, exact := rng.IntN(40), 0
		for range rows {
			target, output := make([]float32, n), make([]float32, n)
			same := true
			for i := range n {
				target[i], output[i] = float32(rng.IntN(2)), rng.Float32()
				is, said := int(target[i]), 0
				if output[i] > 0.5 {
					said = 1
				}
				same = same && is == said
				if err := single[i].Add(is, said); err != nil {
					t.Fatal(err)
				}
				if err := all.Add(is, said); err != nil {
					t.Fatal(err)
				}
			}
			if same {
				exact++
			}
			if err := l.AddOutput(target, output); err != nil {
				t.Fatal(err)
			}
		}
		r := l.Report()
		var macro, weighted, support float64
		for i, of := range r.Labels {
			want := single[i].Report().Classes[1]
			want.Class = names[i]
			if of != want {
				t.Errorf("%+v, want %+v", of, want)
			}
			macro += of.F1 / float64(n)
			weighted += of.F1 * float64(of.Support)
			support += float64(of.Support)
		}
		micro := all.Report().Classes[1]
		micro.Class = ""
		if r.Micro != micro || math.Abs(r.Macro.F1-macro) > 1e-12 || support > 0 && math.Abs(r.Weighted.F1-weighted/support) > 1e-12 {
			t.Errorf("%+v", r)
		}
		if r.Rows != int64(rows) || rows > 0 && math.Abs(r.ExactMatch-float64(exact)/float64(rows)) > 1e-12 {
			t.Errorf("%+v: %d of %d", r, exact, rows)
		}
		if listed := strings.Count(l.String(), "\nlabel"); listed != min(n, longestList) {
			t.Errorf("%d of %d labels:\n%s", listed, n, l)
		}
		b, err := json.Marshal(l)
		var back LabelsReport
		if err != nil || json.Unmarshal(b, &back) != nil || !slices.Equal(back.Labels, r.Labels) || back.Micro != r.Micro {
			t.Errorf("%s: %v", b, err)
		}
	}
}

func TestLabelsText(t *testing.T) {
	l := NewLabels([]string{"sea", "a mountain"})
	for _, row := range [][4]float32{{1, 0, 0.9, 0.2}, {1, 1, 0.1, 0.7}, {0, 1, 0.6, 0.8}, {0, 0, 0, 0.5}} {
		if err := l.AddOutput(row[:2], row[2:]); err != nil {
			t.Fatal(err)
		}
	}
	const want = `                  precision   recall       f1  support
sea                  0.5000   0.5000   0.5000        2
a mountain           1.0000   1.0000   1.0000        2

exact match                            0.5000        4
micro average        0.7500   0.7500   0.7500        4
macro average        0.7500   0.7500   0.7500        4
weighted average     0.7500   0.7500   0.7500        4
`
	if l.String() != want {
		t.Errorf("%s", l)
	}
	if err := l.AddOutput([]float32{1}, []float32{1}); err == nil {
		t.Error("a row of one label is counted")
	}
}
