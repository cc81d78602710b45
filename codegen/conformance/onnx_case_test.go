package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/weights"
)

// folder is a test of ONNX's backend tests as a network.
type folder struct {
	*backend.Case
	*network
	set    string // of its data
	model  *onnx.Model
	inputs harness.Case // the rows of the set, and the weights
	slope  *slope
}

// openFolder makes a network of a test that the interpreter passes (nil: it does not), with
// probes: it has a gradient with respect to its inputs of float32 and its weights. A test
// without data has rows of 0.
func openFolder(name, dir string) (*folder, error) {
	c, err := backend.Open(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	if err := c.Run(); err != nil {
		return nil, err
	}
	f := &folder{Case: c}
	if f.model, err = c.Model(); err != nil {
		return f, err
	}
	if sets := c.Sets(); len(sets) > 0 {
		f.set = sets[0]
	}
	files, err := f.Files()
	if err != nil {
		return f, err
	}
	d, err := f.describe(files)
	if err != nil {
		return f, err
	}
	if err := f.build(name, files, d); err != nil {
		return f, err
	}
	f.inputs, err = f.rows()
	return f, err
}

// description is a file with a probe at every input that numbers come from, and at
// every output.
type description struct {
	Inputs  json.RawMessage `json:"inputs"`
	Layers  []layerOf       `json:"layers"`
	Outputs []string        `json:"outputs,omitempty"`
	Compile any             `json:"compile"`
	Fit     any             `json:"fit"`
}

type layerOf map[string]map[string]any

// describe is the description of the model.
func (f *folder) describe(files fs.FS) (*description, error) {
	file, err := fs.ReadFile(files, "model.onnx")
	if err != nil {
		return nil, err
	}
	src, err := onnxlayer.Source("model.onnx", file, files, f.Bind())
	if err != nil {
		return nil, err
	}
	d := &description{Compile: object{{"optimizer", "sgd"}, {"loss", "mean_absolute_error"}}, Fit: object{{"batch_size", 4}}}
	if err := json.Unmarshal(src, d); err != nil {
		return nil, err
	}
	net := d.Layers[0]["ONNX"]
	inputs := net["inputs"].([]any)
	var probes []layerOf
	for i, p := range f.model.Inputs {
		if p.Type == proto.Float32 {
			name := fmt.Sprintf("shift_%d", i)
			probes = append(probes, layerOf{"Shift": {"name": name, "inputs": []any{inputs[i]}, "trainable": true}})
			inputs[i] = name
		}
	}
	if len(d.Layers) == 1 {
		d.Layers = append(d.Layers, layerOf{"Identity": {"name": "only", "inputs": []string{"net"}}})
	}
	for i, l := range d.Layers[1:] {
		l["Identity"]["trainable"] = false
		d.Layers[1+i] = layerOf{"Share": l["Identity"]}
	}
	d.Layers = append(probes, d.Layers...)
	return d, nil
}

// build builds the network; parameters that no output depends on do not train.
func (f *folder) build(name string, files fs.FS, d *description) error {
	for range 2 {
		src, err := json.Marshal(d)
		if err != nil {
			return err
		}
		m, err := spec.Parse("model.json", src)
		if err != nil {
			return err
		}
		m.Files, m.Name = files, name
		net, err := build.Build(m)
		if err != nil {
			return err
		}
		f.network = &network{name: name, Network: net}
		reached, all := reachedFrom(net.Train.Loss), true
		for _, l := range d.Layers {
			if s := l["Shift"]; s != nil && !reached[s["name"].(string)+"/at"] {
				all, s["trainable"] = false, false
			}
		}
		if all {
			return nil
		}
	}
	return nil
}

// reachedFrom are the parameters that a value depends on.
func reachedFrom(v *ir.Value) map[string]bool {
	seen, params := map[*ir.Value]bool{}, map[string]bool{}
	for stack := []*ir.Value{v}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[v] {
			continue
		}
		seen[v], stack = true, append(stack, v.Args...)
		if p, ok := v.Op.(*op.Param); ok {
			params[p.Segment] = true
		}
	}
	return params
}

// rows are the data of the set as a package takes them, and its weights. A shift of
// -0 changes nothing.
func (f *folder) rows() (harness.Case, error) {
	c := harness.Case{Model: f.name, Params: make([]float32, blockSize(f.Header.Segments))}
	for _, s := range f.Header.Segments {
		w := c.Params[s.Offset:][:s.Len()]
		if copy(w, f.Weights[s.Name]); strings.HasPrefix(s.Name, "shift_") {
			for i := range w {
				w[i] = float32(math.Copysign(0, -1))
			}
		}
	}
	var err error
	if c.Batch.X, err = f.Rows(f.set, f.model, f.Header.Inputs); err != nil {
		return c, err
	}
	for range c.Batch.X {
		c.Batch.Weight = append(c.Batch.Weight, 1)
		var y []float64
		for _, p := range f.Header.Targets { // below all outputs: the derivative of the loss with respect to them is 1
			y = append(y, slices.Repeat([]float64{-1e30}, product(p.Shape))...)
		}
		c.Batch.Y = append(c.Batch.Y, y)
	}
	return c, f.share(&c, rand.New(rand.NewPCG(uint64(len(c.Params)), 3)))
}

// share draws what the outputs that are numbers have for a share in the loss: none where
// they are not finite.
func (f *folder) share(c *harness.Case, r *rand.Rand) error {
	shares := f.shares()
	for i, at := range backend.Given(f.model) {
		if f.set == "" || f.model.Outputs[at].Type != proto.Float32 {
			continue
		}
		want, err := f.Want(f.set, at)
		if err != nil {
			return err
		}
		elements := want.Elements()
		for j := range shares[i].Len() {
			if v := elements[j]; math.Abs(v) < 1e30 { // NaN is not
				c.Params[shares[i].Offset+j] = float32(r.NormFloat64())
			}
		}
	}
	return nil
}

// shares are the segments of the outputs' shares, in the order of the file.
func (f *folder) shares() []block.Segment {
	var out []block.Segment
	for _, p := range f.Header.Outputs {
		for _, s := range f.Header.Segments {
			if s.Name == p.Name+"/by" {
				out = append(out, s)
			}
		}
	}
	return out
}

// large reports a network of so many parameters that float64 is asked for its gradient
// once, and Go that is not optimized takes too long.
func (f *folder) large() bool { return len(f.inputs.Params) > 1<<20 }

// compact is the inputs of a large network, which begins with the weights of its file, with
// the gradient in a file of its own.
func (f *folder) compact(scratch string) harness.Case {
	c := f.inputs
	c.Params, c.GradFile = nil, filepath.Join(scratch, f.network.name+".gradient")
	for _, s := range f.Header.Segments {
		if f.Weights[s.Name] == nil {
			c.Parts = append(c.Parts, harness.Part{Offset: s.Offset, Values: f.inputs.Params[s.Offset:][:s.Len()]})
		}
	}
	return c
}

// check compares what a package gives with what the set expects.
func (f *folder) check(got harness.Result, seen *atLevel) error {
	if got.Error != "" {
		return fmt.Errorf("%s", got.Error)
	}
	at, given := 0, backend.Given(f.model)
	for i, p := range f.Header.Outputs {
		width, i := product(p.Shape), given[i]
		var elements []float64
		for r, row := range got.Outputs {
			for j, v := range row[at : at+width] {
				if elements = append(elements, float64(v)); math.Float32bits(v) != math.Float32bits(got.Single[r][at+j]) && v == v {
					return fmt.Errorf("Predict gives %v for element %d, PredictBatch %v", got.Single[r][at+j], at+j, v)
				}
			}
		}
		at += width
		if f.set == "" {
			continue
		}
		want, err := f.Want(f.set, i)
		if err != nil {
			return err
		}
		if err := f.Compare(f.set, f.model, i, elements); err != nil {
			return err
		}
		seen.Far = max(seen.Far, finite(far(elements, want.Elements())))
	}
	return nil
}

// far is how far numbers are from those expected, as a part of the largest of these.
func far(got, want []float64) float64 {
	d, size := 0.0, 0.0
	for i, v := range want {
		if !math.IsInf(v, 0) && v == v {
			d, size = max(d, math.Abs(got[i]-v)), max(size, math.Abs(v))
		}
	}
	return d / max(size, math.SmallestNonzeroFloat64)
}

func blockSize(segments []block.Segment) int {
	n := 0
	for _, s := range segments {
		n += s.Len()
	}
	return n
}

// initial is a weights file with what a network begins with of the files that its layers
// read; nil: there are none.
func (n *network) initial() ([]byte, error) {
	if len(n.Weights) == 0 {
		return nil, nil
	}
	var tensors []weights.Tensor
	for _, s := range n.Header.Segments {
		if data, ok := n.Weights[s.Name]; ok {
			tensors = append(tensors, weights.Tensor{Name: s.Name, Shape: s.Shape, Data: data})
		}
	}
	var b bytes.Buffer
	_, err := weights.WriteTensors(&b, map[string]string{weights.KeyModelID: n.Header.ModelID}, tensors)
	return b.Bytes(), err
}
