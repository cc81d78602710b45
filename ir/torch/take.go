package torch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/weights"
)

// Take gives the weights of the segments of a network, by their names and in row-major
// order, from the tensors of a file. The error is a [diag.List] of all that is missing,
// left over or ambiguous.
func (m *Map) Take(model *spec.Model, segments []block.Segment, file *weights.File) (map[string][]float32, error) {
	t := &taker{m: m, file: file, tensors: map[string]*weights.Tensor{}, segments: map[string]*block.Segment{}, given: map[string]diag.Pos{}, used: map[string]bool{}, found: map[string][]float32{}}
	for i := range file.Tensors {
		t.names = append(t.names, file.Tensors[i].Name)
		t.tensors[file.Tensors[i].Name] = &file.Tensors[i]
	}
	for i := range segments {
		t.segments[segments[i].Name] = &segments[i]
	}
	t.layers(model)
	for _, e := range m.weights {
		t.weight(e)
	}
	t.rest(segments)
	return t.found, t.errs.Err()
}

// taker takes weights from one file.
type taker struct {
	m        *Map
	file     *weights.File
	tensors  map[string]*weights.Tensor
	names    []string // of tensors
	segments map[string]*block.Segment
	given    map[string]diag.Pos // weights that the map says something of, and where
	used     map[string]bool     // tensors
	found    map[string][]float32
	errs     diag.List
}

// layers takes the weights of layers that are modules.
func (t *taker) layers(model *spec.Model) {
	names := model.Names()
	for _, e := range t.m.layers {
		i := slices.Index(names, e.name)
		if i < 0 {
			t.errs.Add(e.pos, "the network has no layer %s%s", diag.Quote(e.name), diag.DidYouMean(e.name, names))
			continue
		}
		l := model.Layers[i]
		inner, _ := spec.Value{Kind: spec.Map, Map: l.Args.List}.Get("layer")
		m, ok := moduleOf(l.Type, innerClass(inner.Value))
		if !ok {
			t.errs.Add(e.pos, "layer %s: PyTorch has no module that is a %s; name the tensors of its weights under weights:", diag.Quote(e.name), l.Type)
			continue
		}
		t.layer(e, m)
	}
}

// innerClass is the class of an argument that is a layer, {LSTM: {units: 3}}.
func innerClass(v spec.Value) string {
	switch {
	case v.Kind == spec.String:
		return spec.LayerClass(v.Str)
	case v.Kind == spec.Map && len(v.Map) > 0:
		return spec.LayerClass(v.Map[0].Name)
	}
	return ""
}

// layer takes the weights of one layer from its module.
func (t *taker) layer(e layerEntry, m module) {
	if e.layer > 0 && !m.layered {
		t.errs.Add(e.pos, "layer %s: its module has one layer alone; take layer: %d out", diag.Quote(e.name), e.layer)
		return
	}
	prefix := e.module
	if prefix != "" {
		prefix += "."
	}
	some := false
	for _, w := range m.weights {
		s := t.segments[e.name+"/"+w.name]
		if s == nil {
			continue
		}
		some = true
		t.given[s.Name] = e.pos
		var names []string
		for _, name := range w.tensors {
			names = append(names, prefix+m.tensor(name, e.layer))
		}
		of, ok := t.arrays(e.pos, s.Name, names)
		if !ok {
			continue
		}
		a, err := w.make(of, s.Shape)
		if err != nil {
			t.errs.Add(e.pos, "%s: %s is %s in the file, %v", s.Name, strings.Join(names, ", "), literal(of[0].shape), err)
			continue
		}
		t.found[s.Name] = a.data
	}
	if !some {
		t.errs.Add(e.pos, "layer %s has no weights", diag.Quote(e.name))
	}
	for _, name := range m.unused {
		t.used[prefix+name] = true
	}
}

// arrays are tensors by their names, where they are all in the file.
func (t *taker) arrays(pos diag.Pos, weight string, names []string) (list []array, ok bool) {
	ok = true
	for _, name := range names {
		x := t.tensors[name]
		switch {
		case x == nil:
			t.errs.Add(pos, "%s: the file has no tensor %s%s", weight, diag.Quote(name), diag.DidYouMean(name, t.names))
			ok = false
		case x.Data == nil && x.DType != "F32": // of nothing
			t.errs.Add(pos, "%s: tensor %s is of type %s in the file; F32, F64, F16 and BF16 are read", weight, diag.Quote(name), x.DType)
			t.used[name], ok = true, false
		default:
			t.used[name] = true
			list = append(list, array{x.Shape, x.Data})
		}
	}
	return list, ok
}

// weight takes one weight.
func (t *taker) weight(e weightEntry) {
	s := t.segments[e.name]
	if s == nil {
		var names []string
		for name := range t.segments {
			names = append(names, name)
		}
		slices.Sort(names)
		t.errs.Add(e.pos, "the network has no weight %s%s", diag.Quote(e.name), diag.DidYouMean(e.name, names))
		return
	}
	if at, twice := t.given[e.name]; twice {
		t.errs.Add(e.pos, "%s is said twice; its layer is a module in line %d", e.name, at.Line)
	}
	t.given[e.name] = e.pos
	of, ok := t.arrays(e.pos, e.name, e.tensors)
	if !ok {
		return
	}
	sum := of[0]
	for i, a := range of[1:] {
		if !slices.Equal(a.shape, sum.shape) {
			t.errs.Add(e.pos, "%s: %s is %s and %s is %s, which have no sum", e.name, e.tensors[0], literal(sum.shape), e.tensors[i+1], literal(a.shape))
			return
		}
		sum = sum.plus(a)
	}
	axes, problem := e.turning(sum.shape, s.Shape)
	if problem != "" {
		t.errs.Add(e.pos, "%s: %s is %s in the file and %s in the network%s", e.name, strings.Join(e.tensors, " + "), literal(sum.shape), literal(s.Shape), problem)
		return
	}
	t.found[e.name] = sum.transposed(axes...).data
}

// turning is the order of axes that makes a shape of another, or what is wrong with it.
func (e weightEntry) turning(from, to []int) (axes []int, problem string) {
	if e.axes != nil {
		shape := make([]int, len(e.axes))
		for i, axis := range e.axes {
			if len(e.axes) != len(from) {
				return nil, fmt.Sprintf("; axes: %s is not an order of its axes", literal(e.axes))
			}
			shape[i] = from[axis]
		}
		if !slices.Equal(shape, to) {
			return nil, fmt.Sprintf("; with axes: %s it is %s", literal(e.axes), literal(shape))
		}
		return e.axes, ""
	}
	switch list := turnings(from, to); len(list) {
	case 0:
		return nil, ", and no order of its axes makes that"
	case 1:
		return list[0], ""
	default:
		return nil, fmt.Sprintf(", which axes: %s and axes: %s both make; say which, or name the layer's module under layers:", literal(list[0]), literal(list[1]))
	}
}

// literal is a list as YAML has it.
func literal(list []int) string { return strings.Join(strings.Fields(fmt.Sprint(list)), ", ") }

// rest reports weights that the map does not name, and tensors that nothing takes.
func (t *taker) rest(segments []block.Segment) {
	var missing, left []string
	for _, s := range segments {
		if _, ok := t.given[s.Name]; !ok {
			missing = append(missing, fmt.Sprintf("%s %s", s.Name, literal(s.Shape)))
		}
	}
	for _, x := range t.file.Tensors {
		if !t.used[x.Name] && !slices.ContainsFunc(t.m.ignore, func(g ignored) bool { return g.matches(x.Name) }) {
			left = append(left, fmt.Sprintf("%s %s", diag.Quote(x.Name), literal(x.Shape)))
		}
	}
	at := diag.Pos{File: t.m.file}
	if missing != nil {
		t.errs.Add(at, "it does not say which tensors these weights are: %s", strings.Join(missing, ", "))
	}
	if left != nil {
		t.errs.Add(at, "nothing takes these tensors of %s: %s; name them under weights: or ignore:", t.file.Name, strings.Join(left, ", "))
	}
	for _, g := range t.m.ignore {
		if !slices.ContainsFunc(t.names, g.matches) {
			t.errs.Add(g.pos, "ignore: the file has no tensor %s%s", diag.Quote(g.pattern), diag.DidYouMean(g.pattern, t.names))
		}
	}
}
