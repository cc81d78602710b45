package onnx_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"path"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/scalar"
)

// slope is the gradient of a model's outputs, weighted at random and summed, with respect
// to its inputs of float32 and its weights.
type slope struct {
	graph   *ir.Graph
	machine *interp.Machine[float64]
	batch   interp.Batch[float64]
	at      map[string][]float64 // the point: values of the parameters
}

// errNoPath says that no number that could change reaches an output of float32.
var errNoPath = errors.New("no path")

// slopeOf builds the gradient of the model of a test on its first inputs.
func slopeOf(c *backend.Case, r *rand.Rand) (*slope, error) {
	m, err := c.Model()
	if err != nil {
		return nil, err
	}
	sets := c.Sets()
	if len(sets) == 0 {
		return nil, errNoPath
	}
	feed, err := c.Feed(sets[0])
	if err != nil {
		return nil, err
	}
	b := ir.NewBuilder("train")
	s := &slope{graph: b.Graph, at: map[string][]float64{}, batch: interp.Batch[float64]{Rows: 1, Feed: map[string]*ir.Tensor[float64]{}}}
	var inputs []*ir.Value
	for i, p := range m.Inputs {
		inputs = append(inputs, s.input(b, i, p, feed[p.Name]))
	}
	built, err := m.BuildFor(node.Use{Trains: true}, b, inputs, "")
	if err != nil {
		return nil, err
	}
	for _, w := range built.Weights {
		for _, f := range w.Data {
			s.at[w.Segment] = append(s.at[w.Segment], float64(f))
		}
	}
	for i, v := range built.Outputs {
		if v.Known != nil || v.Type != proto.Float32 || v.Result().DType != ir.F32 {
			continue
		}
		x := v.Result()
		want, err := c.Want(sets[0], i)
		if err != nil {
			return nil, err
		}
		shares := make([]float64, ir.Shape(v.Shape).Elements())
		for j := range shares { // 0: what is masked is left out
			if !math.IsInf(want.F[j], 0) && !math.IsNaN(want.F[j]) && math.Abs(want.F[j]) < 1e30 {
				shares[j] = r.NormFloat64()
			}
		}
		share := scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Num(0)), scalar.Num(0), scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)))
		y := op.MapOf(b, share, "share", x, op.ConstOf(b, slices.Clone(ir.Shape(v.Shape)), shares))
		axes := make([]int, len(x.Shape))
		for a := range axes {
			axes[a] = a
		}
		b.Graph.Outputs = append(b.Graph.Outputs, x)
		if y = op.Sum(b, y, false, axes...); !y.Valid() {
			return nil, fmt.Errorf("output %d: %w", i, b.Errors.Err())
		}
		b.Graph.Losses = append(b.Graph.Losses, y)
	}
	if len(b.Graph.Losses) == 0 {
		return nil, errNoPath
	}
	b.Graph.Loss = op.SumOf(b, "loss", b.Graph.Losses...)
	return s, s.differentiate()
}

// input is an input of the model, which a parameter gives where it is of float32.
func (s *slope) input(b *ir.Builder, i int, p onnx.Port, given *tensor.Tensor) *ir.Value {
	shape := slices.Clone(p.Shape)
	if p.Batch {
		shape = shape[1:]
	}
	n := ir.Shape(shape).Elements()
	if p.Type != proto.Float32 {
		t := ir.Type{Shape: append(ir.Shape{ir.Batch}, shape...)}
		x := &ir.Tensor[float64]{Shape: append(ir.Shape{1}, shape...)}
		elements := given.Elements()
		for _, v := range elements[:min(n, len(elements))] {
			if given.I == nil || p.Type == proto.Bool {
				x.F = append(x.F, v)
			} else {
				t.DType, x.I = ir.I32, append(x.I, int32(v))
			}
		}
		s.batch.Feed[p.Name] = x
		return op.InputOf(b, op.Input{Port: p.Name, Index: i, Of: t})
	}
	segment := "input/" + p.Name
	s.at[segment] = slices.Clone(given.F[:min(n, len(given.F))])
	v := op.ParamOf(b, op.Param{Segment: segment, Shape: shape, Role: block.Trainable})
	row := op.ReshapeTo(b, v, append(ir.Shape{1}, shape...))
	return op.BroadcastTo(b, row, append(ir.Shape{ir.Batch}, shape...))
}

// differentiate appends the gradient with respect to what the loss depends on.
func (s *slope) differentiate() error {
	reached := map[*ir.Value]bool{}
	for stack := []*ir.Value{s.graph.Loss}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !reached[v] {
			reached[v], stack = true, append(stack, v.Args...)
		}
	}
	any := false
	for _, v := range s.graph.Params {
		p := v.Op.(*op.Param)
		if p.Role == block.Trainable && !reached[v] {
			p.Role = block.Frozen
		}
		any = any || p.Role == block.Trainable
	}
	if !any {
		return errNoPath
	}
	if err := pass.Autodiff(s.graph); err != nil {
		return err
	}
	s.machine = interp.New[float64](s.graph)
	return nil
}

// value is the loss a step from the point, and there the derivative along the direction.
func (s *slope) value(direction map[string][]float64, step float64) (loss, along float64, err error) {
	for segment, at := range s.at {
		if p := s.machine.Params[segment]; p != nil {
			for i, v := range at {
				p.F[i] = v
				if d := direction[segment]; d != nil {
					p.F[i] += step * d[i]
				}
			}
		}
	}
	r, err := s.machine.Run(s.graph, s.batch)
	if err != nil {
		return 0, 0, err
	}
	for _, g := range r.Grads {
		for i, d := range direction[g.Segment] {
			along += g.Value.F[i] * d
		}
	}
	return r.Loss, along, nil
}

// verdict compares the derivative with differences.
func (s *slope) verdict(r *rand.Rand) (path bool, err error) {
	var names []string
	for _, g := range s.graph.Grads {
		names = append(names, g.Param.Op.(*op.Param).Segment)
	}
	of := backend.Slope{At: s.at, Value: s.value}
	return of.Verdict(r, names)
}

// gradients differentiates the tests of a folder that pass; a derivative that is not as
// differences say fails the test.
func gradients(t *testing.T, folder fs.FS) (agreed, without int, rough []string) {
	t.Helper()
	files, err := fs.Glob(folder, "*/model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := path.Dir(file)
		dir, err := fs.Sub(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := backend.Open(dir)
		if err != nil || c.Run() != nil {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(len(name)), uint64(name[len(name)-1])))
		s, err := slopeOf(c, r)
		if errors.Is(err, errNoPath) {
			without++
			continue
		}
		path := false
		if err == nil {
			path, err = s.verdict(r)
		}
		switch {
		case errors.Is(err, backend.ErrRough):
			rough = append(rough, name)
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case path:
			agreed++
		default:
			without++
		}
	}
	return agreed, without, rough
}

// TestGradients differentiates the samples; TestSuite all of ONNX's backend tests.
func TestGradients(t *testing.T) {
	agreed, _, rough := gradients(t, samples(t))
	if agreed < 12 || len(rough) > 0 {
		t.Errorf("%d agree, %v", agreed, rough)
	}
}
