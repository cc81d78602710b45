package node

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/onnx/trainable"
	"github.com/nngen-go/nngen/ir/op"
)

// Use says what a graph of the model is for.
type Use struct {
	// Trains is set where the network trains, in all of its graphs: what several
	// nodes read of one tensor, in whatever order of axes, is one parameter then.
	Trains bool
	// Training is set in the graph of a step where BatchNormalization takes
	// statistics of the batch and Dropout drops.
	Training bool
	// Running is set in all graphs of a network that has such a one.
	Running bool
	// Numbers is set where outputs leave as float32, as those of packages do: whole ones
	// are exact.
	Numbers bool
	// Weights says which tensors training changes.
	Weights trainable.Choice
}

// Weight is a tensor of the file that has become a parameter: axis i of the parameter is
// axis Perm[i] of the tensor.
type Weight struct {
	Segment string
	Name    string // of the tensor, or of the value computed from some
	Perm    []int
	Data    []float32
	// from are the elements of tensors of the file, in the order of Data; nil where it
	// is one tensor in the order of Perm, or none.
	from    []float64
	sources []string // the tensors
}

// Tensors are the names of those that the parameter is made of.
func (w Weight) Tensors() []string { return w.sources }

// Tensors are the floating-point tensors of a file, whose elements are numbered through.
type Tensors struct {
	known map[string]*tensor.Tensor
	start map[string]int
	names []string // in the order of their numbers
	size  int
	data  map[string][]float32 // of parameters, shared by the graphs of a network
}

// NewTensors numbers the elements of initializers.
func NewTensors(of map[string]*tensor.Tensor) *Tensors {
	t := &Tensors{known: map[string]*tensor.Tensor{}, start: map[string]int{}, data: map[string][]float32{}}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		t.add(name, of[name])
	}
	return t
}

func (t *Tensors) add(name string, known *tensor.Tensor) {
	if _, twice := t.start[name]; twice || !tensor.IsFloat(known.Type) {
		return
	}
	t.known[name], t.start[name], t.names = known, t.size, append(t.names, name)
	t.size += tensor.Count(known.Shape)
}

// at finds the tensor of an element.
func (t *Tensors) at(number int) (name string, element int) {
	i, exact := slices.BinarySearchFunc(t.names, number, func(name string, n int) int { return t.start[name] - n })
	if !exact {
		i--
	}
	// Tensors of no elements begin where the next one does.
	for i+1 < len(t.names) && t.start[t.names[i+1]] <= number {
		i++
	}
	return t.names[i], number - t.start[t.names[i]]
}

// numbers are those of the elements of a value; nil where it has none.
func (t *Tensors) numbers(v *Value) *tensor.Tensor {
	if v.from != nil {
		return v.from
	}
	start, ok := t.start[v.Name]
	if !ok || v.Known == nil {
		return nil
	}
	out := tensor.New(proto.Float64, v.Known.Shape)
	for i := range out.F {
		out.F[i] = float64(start + i)
	}
	return out
}

// trace finds out which elements of the file known results are: the operator is given
// the numbers of the elements in place of the elements.
func trace(n *Node, r Row, out []*Value) {
	if n.Proto.Op == "Constant" && len(out) == 1 && out[0].Known != nil {
		n.file.Tensors.add(n.Proto.Outputs[0], out[0].Known)
		return
	}
	if !trainable.Moves(n.Proto) {
		return
	}
	numbered, any := n.With(slices.Clone(n.In)...), false
	for i, v := range n.In {
		switch {
		case v == nil:
			continue
		case v.Known == nil:
			return
		case !tensor.IsFloat(v.Type):
			continue
		}
		from := n.file.Tensors.numbers(v)
		if from == nil {
			from = tensor.New(proto.Float64, v.Known.Shape)
			for j := range from.F {
				from.F[j] = -1
			}
		} else {
			any = true
		}
		numbered.In[i] = &Value{Name: v.Name, Type: proto.Float64, Shape: v.Shape, Known: from}
	}
	if !any {
		return
	}
	traced := out
	if n.Proto.Op == "Cast" || n.Proto.Op == "CastLike" {
		if !tensor.IsFloat(out[0].Type) {
			return
		}
		traced = []*Value{numbered.In[0]}
	} else {
		traced = numbered.build(r)
	}
	for i, v := range traced {
		if i < len(out) && v.Known != nil && out[i].Known != nil {
			out[i].from = v.Known
		}
	}
}

// sources are the tensors of the file that a value is made of.
func (t *Tensors) sources(v *Value) []string {
	if v.from == nil {
		if _, ok := t.start[v.Name]; ok && v.Known != nil {
			return []string{v.Name}
		}
		return nil
	}
	var names []string
	from, to := 0, 0 // the elements of the last one
	for _, f := range v.from.F {
		if n := int(f); n >= 0 && (n < from || n >= to) {
			name, at := t.at(n)
			from, to = n-at, n-at+tensor.Count(t.known[name].Shape)
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// trains reports whether training changes a value: each tensor that it is made of.
func (s *Scope) trains(v *Value) bool {
	names := s.file.Tensors.sources(v)
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !s.settings.Trainable.Has(name) })
}

// kept reports whether a value is a parameter however small it is.
func (s *Scope) kept(v *Value) bool {
	return tensor.IsFloat(v.Type) && (s.initializers[v.Name] && len(v.Shape) > 0 || s.trains(v))
}

// unfolded reports a node that is computed at run time though its operands are known:
// weights come out of it that training changes.
func unfolded(n *Node) bool {
	return n.Use.Trains && n.settings.Trainable.Combines(n.Proto) && slices.ContainsFunc(n.In, func(v *Value) bool {
		return v != nil && v.Known != nil && n.trains(v)
	})
}

// weight is a known tensor as a parameter. Read in a second order of axes, it is the
// first one, turned.
func (s *Scope) weight(v *Value, perm []int, shape ir.Shape) *ir.Value {
	for i := len(s.Weights); v.Name == ""; i++ { // an attribute's
		if name := fmt.Sprintf("constant_%d", i); s.values[name] == nil {
			v.Name = name
			s.values[name] = v
		}
	}
	if first, ok := s.params[v.Name]; ok {
		turn := make([]int, len(perm))
		for i, a := range perm {
			turn[i] = slices.Index(first.perm, a)
		}
		if slices.Equal(turn, tensor.Identity(len(turn))) {
			return first.value
		}
		return s.Turned(first.value, turn)
	}
	trains := s.trains(v)
	if trains && s.Use.Trains {
		if x, ok := tied(s, v, perm, shape); ok {
			return x
		}
	}
	w := Weight{Segment: s.settings.Prefix + v.Name, Name: v.Name, Perm: perm, Data: s.file.Tensors.laid(v, perm)}
	w.sources = s.file.Tensors.sources(v)
	if v.from != nil {
		w.from = v.from.Permuted(perm)
	}
	role := block.Frozen
	switch {
	case s.states[v.Name]:
		role = block.State
	case trains:
		role = block.Trainable
	}
	p := op.ParamOf(s.B, op.Param{Segment: w.Segment, Shape: shape, Role: role, Init: block.Init{Kind: "file"}})
	s.params[v.Name] = placed{p, perm}
	s.Weights = append(s.Weights, w)
	return p
}

// laid are the elements of a value as a parameter has them.
func (t *Tensors) laid(v *Value, perm []int) []float32 {
	key := fmt.Sprint(v.Name, perm)
	if t.data[key] == nil {
		known := v.Known
		data := make([]float32, 0, tensor.Count(known.Shape))
		for at := range tensor.Walk(tensor.Permuted(known.Shape, perm), tensor.Permuted(tensor.Strides(known.Shape), perm)) {
			data = append(data, float32(known.At(at)))
		}
		t.data[key] = data
	}
	return t.data[key]
}

// elements are the numbers of what a parameter holds, in its order.
func elements(s *Scope, w Weight) []float64 {
	if w.from != nil {
		return w.from
	}
	v := s.values[w.Name]
	if from := s.file.Tensors.numbers(v); from != nil {
		return from.Permuted(w.Perm)
	}
	return nil
}

// tied makes a value of a parameter that holds its elements already, in another order:
// an embedding and, turned, the layer of the answers.
func tied(s *Scope, v *Value, perm []int, shape ir.Shape) (*ir.Value, bool) {
	names := s.file.Tensors.sources(v)
	var want []float64
	for _, w := range s.Weights {
		if !slices.ContainsFunc(w.sources, func(name string) bool { return slices.Contains(names, name) }) {
			continue
		}
		if want == nil {
			want = s.file.Tensors.numbers(v).Permuted(perm)
		}
		at := map[float64]int{}
		have := elements(s, w)
		for i, f := range have {
			at[f] = i
		}
		places, found := make([]int, len(want)), 0
		for i, f := range want {
			if j, ok := at[f]; ok && f >= 0 {
				places[i] = j
				found++
			}
		}
		switch {
		case found == 0:
			continue
		case found < len(want):
			return s.B.Errorf("it reads elements of %s that another node reads too, and others besides; name it in freeze", diag.Quote(names[0])), true
		}
		return picks(s, s.params[w.Name].value, places, shape), true
	}
	return nil, false
}

// picks takes elements of a parameter by their places: the transposed matrix, or one
// by one.
func picks(s *Scope, p *ir.Value, places []int, shape ir.Shape) *ir.Value {
	n := p.Shape.Elements()
	if len(places) == n && n > 1 {
		rows := places[1] - places[0]
		is := func(step int) bool {
			for i, at := range places {
				if step < 1 || n%step != 0 || at != i%(n/step)*step+i/(n/step) {
					return false
				}
			}
			return true
		}
		switch {
		case rows == 1 && is(1):
			return op.ReshapeTo(s.B, p, shape)
		case is(rows):
			return op.ReshapeTo(s.B, op.TransposeTo(s.B, op.ReshapeTo(s.B, p, ir.Shape{n / rows, rows}), 1, 0), shape)
		}
	}
	ids := op.IndicesOf(s.B, ir.Shape{len(places)}, places)
	return op.ReshapeTo(s.B, op.GatherRows(s.B, op.ReshapeTo(s.B, p, ir.Shape{n}), ids), shape)
}

// Restored puts the values of parameters, by segment, where the file has them.
func (ts *Tensors) Restored(weights []Weight, values func(segment string) []float32) (map[string][]float32, error) {
	out := map[string][]float32{}
	of := func(name string) []float32 {
		if out[name] == nil {
			t := ts.known[name]
			list := make([]float32, tensor.Count(t.Shape))
			for i := range list {
				list[i] = float32(t.At(i))
			}
			out[name] = list
		}
		return out[name]
	}
	for _, w := range weights {
		if w.sources == nil {
			continue // computed of tensors when the graph was built: nothing trains it
		}
		have := values(w.Segment)
		if len(have) != len(w.Data) {
			return nil, fmt.Errorf("%d values for %s of %d", len(have), w.Segment, len(w.Data))
		}
		if w.from == nil {
			t := ts.known[w.Name]
			to, own := of(w.Name), tensor.Strides(t.Shape)
			shape, step := tensor.Permuted(t.Shape, w.Perm), tensor.Permuted(own, w.Perm)
			i := 0
			for at := range tensor.Walk(shape, step) {
				to[at] = have[i]
				i++
			}
			continue
		}
		for i, f := range w.from {
			if f >= 0 {
				name, at := ts.at(int(f))
				of(name)[at] = have[i]
			}
		}
	}
	return out, nil
}
