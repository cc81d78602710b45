package build_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var kerasJS = flag.String("kerasjs", "", "folder of the test vectors of keras-js (attrs.json and test/data): TestKerasJS holds recurrent layers to them")

// TestKerasJS holds layers to what Keras 2 gave, in single precision. Its
// hard_sigmoid was another function, which takes the place of ours. A stateful layer
// goes on from the batch before, as from the steps before.
func TestKerasJS(t *testing.T) {
	if *kerasJS == "" {
		t.Skip("the vectors are not in the repository: see -kerasjs")
	}
	var settings map[string]json.RawMessage // of which some are no layers
	readJSON(t, filepath.Join(*kerasJS, "attrs.json"), &settings)
	cases := 0
	for _, file := range []string{"recurrent/GRU", "recurrent/LSTM", "wrappers/TimeDistributed"} {
		var vectors map[string]struct {
			Input, Expected tensor
			Weights         []tensor
		}
		readJSON(t, filepath.Join(*kerasJS, "test/data/layers", file+".json"), &vectors)
		for name, v := range vectors {
			cases++
			t.Run(name, func(t *testing.T) {
				var layer struct {
					InputShape []int
					Attrs      map[string]any
				}
				if err := json.Unmarshal(settings[name], &layer); err != nil {
					t.Fatal(err)
				}
				kind, attrs := filepath.Base(file), layer.Attrs
				if attrs["stateful"] == true { // the second of two calls with these steps
					layer.InputShape[0] *= 2
					v.Input.Data = append(slices.Clone(v.Input.Data), v.Input.Data...)
				}
				delete(attrs, "stateful")
				if kind == "GRU" {
					attrs["reset_after"] = false
				}
				if inner, ok := attrs["layer"].(map[string]any); ok {
					config := inner["config"].(map[string]any)
					delete(config, "input_dim")
					attrs["layer"] = map[string]any{inner["class_name"].(string): config}
				}
				text, err := json.Marshal(map[string]any{
					"inputs": map[string]any{"x": map[string]any{"shape": layer.InputShape}}, "layers": []any{map[string]any{kind: attrs}},
				})
				if err != nil {
					t.Fatal(err)
				}
				m, err := spec.Parse("case.json", text)
				if err != nil {
					t.Fatal(err)
				}
				n, err := build.Build(m)
				if err != nil {
					t.Fatal(err)
				}
				weights := tensors{}
				for i, s := range n.Header.Segments {
					weights[s.Name] = v.Weights[i]
				}
				keras2(n.Predict)
				got := newEngine(t, weights, n.Header.Segments).run(n.Predict, batch{Inputs: tensors{"x": {Shape: append([]int{1}, layer.InputShape...), Data: v.Input.Data}}}).Outputs[0]
				last := got.F[len(got.F)-len(v.Expected.Data):]
				for i, want := range v.Expected.Data {
					if math.Abs(last[i]-want) > 1e-5 { // six decimals are given
						t.Errorf("output[%d] is %v, Keras's %v", i, last[i], want)
					}
				}
			})
		}
	}
	if cases < 20 {
		t.Errorf("%d cases", cases)
	}
}

// keras2 has hard_sigmoid be max(0, min(1, x/5 + 1/2)), as it was in Keras 2
// (keras/backend/tensorflow_backend.py).
func keras2(g *ir.Graph) {
	for _, v := range g.Values {
		switch o := v.Op.(type) {
		case *op.Map:
			if o.Word == "hard_sigmoid" {
				line := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(0.2)), scalar.Num(0.5))
				v.Op = &op.Map{Expr: scalar.Call("max", scalar.Num(0), scalar.Call("min", scalar.Num(1), line)), Word: "hard_sigmoid"}
			}
		case *op.Scan:
			keras2(o.Body)
		}
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(src, into)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
}
