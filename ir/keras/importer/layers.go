package importer

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/spec"
)

// layers finds the weights of a file of format Layers.
func (l *loader) layers() {
	origins := slices.Clone(l.report.Origins)
	slices.SortStableFunc(origins, func(a, b keras.Origin) int { return slices.Compare(a.Place, b.Place) })
	for len(origins) > 0 {
		n := 1
		for n < len(origins) && origins[n].Place[0] == origins[0].Place[0] {
			n++
		}
		l.group(origins[:n])
		origins = origins[n:]
	}
}

// piece is a layer of a group of a file of format Layers.
type piece struct {
	keras.Origin
	trained, rest []string // its weights in the order of the file
	given         []container.Array
}

// group reads the weights of a layer, or of all layers of a model in the model: first
// what is trained of all of them, then the rest. Source: Keras 2,
// saving/hdf5_format.py, save_weights_to_hdf5_group and _legacy_weights.
func (l *loader) group(origins []keras.Origin) {
	pieces, total := l.pieces(origins)
	name := origins[0].Legacy[0]
	g := l.file.Group(name)
	switch {
	case total == 0: // arrays that it has all the same are reported as surplus
		return
	case g == nil:
		l.fail("layer %q is not in the file", name)
		return
	}
	var arrays []container.Array
	for i := range g.Tensors {
		t := &g.Tensors[i]
		if random(t) {
			continue
		}
		a, err := t.Array()
		if err != nil {
			l.fail("layer %q: %w", name, err)
			return
		}
		arrays = append(arrays, a)
		l.used[t] = true
	}
	unsaid := slices.IndexFunc(pieces, func(p *piece) bool { return p.Unsaid })
	switch each := l.separate(pieces); {
	case len(pieces) > 1 && unsaid >= 0:
		l.fail("%q: an .h5 file has the weights of %s in the order in which its constructor makes them; say it in the file of --custom, weights: [...], for all layers that have weights", name, pieces[unsaid].Defined.Class)
		return
	case len(pieces) == 1:
		pieces[0].given = arrays
	case total == len(arrays):
		share(arrays, pieces, func(*piece) int { return 1 })
	case total+each == len(arrays):
		share(arrays, pieces, gatesOf)
	default:
		l.fail("model %q has %s in the file, and %d in the network", name, counted(len(arrays)), total)
		return
	}
	for _, p := range pieces {
		l.convert(p)
	}
}

// pieces are the layers of a group that have weights in the network, and how many
// these are.
func (l *loader) pieces(origins []keras.Origin) (list []*piece, total int) {
	for _, o := range origins {
		p := &piece{Origin: o}
		add := func(names []string, to *[]string) {
			for _, name := range names {
				s := l.segments[o.Layer+"/"+name]
				if s == nil {
					continue
				}
				total++
				if s.Role == block.Frozen { // Keras counts all weights of such a layer with the rest
					to = &p.rest
				}
				*to = append(*to, s.Name)
			}
		}
		for _, g := range o.Groups() {
			add(g.Trainable, &p.trained)
		}
		for _, g := range o.Groups() {
			add(g.Rest, &p.rest)
		}
		if len(p.trained)+len(p.rest) > 0 {
			list = append(list, p)
		}
	}
	return list, total
}

// gatesOf is how many arrays Keras 1 had in place of one weight of a layer: one for
// each gate.
func gatesOf(p *piece) int {
	class := p.Class
	if len(p.Inner) > 0 {
		class = p.Inner[0]
	}
	switch class {
	case "LSTM", "ConvLSTM2D":
		return 4
	case "GRU":
		return 3
	}
	return 1
}

// separate is how many arrays more there are where every gate has its own.
func (l *loader) separate(pieces []*piece) (more int) {
	for _, p := range pieces {
		more += (gatesOf(p) - 1) * (len(p.trained) + len(p.rest))
	}
	return more
}

// share divides arrays among layers. For one weight of a layer there are each of them.
func share(arrays []container.Array, pieces []*piece, each func(*piece) int) {
	take := func(p *piece, n int) {
		p.given = append(p.given, arrays[:n]...)
		arrays = arrays[n:]
	}
	for _, p := range pieces {
		take(p, len(p.trained)*each(p))
	}
	for _, p := range pieces {
		take(p, len(p.rest)*each(p))
	}
}

// convert gives the weights of a layer their present form, and their names.
func (l *loader) convert(p *piece) {
	form := container.Layer{Class: p.Class, Version: l.file.Version, Backend: l.file.Backend, ChannelsFirst: l.channelsFirst(p.Origin)}
	if len(p.Inner) > 0 {
		form.Inner = p.Inner[0]
	}
	names := slices.Concat(p.trained, p.rest)
	if len(p.Backward) > 0 {
		form.Backward = p.Backward[0]
	}
	if p.Class == "Bidirectional" && len(p.given) == len(names) {
		for _, name := range names {
			if strings.HasPrefix(name, p.Layer+"/forward_") {
				form.Forward++
			}
		}
	}
	if kernel := l.segments[names[0]].Shape; len(kernel) == 3 { // of Conv1D: length, channels, filters
		form.KernelSize, form.Filters = kernel[:1], kernel[2]
	}
	path := strings.Join(p.Legacy, "/")
	arrays, err := form.Convert(p.given)
	switch {
	case err != nil:
		l.fail("layer %q: %w", path, err)
	case len(arrays) != len(names):
		l.fail("layer %q has %s in the file, and %d in the network: %s", path, counted(len(arrays)), len(names), strings.Join(names, ", "))
	default:
		for i, name := range names {
			l.found[name] = arrays[i]
			if len(p.given) != len(names) || !same(arrays[i], p.given[i]) {
				l.reshaped = append(l.reshaped, path)
			}
		}
		return
	}
	for _, name := range names {
		l.failed[name] = true
	}
}

// same reports one array, not two of the same numbers.
func same(a, b container.Array) bool {
	return slices.Equal(a.Shape, b.Shape) && (len(a.Data) == 0 || &a.Data[0] == &b.Data[0])
}

// channelsFirst reports a layer whose data_format, or that of the layer in it, is
// channels_first.
func (l *loader) channelsFirst(o keras.Origin) bool {
	var has func(args []spec.Arg) bool
	has = func(args []spec.Arg) bool {
		return slices.ContainsFunc(args, func(a spec.Arg) bool {
			return a.Name == "data_format" && a.Value.Str == "channels_first" || has(a.Value.Map)
		})
	}
	for i, name := range l.model.Names() {
		if name == o.Layer {
			return has(l.model.Layers[i].Args.List)
		}
	}
	return false
}
