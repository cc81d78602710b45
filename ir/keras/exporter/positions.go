package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

// positions makes a PositionEmbedding, which is a class of KerasHub, what Keras itself has
// for it: the elements of a kernel times ones, an EinsumDense.
func (k *maker) positions(o *node) {
	shape := k.shapes[o.name]
	rows, _ := o.argument("sequence_length")
	steps, width := shape[len(shape)-2], shape[len(shape)-1]
	if rows.Int != int64(steps) {
		k.fail(o.Pos, "layer %s: a file of Keras has one row for each of the %d steps, and sequence_length is %d; write sequence_length: %d, which trained weights do not fit any more", diag.Quote(o.name), steps, rows.Int, steps)
	}
	axes := "abcdefgh"[:len(shape)+1]
	args := []spec.Arg{named("equation", text(axes+","+axes[len(axes)-2:]+"->"+axes))}
	output := list()
	for _, n := range shape[:len(shape)-2] {
		output.List = append(output.List, whole(n))
	}
	args = append(args, named("output_shape", list(append(output.List, whole(steps), whole(width))...)))
	if init, ok := o.argument("initializer"); ok {
		args = append(args, named("kernel_initializer", init))
	}
	o.Type, o.kernel = "EinsumDense", "embeddings"
	o.Args = spec.Args{Pos: o.Args.Pos, Owner: o.Args.Owner, Kind: o.Type, List: args}
}

// ones are ones in the shape of what a PositionEmbedding reads.
func (k *maker) ones(g *graph, name string, in []tensor) tensor {
	o := &node{name: k.free(name + "_ones"), Layer: spec.Layer{Type: "Operation", Args: spec.Args{Kind: "Operation", List: []spec.Arg{named("op", text("ones_like"))}}}}
	o.info, _ = layer.Find(o.Type)
	o.settings = o.info.New()
	layer.Decode(o.Args, o.settings, "the layer")
	o.uses, o.said = []call{o.call(in)}, []string{o.name}
	shape, _ := k.shapeOf(in[0])
	k.shapes[o.name] = slices.Clone(shape)
	g.operations = append(g.operations, o)
	return tensor{of: o}
}
