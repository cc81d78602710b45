package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/onnxlayer"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	onnxtensor "github.com/nngen-go/nngen/ir/onnx/tensor"
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

// settled are the files of a test with the model that knows its shapes and axes.
type settled struct {
	fs.FS
	model []byte
}

// Open implements [fs.FS].
func (s settled) Open(name string) (fs.File, error) {
	if name == "model.onnx" {
		return fstest.MapFS{name: {Data: s.model}}.Open(name)
	}
	return s.FS.Open(name)
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
	d, file, err := f.describe(dir)
	if err != nil {
		return f, err
	}
	if err := f.build(name, dir, d, file); err != nil {
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

// describe is the description of the file, and the file.
func (f *folder) describe(dir string) (*description, []byte, error) {
	file, err := f.Settled()
	if err != nil {
		return nil, nil, err
	}
	var bind []string
	for _, name := range slices.Sorted(maps.Keys(f.Options.Bind)) {
		bind = append(bind, fmt.Sprintf("%s=%d", name, f.Options.Bind[name]))
	}
	src, err := onnxlayer.Source("model.onnx", file, os.DirFS(dir), bind)
	if err != nil {
		return nil, nil, err
	}
	d := &description{Compile: object{{"optimizer", "sgd"}, {"loss", "mean_absolute_error"}}, Fit: object{{"batch_size", 4}}}
	if err := json.Unmarshal(src, d); err != nil {
		return nil, nil, err
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
	return d, file, nil
}

// build builds the network; parameters that no output depends on do not train.
func (f *folder) build(name, dir string, d *description, file []byte) error {
	for range 2 {
		src, err := json.Marshal(d)
		if err != nil {
			return err
		}
		m, err := spec.Parse("model.json", src)
		if err != nil {
			return err
		}
		m.Files, m.Name = settled{os.DirFS(dir), file}, name
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
	feed := map[string]*onnxtensor.Tensor{}
	if f.set != "" {
		var err error
		if feed, err = f.Feed(f.set); err != nil {
			return c, err
		}
	}
	count := 1
	for _, p := range f.model.Inputs {
		if feed[p.Name] == nil {
			feed[p.Name] = onnx.Zeros(p)
		}
		if shape := feed[p.Name].Shape; p.Batch && len(shape) > 0 {
			count = shape[0]
		}
	}
	c.Batch.X = make([][]float64, count)
	for i, p := range f.model.Inputs {
		port, elements := f.Header.Inputs[i], feed[p.Name].Elements()
		width := product(port.Shape)
		for r := range count {
			row := elements
			if len(elements) == count*width {
				row = elements[r*width:][:width]
			}
			for _, v := range row {
				if port.Limit > 0 && (v < float64(port.Least) || v >= float64(port.Limit)) {
					return c, fmt.Errorf("%v is no value that input %s takes", v, port.Name)
				}
			}
			c.Batch.X[r] = append(c.Batch.X[r], row...)
		}
	}
	if len(f.model.Inputs) == 0 {
		c.Batch.X = [][]float64{{0}}
	}
	for range count {
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
	for i, at := range f.given() {
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

// given are the outputs of the file that the package has: later ones without elements it
// has not.
func (f *folder) given() (places []int) {
	for i, p := range f.model.Outputs {
		if i == 0 || !p.Empty {
			places = append(places, i)
		}
	}
	return places
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

// check compares what a package gives with what the set expects.
func (f *folder) check(got harness.Result, seen *atLevel) error {
	if got.Error != "" {
		return fmt.Errorf("%s", got.Error)
	}
	at, given := 0, f.given()
	for i, p := range f.Header.Outputs {
		width, i := product(p.Shape), given[i]
		t := &onnxtensor.Tensor{Type: f.model.Outputs[i].Type}
		for r, row := range got.Outputs {
			for j, v := range row[at : at+width] {
				if t.F = append(t.F, float64(v)); math.Float32bits(v) != math.Float32bits(got.Single[r][at+j]) && v == v {
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
		if t.Shape = want.Shape; len(t.F) != len(want.Elements()) {
			return fmt.Errorf("output %d has %d elements, not %v", i, len(t.F), want.Shape)
		}
		if err := f.Check(f.set, i, t); err != nil {
			return err
		}
		seen.Far = max(seen.Far, finite(far(t.F, want.Elements())))
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
