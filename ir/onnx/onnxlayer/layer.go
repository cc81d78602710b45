// Package onnxlayer makes an ONNX file a layer of a description, and a file alone a
// description of its own. Importing it is enough: it registers the layer.
package onnxlayer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/onnx/writeback"
	"github.com/nngen-go/nngen/ir/op"
)

func init() {
	layer.Register(layer.Info{
		Name: "ONNX",
		Doc:  "The graph of an ONNX file, with its weights.",
		More: true,
		New:  func() layer.Config { return &ONNX{} },
	})
}

// ONNX is the graph of an ONNX file: its inputs in order, and its outputs, of which
// those after the first are results of their names.
type ONNX struct {
	File    string   `arg:"file,required" hash:"never" doc:"the ONNX file, beside the description"`
	Outputs []string `arg:"outputs" doc:"names of the results, in the order of the file's outputs"`
	Bind    []string `arg:"bind" doc:"symbolic extents of the file: name=value each"`
	Train   []string `arg:"train" hash:"unless zero" train:"only" doc:"the tensors that training changes, where these are not all weights; * stands for any text"`
	Freeze  []string `arg:"freeze" hash:"unless zero" train:"only" doc:"tensors that training leaves as they are; * stands for any text"`
	Numbers bool     `arg:"numbers" hash:"unless zero" doc:"whether whole numbers that it finds, as ArgMax does, are numbers and not ids: outputs of a network are"`
	// Training is what PyTorch's train() does to a module.
	Training bool `arg:"training" hash:"unless zero" train:"only" doc:"whether BatchNormalization takes statistics of the batch and Dropout drops while training"`

	file          *file    // once it has been read
	classes       []string // that the file names
	probabilities bool     // of the output
}

// file is an ONNX file as the graphs of a network share it.
type file struct {
	model   *onnx.Model
	data    []byte // until there is a digest
	content string // the digest of what is no weight
}

// Results implements [layer.Several].
func (o *ONNX) Results() []string {
	if len(o.Outputs) == 0 {
		return nil
	}
	return o.Outputs[1:]
}

// Classes implements [layer.Classifier].
func (o *ONNX) Classes() (names []string, probabilities bool) { return o.classes, o.probabilities }

// Content implements [layer.Filed].
func (o *ONNX) Content() string {
	if o.file == nil {
		return ""
	}
	return o.file.content
}

// read decodes the file, once for all graphs.
func (o *ONNX) read(c *layer.Context) (*onnx.Model, *ir.Value) {
	if o.file != nil {
		return o.file.model, nil
	}
	if c.Files == nil {
		return nil, c.ErrorAt("file", "file %s cannot be read from here: the description has no folder", diag.Quote(o.File))
	}
	data, err := fs.ReadFile(c.Files, path.Clean(o.File))
	if err != nil {
		return nil, c.ErrorAt("file", "%v", err)
	}
	bind, err := Bindings(o.Bind)
	if err != nil {
		return nil, c.ErrorAt("bind", "%v", err)
	}
	m, err := onnx.Read(path.Base(o.File), data, onnx.Options{Bind: bind, Files: c.Files})
	if err != nil {
		return nil, report(c, err)
	}
	o.file = &file{model: m, data: data}
	return m, nil
}

// digest notes what the file says besides the weights.
func (f *file) digest(built *onnx.Built) error {
	if f.data == nil {
		return nil
	}
	rest, err := writeback.Without(f.data, built.TensorNames())
	sum := sha256.Sum256(rest)
	f.data, f.content = nil, hex.EncodeToString(sum[:])
	return err
}

// Build implements [layer.Config].
func (o *ONNX) Build(c *layer.Context, in []*ir.Value) *ir.Value {
	m, bad := o.read(c)
	if bad != nil {
		return bad
	}
	o.classes, o.probabilities = m.Classes, m.Classifier
	if len(m.Inputs) == 0 && len(in) == 1 {
		in = nil // which says how many rows there are, and nothing else
	}
	if len(in) != len(m.Inputs) {
		return c.Errorf("%s has %d inputs, %s; the layer has %d", o.File, len(m.Inputs), strings.Join(names(m.Inputs), ", "), len(in))
	}
	use := node.Use{
		Numbers: o.Numbers, Trains: c.Trains, Training: c.Training && o.Training && c.Trainable, Running: o.Training && c.Trainable,
		Weights: trainable.Choice{Train: o.Train, Freeze: o.Freeze, Frozen: !c.Trainable},
	}
	built, err := m.BuildFor(use, c.B, in, c.Name+"/")
	if err != nil {
		return report(c, err)
	}
	if built.BatchStatistics {
		c.BatchStatistics = append(c.BatchStatistics, c.Name)
	}
	if err := o.file.digest(built); err != nil {
		return c.Errorf("%v", err)
	}
	if c.Weights == nil {
		c.Weights = map[string][]float32{}
	}
	for _, w := range built.Weights {
		c.Weights[w.Segment] = w.Data
	}
	c.Origins = append(c.Origins, layer.Origin{Layer: c.Name, File: path.Clean(o.File), Tensors: built.Tensors})
	var first *ir.Value
	for i, v := range built.Outputs {
		x := result(c.B, v)
		if x == nil && i > 0 {
			continue // nothing can read it
		}
		if x == nil {
			return c.Errorf("output %s of %s has no elements", diag.Quote(v.Name), o.File)
		}
		if far, ok := beyond(v.Known); ok {
			return c.Errorf("output %s of %s has %d, which no float32 holds", diag.Quote(v.Name), o.File, far)
		}
		if m.Outputs[i].Batch && len(v.Shape) > 1 && v.Shape[0] == 1 {
			x = op.ReshapeTo(c.B, x, append(ir.Shape{ir.Batch}, v.Shape[1:]...))
		}
		if len(x.Shape) == 1 { // one number a row, which descriptions have an axis for
			x = op.ReshapeTo(c.B, x, ir.Shape{ir.Batch, 1})
		}
		switch {
		case i == 0:
			first = x
		case i < len(o.Outputs):
			c.Result(o.Outputs[i], x)
		}
	}
	if first != nil && (len(first.Shape) != 2 || first.Shape[1] != len(o.classes) && !(first.Shape[1] == 1 && len(o.classes) == 2)) {
		o.classes, o.probabilities = nil, false // they are those of something else
	}
	unread(c, append([]*ir.Value{first}, slices.Collect(maps.Values(c.Results))...))
	return first
}

// unread keeps the weights as they are that none of the layer's results depends on.
func unread(c *layer.Context, results []*ir.Value) {
	reached := map[*ir.Value]bool{}
	for stack := results; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !reached[v] {
			reached[v], stack = true, append(stack, v.Args...)
		}
	}
	for _, v := range c.B.Graph.Params {
		p := v.Op.(*op.Param)
		if strings.HasPrefix(p.Segment, c.Name+"/") && p.Role == block.Trainable && !reached[v] {
			p.Role = block.Frozen
		}
	}
}

// result is an output for every row: one that does not depend on an input is the same for
// all of them; nil: it has no elements.
func result(b *ir.Builder, v *node.Value) *ir.Value {
	x := v.Result()
	if t := v.Known; t != nil {
		data := t.Elements()
		if len(data) == 0 {
			return nil
		}
		x = op.ConstOf(b, v.Shape, data)
	}
	if x == nil || !x.Valid() || x.Shape.Batched() {
		return x
	}
	x = op.ReshapeTo(b, x, append(ir.Shape{1}, x.Shape...))
	return op.BroadcastTo(b, x, append(ir.Shape{ir.Batch}, x.Shape[1:]...))
}

// beyond is a whole number among known ones that float32 does not hold.
func beyond(t *tensor.Tensor) (far int64, ok bool) {
	if t == nil {
		return 0, false
	}
	i := slices.IndexFunc(t.I, func(v int64) bool { return int64(float32(v)) != v })
	if i < 0 {
		return 0, false
	}
	return t.I[i], true
}

// report hands the mistakes of the file on.
func report(c *layer.Context, err error) *ir.Value {
	var list diag.List
	if errors.As(err, &list) {
		c.B.Errors = append(c.B.Errors, list...)
		return layer.Poison(c.B)
	}
	return c.Errorf("%v", err)
}

// Bindings reads name=value.
func Bindings(list []string) (map[string]int, error) {
	bind := map[string]int{}
	for _, s := range list {
		name, value, ok := strings.Cut(s, "=")
		var n int
		if _, err := fmt.Sscan(value, &n); err != nil || !ok || n < 1 || name == "" {
			return nil, fmt.Errorf("%q is not name=value, of a whole number of at least 1", s)
		}
		bind[name] = n
	}
	return bind, nil
}

func names(ports []onnx.Port) []string {
	var out []string
	for _, p := range ports {
		out = append(out, p.Name)
	}
	return out
}
