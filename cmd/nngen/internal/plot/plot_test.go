package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/train"
)

// wellFormed reports a picture that is not XML, or has a place that is not a number.
func wellFormed(t *testing.T, what string, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for _, bad := range []string{"NaN", "Inf"} {
		if bytes.Contains(svg, []byte(bad)) {
			t.Errorf("%s holds %s", what, bad)
		}
	}
}

// encoded is a picture in both formats; the PNG has the size that is asked for.
func encoded(t *testing.T, what string, width, height int, draw func(format string) *Picture) (svg []byte) {
	t.Helper()
	svg, err := draw("svg").Encode()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	wellFormed(t, what, svg)
	raster, err := draw("png").Encode()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	picture, err := png.Decode(bytes.NewReader(raster))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if b := picture.Bounds(); width > 0 && b.Dx() != width || height > 0 && b.Dy() != height {
		t.Errorf("%s: %v pixels, want %d by %d", what, b, width, height)
	}
	return svg
}

// Whatever a run has recorded, it can be drawn.
func TestPlotOfAnyHistory(t *testing.T) {
	for i, values := range [][]float64{
		{0}, {5, 5, 5}, {math.NaN(), math.NaN()}, {1, math.NaN(), 3, math.NaN()}, {math.Inf(1), 1}, {-1e300, 1e300}, {1e-300, 2e-300},
		{math.MaxFloat64, -math.MaxFloat64}, {1, 1 + 1e-12}, {0, 5e-324}, {-3, -2, 17}, {1e299, -1e299, 0},
	} {
		h := &History{name: "<a & \"b\">\x00"}
		for e := range values {
			h.Epochs = append(h.Epochs, 3*e+i)
		}
		for _, name := range []string{"loss", "val_loss", "<m>\x1b", "precision_0"} {
			h.Columns = append(h.Columns, train.Column{Name: name, Values: values})
		}
		for _, list := range [][]*History{{h}, {h, h, h}} {
			o := Options{Title: "a <title>\n", Width: 640, Height: 400}
			svg := encoded(t, fmt.Sprint(values), 640, 400, func(format string) *Picture { return o.History(list, format) })
			if !bytes.Contains(svg, []byte("epoch")) {
				t.Errorf("%v: no axis", values)
			}
		}
	}
}

func TestReadHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	for _, c := range []struct{ text, want string }{
		{`{"epoch": [0, 1], "history": {"loss": [1, null], "val_loss": [3, 2]}}`, ""},
		{`{"loss": [1, 2]}`, ""}, // Keras's History.history
		{`{"epoch": [4, 5], "history": {"loss": [1, 2]}}`, ""},
		{`[1]`, "not JSON: json: cannot unmarshal array"},
		{`{`, "not JSON"},
		{`{}`, "no epoch was completed"},
		{`{"epoch": [], "history": {}}`, "no epoch was completed"},
		{`{"epoch": [0], "history": {"loss": [1, 2]}}`, `"loss" has 2 values for 1 epochs`},
		{`{"epoch": [1, 1], "history": {"loss": [1, 2]}}`, "epoch 1 is where a larger number belongs"},
		{`{"epoch": [-1], "history": {"loss": [1]}}`, "epoch -1"},
		{`{"epoch": [0], "history": {"loss": "low"}}`, `"loss" is not a list of numbers`},
		{`{"epoch": "x", "history": {"loss": [1]}}`, "epoch: json"},
		{`{"epoch": [0], "history": 3}`, "history: json"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		h, err := ReadHistory(path)
		switch {
		case c.want == "" && (err != nil || len(h.Epochs) != 2):
			t.Errorf("%s: %v", c.text, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
	if err := os.WriteFile(path, []byte(`{"layers": ["Flatten"]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if h, err := ReadHistory(path); h != nil || err != nil {
		t.Errorf("a model is read as a history: %v, %v", h, err)
	}
}

// randomReads is a graph in which nodes read some of those before them.
func randomReads(r *rand.Rand, n int) [][]int {
	reads := make([][]int, n)
	for i := range reads {
		for range r.IntN(3) {
			if i > 0 {
				reads[i] = append(reads[i], max(0, i-1-r.IntN(min(i, 6))))
			}
		}
	}
	return reads
}

// In every layout arrows go from rank to rank, and nothing lies on anything else.
func TestLayered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		reads := randomReads(r, n+1)
		g := newLayered(reads, 200, 30)
		seen, edges := 0, 0
		for k, rank := range g.ranks {
			for i, v := range rank {
				x := g.vertices[v]
				if x.node >= 0 {
					seen++
				}
				if x.rank != k {
					t.Fatalf("%v: vertex %d of rank %d stands in rank %d", reads, v, x.rank, k)
				}
				for _, w := range x.down {
					edges++
					if g.vertices[w].rank != k+1 {
						t.Fatalf("%v: an arrow from rank %d to rank %d", reads, k, g.vertices[w].rank)
					}
				}
				if i == 0 {
					continue
				}
				before := g.vertices[rank[i-1]]
				least := 30.0 // the gap, and half of both
				for _, y := range []vertex{x, before} {
					if y.node >= 0 {
						least += 100
					}
				}
				if x.position-before.position < least-1e-6 {
					t.Fatalf("%v: %v after %v", reads, x, before)
				}
			}
		}
		if seen != n+1 {
			t.Errorf("%v: %d nodes", reads, seen)
		}
		for i, list := range reads {
			for _, from := range list { // the arrow arrives
				if !g.leads(from, i) {
					t.Errorf("%v: no arrow from %d to %d", reads, from, i)
				}
			}
		}
	}
}

// leads reports whether an edge leads from a node to another, by way of joints.
func (g *layered) leads(from, to int) bool {
	for _, w := range g.vertices[from].down {
		for g.vertices[w].node < 0 {
			w = g.vertices[w].down[0]
		}
		if w == to {
			return true
		}
	}
	return false
}

// Crossings go where an order without them exists.
func TestLayeredWithoutCrossings(t *testing.T) {
	//   0   1   2      each read by one node, in the reverse order
	reads := [][]int{{}, {}, {}, {2}, {1}, {0}, {3, 4, 5}}
	if g := newLayered(reads, 100, 10); g.crossings() != 0 {
		t.Errorf("%d crossings", g.crossings())
	}
}

// Layers one after the other stand in a straight line, whatever comes before them.
func TestLayeredStraight(t *testing.T) {
	g := newLayered([][]int{{}, {}, {0}, {2}, {1, 3}, {4}, {5}, {6}}, 300, 40)
	at := map[int]float64{}
	for _, v := range g.vertices {
		at[v.node] = v.position
	}
	for _, chain := range [][]int{{0, 2, 3}, {4, 5, 6, 7}} {
		for _, v := range chain {
			if math.Abs(at[v]-at[chain[0]]) > 1 {
				t.Errorf("node %d stands at %v, node %d at %v", v, at[v], chain[0], at[chain[0]])
			}
		}
	}
}

func TestSeparated(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		n := 1 + r.IntN(8)
		wish, pull, apart := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range wish {
			wish[i], pull[i] = 100*r.Float64(), float64(1+r.IntN(3))
			if i > 0 {
				apart[i] = apart[i-1] + 10 + 20*r.Float64()
			}
		}
		got := separated(wish, pull, apart)
		cost := func(x []float64) (sum float64) {
			for i := range x {
				sum += pull[i] * (x[i] - wish[i]) * (x[i] - wish[i])
			}
			return sum
		}
		legal := func(x []float64) bool {
			for i := 1; i < n; i++ {
				if x[i]-x[i-1] < apart[i]-apart[i-1]-1e-9 {
					return false
				}
			}
			return true
		}
		if !legal(got) {
			t.Fatalf("%v for %v, apart %v", got, wish, apart)
		}
		for range 200 { // nothing near it is better
			other := make([]float64, n)
			for i := range other {
				other[i] = got[i] + 4*r.NormFloat64()
			}
			if legal(other) && cost(other) < cost(got)-1e-9 {
				t.Fatalf("%v is better than %v for %v", other, got, wish)
			}
		}
	}
}

// Every model that compiles can be drawn, whatever its names and its graph.
func TestPlotOfAnyModel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 9, 40, mostLayers} {
		p := &loop.Program{Name: "m", Inputs: []loop.Port{{Name: "in<1>", Shape: []int{4}}, {Name: "ids", Ragged: true}}}
		for i, list := range randomReads(r, n) {
			l := loop.Layer{Name: fmt.Sprintf("l%d & \x1b ü", i), Type: "Dense", Output: []int{3}, Params: i % 3 * 1e6, Trainable: i%2 == 0}
			for _, from := range list {
				l.Inputs = append(l.Inputs, p.Layers[from].Name)
			}
			if len(list) == 0 {
				l.Inputs = []string{p.Inputs[i%2].Name}
			}
			p.Layers = append(p.Layers, l)
		}
		p.Outputs = []loop.Port{{Name: "o", Layer: p.Layers[n-1].Name}}
		if err := CheckLayers("m.yaml", p); err != nil {
			t.Error(err)
		}
		o := Options{Title: "t"}
		svg := encoded(t, fmt.Sprint(n, " layers"), 0, 0, func(format string) *Picture { return o.Layers(p, format) })
		if got := bytes.Count(svg, []byte("Dense<")); got != n {
			t.Errorf("%d layers drawn, want %d", got, n)
		}
		o.Width, o.Height = 1280, 720
		encoded(t, fmt.Sprint(n, " layers"), 1280, 720, func(format string) *Picture { return o.Layers(p, format) })
		p.Layers = append(p.Layers, make([]loop.Layer, mostLayers)...)
		if err := CheckLayers("m.yaml", p); err == nil {
			t.Errorf("%d layers are drawn", len(p.Layers))
		}
	}
}
