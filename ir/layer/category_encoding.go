package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "CategoryEncoding",
	Doc:   "Encodes ids as rows of 0 and 1, or of counts.",
	Reads: []string{"ids", "count_weights"},
	New:   func() Config { return &CategoryEncoding{OutputMode: "multi_hot"} },
})

// CategoryEncoding encodes ids below num_tokens. multi_hot and count give one
// row for all ids of a sample, [n, t] or ragged [n, *] to [n, num_tokens]: 1
// where an id occurs, or how often. one_hot gives a row for every id: [n, 1] to
// [n, num_tokens] and [n, …] to [n, …, num_tokens]. Source: Keras 3,
// layers/preprocessing/category_encoding.py.
//
// A second input of the ids' shape, count_weights, is what each id adds in the mode
// count in place of 1.
type CategoryEncoding struct {
	NumTokens  int    `arg:"num_tokens,required,min=1" doc:"ids are 0 to num_tokens-1"`
	OutputMode string `arg:"output_mode,oneof=one_hot|multi_hot|count" doc:"one row per id (one_hot), or per sample: which ids occur (multi_hot), or how often (count)"`
}

// Several ids of a row are encoded one by one by comparison with the numbers 0
// to num_tokens-1, which are a constant of the program.
const (
	maxTokens       = 1 << 24
	maxOneHotTokens = 1 << 16
)

// Build implements [Config].
func (e *CategoryEncoding) Build(c *Context, in []*ir.Value) *ir.Value {
	ids := in[0]
	if e.NumTokens > maxTokens {
		return c.ErrorAt("num_tokens", "num_tokens is %d; at most %d are supported", e.NumTokens, maxTokens)
	}
	if !c.ids(ids, e.NumTokens) {
		return c.poison()
	}
	if len(in) > 1 {
		return e.weighted(c, ids, in[1])
	}
	if e.OutputMode == "one_hot" {
		if ids.Shape.Ragged() {
			return c.ErrorAt("output_mode", "one_hot gives a row for every id, but %s has a different number of ids in every row; use multi_hot or count", from(ids))
		}
		return e.oneHot(c, ids)
	}
	if len(ids.Shape) > 2 {
		return c.Errorf("%s takes the ids of a sample in one line, but %s gives %v; put Flatten before it", e.OutputMode, from(ids), ids.Shape)
	}
	return op.OneHot(c.B, ids, e.NumTokens, e.OutputMode == "multi_hot")
}

// weighted adds up the weights of every id.
func (e *CategoryEncoding) weighted(c *Context, ids, weights *ir.Value) *ir.Value {
	switch {
	case e.OutputMode != "count":
		return c.Errorf("count_weights, the second input, belongs to output_mode: count, and it is %s", e.OutputMode)
	case ids.Shape.Ragged():
		return c.Errorf("count_weights takes rows of one length, but %s has a different number of ids in every row", from(ids))
	case !c.floats(weights):
		return c.poison()
	case len(ids.Shape) != 2 || !weights.Shape.Equal(ids.Shape):
		return c.Errorf("count_weights takes a weight for every id, but %s gives %v and %s gives %v", from(weights), weights.Shape, from(ids), ids.Shape)
	case e.NumTokens > maxOneHotTokens:
		return c.ErrorAt("num_tokens", "num_tokens is %d; with count_weights at most %d are supported", e.NumTokens, maxOneHotTokens)
	}
	column := append(append(ir.Shape{}, ids.Shape...), 1)
	chosen := scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), scalar.Arg(2), scalar.Num(0))
	each := op.MapOf(c.B, chosen, "weighted", op.ReshapeTo(c.B, ids, column), numbers(c.B, e.NumTokens), op.ReshapeTo(c.B, weights, column))
	return op.Sum(c.B, each, false, 1)
}

func (e *CategoryEncoding) oneHot(c *Context, ids *ir.Value) *ir.Value {
	last := len(ids.Shape) - 1
	if last == 0 || last == 1 && ids.Shape[1] == 1 && !c.Streaming.takes(ids) {
		return op.OneHot(c.B, ids, e.NumTokens, true)
	}
	if e.NumTokens > maxOneHotTokens {
		return c.ErrorAt("num_tokens", "num_tokens is %d; one_hot of several ids a row supports at most %d; an Embedding needs no such rows", e.NumTokens, maxOneHotTokens)
	}
	column := ids
	if last == 1 || ids.Shape[last] != 1 {
		column = op.ReshapeTo(c.B, ids, append(append(ir.Shape{}, ids.Shape...), 1))
	}
	return op.MapOf(c.B, scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), "one_hot", column, numbers(c.B, e.NumTokens))
}

// numbers is the constant 0, 1, …, n-1.
func numbers(b *ir.Builder, n int) *ir.Value {
	data := make([]float64, n)
	for i := range data {
		data[i] = float64(i)
	}
	return op.ConstOf(b, ir.Shape{n}, data)
}

// Stepwise implements [Stepper].
func (e *CategoryEncoding) Stepwise(x ir.Shape) bool {
	return e.OutputMode == "one_hot" && (len(x) > 2 || x[1] > 1) // the only id of a row gives no axis of steps
}
