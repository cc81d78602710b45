package exporter_test

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// described is the network of a description, with weights and rows that are drawn.
func described(t *testing.T, file string, rows int) *network {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.Parse(filepath.Base(file), src)
	if err != nil {
		t.Fatal(err)
	}
	m.Files = os.DirFS(filepath.Dir(file))
	built, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	n := &network{name: m.Name, graph: built.Predict, outputs: outputs(m), weights: map[string][]float32{}, feed: map[string]*ir.Tensor[float32]{}, rows: rows}
	h := fnv.New64a()
	h.Write([]byte(m.Name))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	for _, v := range built.Predict.Params {
		p := v.Op.(*op.Param)
		fan := 1
		if rank := len(p.Shape); rank > 1 {
			fan = p.Shape[:rank-1].Elements()
		}
		w := make([]float32, p.Shape.Elements())
		for i := range w {
			w[i] = float32((r.Float64()*2 - 1) * math.Sqrt(3/float64(max(fan, 3))))
			if strings.HasSuffix(p.Segment, "variance") {
				w[i] = 0.5 + float32(r.Float64())
			}
		}
		n.weights[p.Segment] = w
	}
	limits := map[string]int{}
	for _, p := range built.Header.Inputs {
		limits[p.Name] = p.Limit
	}
	for _, v := range built.Predict.Inputs {
		port := v.Op.(*op.Input).Port
		n.feed[port] = drawn(r, v, rows, max(limits[port], idLimit(built.Predict, v)))
	}
	return n
}

// idLimit is below which the ids of an input are, as what reads them says.
func idLimit(g *ir.Graph, in *ir.Value) int {
	for _, v := range g.Values {
		if i := slices.Index(v.Args, in); i >= 0 {
			switch k := v.Op.(type) {
			case *op.Gather:
				return v.Args[0].Shape[k.BatchDims]
			case *op.MultiHot:
				return k.Limit
			}
		}
	}
	return 2
}

// drawn is what an input holds.
func drawn(r *rand.Rand, v *ir.Value, rows, limit int) *ir.Tensor[float32] {
	x := &ir.Tensor[float32]{Shape: v.Shape.Concrete(rows)}
	if v.Shape.Ragged() {
		x.Offsets = []int{0}
		for range rows {
			for range r.IntN(9) {
				x.I = append(x.I, int32(r.IntN(limit)))
			}
			x.Offsets = append(x.Offsets, len(x.I))
		}
		return x
	}
	for range x.Shape.Elements() {
		if v.DType == ir.I32 {
			x.I = append(x.I, int32(r.IntN(limit)))
		} else {
			x.F = append(x.F, float32(r.NormFloat64()))
		}
	}
	return x
}

// TestDescriptions writes every description that is shipped, and reads it again.
func TestDescriptions(t *testing.T) {
	var files []string
	for _, pattern := range []string{"models/*.yaml", "examples/*.yaml", "examples/*/*.yaml", "peers/*.yaml"} {
		list, err := filepath.Glob("../../../testdata/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	if len(files) < 22 {
		t.Errorf("%d descriptions", len(files))
	}
	checked := newChecked(t)
	var results tally
	for _, file := range files {
		results.add(t, described(t, file, 3), checked)
	}
	checked.run(t)
	results.hold(t, tally{same: 21})
}
