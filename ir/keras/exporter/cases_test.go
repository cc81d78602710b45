package exporter

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// always are networks with much in them.
var always = []string{"models", "siamese", "statistics", "sentences", "weighted", "transformer_encoder", "causal_decoder", "rnn_named_last", "bidirectional_rnn", "time_distributed_twice"}

// drawn are weights of a network, different in every element.
func drawn(n *build.Network) map[string][]float32 {
	all := map[string][]float32{}
	for _, s := range n.Header.Segments {
		h := fnv.New32a()
		fmt.Fprint(h, s.Name)
		v := make([]float32, s.Len())
		for i := range v {
			v[i] = float32((h.Sum32()+uint32(i)*2654435761)%2000)/1000 - 1
		}
		all[s.Name] = v
	}
	for _, a := range n.Adapts { // a count of rows
		all[n.Header.Segments[a.Count].Name][0] = 7
	}
	return all
}

var every = flag.Int("every", 23, "of the networks of the reference vectors, how many stand between two that are exported")

// predict runs a network through the interpreter on two rows.
func predict(t *testing.T, n *build.Network, weights map[string][]float32) (out [][]float64) {
	t.Helper()
	const rows = 2
	machine := interp.New[float64](n.Predict)
	for _, s := range n.Header.Segments {
		for i, x := range weights[s.Name] {
			machine.Params[s.Name].F[i] = float64(x)
		}
	}
	batch := interp.Batch[float64]{Rows: rows, Feed: map[string]*ir.Tensor[float64]{}}
	for _, v := range n.Predict.Inputs {
		in := v.Op.(*op.Input)
		if v.Shape.Ragged() {
			t.Skip("a ragged input")
		}
		x := ir.NewTensor[float64](v.Shape.Concrete(rows))
		ids := make([]int32, len(x.F))
		for i := range x.F {
			x.F[i], ids[i] = float64(i*7%11)/5-1, int32(i)%int32(max(in.Limit, 1))
		}
		if v.DType == ir.I32 {
			x.I, x.F = ids, nil
		}
		batch.Feed[in.Port] = x
	}
	result, err := machine.Run(n.Predict, batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range result.Outputs {
		out = append(out, o.F)
	}
	return out
}

// equal compares what two networks give.
func equal(t *testing.T, want, got [][]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d outputs, want %d", len(got), len(want))
	}
	for i := range want {
		for k := range want[i] {
			if d := math.Abs(got[i][k] - want[i][k]); !(d <= 1e-12*max(1, math.Abs(want[i][k]))) && !(math.IsNaN(got[i][k]) && math.IsNaN(want[i][k])) {
				t.Fatalf("output %d: element %d is %v, want %v", i, k, got[i][k], want[i][k])
			}
		}
	}
}

// refusedNames are networks that a file of Keras cannot hold.
var refusedNames = regexp.MustCompile(`^cells/activation_(celu|soft_shrink|hard_shrink|threshold|squareplus)_argument$|^operations/rms_normalization(_scale)?$`)

// TestDescriptions exports networks of the reference vectors: what is imported again
// computes the same with the same weights, and once more it is the same bytes.
func TestDescriptions(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/keras/*.json.gz")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	dir := t.TempDir()
	exported := 0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Cases []struct {
				Name  string
				Model json.RawMessage
			}
		}
		if err := json.NewDecoder(z).Decode(&all); err != nil {
			t.Fatal(file, err)
		}
		f.Close()
		for _, c := range all.Cases {
			if c.Model == nil || !bytes.HasPrefix(c.Model, []byte("{")) {
				continue
			}
			if strings.Contains(file, "networks") && *every > 1 { // large ones
				continue
			}
			m, err := spec.Parse(c.Name+".json", c.Model)
			if err != nil {
				continue // a case of a description that is refused
			}
			n, err := build.Build(m)
			if err != nil {
				continue
			}
			if exported++; exported%*every != 0 && !slices.Contains(always, c.Name) {
				continue
			}
			if refusedNames.MatchString(strings.TrimSuffix(filepath.Base(file), ".json.gz") + "/" + c.Name) {
				if _, _, err := (Source{Network: n}).Model(Keras); err == nil {
					t.Errorf("%s is exported", c.Name)
				}
				continue
			}
			t.Run(filepath.Base(file)+"/"+c.Name, func(t *testing.T) {
				was := write(t, dir, "m.keras", Source{Network: n, Values: drawn(n)})
				if was == nil {
					return
				}
				// The names of second uses are no part of a file, and a function that a layer
				// computes comes back as that layer: what they compute is the same.
				if was.Network.Header.ModelID != n.Header.ModelID {
					equal(t, predict(t, n, drawn(n)), predict(t, was.Network, was.Weights))
				}
				for name, w := range drawn(n) {
					if !slices.Equal(w, was.Weights[name]) {
						t.Errorf("%s differs", name)
					}
				}
				if is := write(t, dir, "m.h5", Source{Network: was.Network, Values: was.Weights}); is != nil {
					same(t, was, is)
				}
			})
		}
	}
	if exported < 1500 {
		t.Errorf("only %d networks were found", exported)
	}
}
