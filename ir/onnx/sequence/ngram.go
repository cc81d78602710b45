package sequence

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var ngramRows = map[string]node.Row{"TfIdfVectorizer": {Least: 1, Most: 1, Graph: tfIdfVectorizer}}

// vocabulary is the pool of a TfIdfVectorizer.
type vocabulary struct {
	grams     [][]int64
	columns   []int     // of every n-gram in the result
	weights   []float64 // of every n-gram; nil: 1
	truncated bool      // it counts whether an n-gram is there
	low, high int       // how many tokens an n-gram has that is counted
	skips     int
}

// Numbers that no token is.
const (
	noToken        = 0.5  // of a column that nothing is counted in
	afterTheTokens = 0.25 // past the end of a row
)

// tfIdfVectorizer counts the n-grams of a pool of whole numbers in every row, in the column
// of each, times its weight. N-grams of more than one token are counted at every distance
// of tokens up to max_skip_count+1. Source: ONNX 9, TfIdfVectorizer; the weights belong to the
// n-grams of the pool, as there and in ONNX Runtime.
//
// Every column is compared at every place of a row, whatever the size of its n-gram, so
// that columns need not be put in order afterwards.
func tfIdfVectorizer(n *node.Node) []*node.Value {
	v := n.In[0]
	if n.Attribute("pool_strings") != nil {
		return n.Errorf("its pool is of strings, which are not supported; number the words and give it pool_int64s")
	}
	if v.Rank() > 2 || tensor.IsFloat(v.Type) || tensor.Count(v.Shape) == 0 {
		return n.Errorf("an operand of %v %v; it takes whole numbers, [tokens] or [rows, tokens]", v.Type, v.Shape)
	}
	p, err := vocabularyOf(n)
	if err != nil {
		return n.Errorf("%v", err)
	}
	if v.Rank() == 0 {
		v = node.ShapedAs(n, v, []int{1})
	}
	tokens, size := v.Shape[v.Rank()-1], p.longest(v.Shape[v.Rank()-1])
	furthest := 1
	if size > 1 {
		furthest = min(p.skips+1, tokens-1)
	}
	rounds := p.rounds(tensor.MaxKnown / (furthest * size))
	if furthest*size > node.MostNodes || rounds == nil {
		return n.Errorf("n-grams of %d tokens at %d distances in %d columns", size, furthest, slices.Max(p.columns)+1)
	}
	x := n.Plain(v)
	if !x.Valid() {
		return node.Unless(n, "its operand is not valid")
	}
	x = op.ReshapeTo(n.B, x, append(slices.Clone(x.Shape), 1))
	pads := make([]int, len(x.Shape))
	pads[len(pads)-2] = (size - 1) * furthest
	if pads[len(pads)-2] > 0 {
		x = op.PadWith(n.B, x, make([]int, len(pads)), pads, afterTheTokens)
	}
	row := n.Computed(x, proto.Float32)
	var y *node.Value
	for _, columns := range rounds {
		var counts *node.Value
		for step := 1; step <= furthest && !n.Failed; step++ {
			counts = plus(n, counts, occurrences(n, row, tokens, step, p, columns, size))
		}
		y = plus(n, y, weighted(n, counts, p, columns))
	}
	return node.ListOf(y)
}

// plus adds, to nothing at first.
func plus(n *node.Node, sum, x *node.Value) *node.Value {
	if sum == nil {
		return x
	}
	return n.Then(scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "counts", proto.Float32, sum, x)
}

// longest is how many tokens the longest n-gram has that may be in a row; at least 1.
func (p *vocabulary) longest(tokens int) int {
	size := 1
	for _, gram := range p.grams {
		if len(gram) <= min(p.high, tokens) {
			size = max(size, len(gram))
		}
	}
	return size
}

// rounds are the n-gram of every column, or -1: several rounds where columns have several;
// nil where all are more than most.
func (p *vocabulary) rounds(most int) [][]int {
	width := slices.Max(p.columns) + 1
	var out [][]int
	for k, c := range p.columns {
		r := slices.IndexFunc(out, func(list []int) bool { return list[c] < 0 })
		if r < 0 {
			r = len(out)
			if (r+1)*width > most {
				return nil
			}
			out = append(out, slices.Repeat([]int{-1}, width))
		}
		out[r][c] = k
	}
	return out
}

// occurrences counts the n-grams of columns whose tokens are that far from each other: those of
// one token at distance 1 alone.
func occurrences(n *node.Node, row *node.Value, tokens, step int, p *vocabulary, columns []int, size int) *node.Value {
	axis := row.Rank() - 2
	var all *node.Value
	for i := range size {
		token, any := make([]float64, len(columns)), make([]float64, len(columns))
		mixed := false
		for c, k := range columns {
			token[c] = noToken
			if k < 0 || len(p.grams[k]) < p.low || len(p.grams[k]) > min(p.high, size) || len(p.grams[k]) == 1 && step > 1 {
				continue
			}
			if gram := p.grams[k]; i < len(gram) {
				token[c] = float64(gram[i])
			} else {
				any[c], mixed = 1, true
			}
		}
		is := scalar.Call("eq", scalar.Arg(0), scalar.Arg(1))
		in := []*node.Value{node.PartFrom(n, row, axis, i*step, i*step+tokens, 1), fixed(n, token)}
		if mixed {
			is, in = scalar.Call("max", is, scalar.Arg(2)), append(in, fixed(n, any))
		}
		if all != nil {
			is, in = scalar.Call("mul", is, scalar.Arg(len(in))), append(in, all)
		}
		all = n.Then(is, "n-gram", proto.Float32, in...)
	}
	return node.Operator(n, "ReduceSum", node.Attributes{"axes": []int{axis}, "keepdims": 0}, all)
}

// fixed are numbers in the graph that are no parameters, however many they are.
func fixed(n *node.Node, list []float64) *node.Value {
	return n.Computed(op.ConstOf(n.B, ir.Shape{len(list)}, list), proto.Float32)
}

// weighted is counts times the weights of columns.
func weighted(n *node.Node, counts *node.Value, p *vocabulary, columns []int) *node.Value {
	e, in := scalar.Expr(scalar.Arg(0)), []*node.Value{counts}
	if p.truncated {
		e = scalar.Call("min", e, scalar.Num(1))
	}
	if p.weights != nil {
		w := make([]float64, len(columns))
		for c, k := range columns {
			if k >= 0 {
				w[c] = p.weights[k]
			}
		}
		e, in = scalar.Call("mul", e, scalar.Arg(1)), append(in, fixed(n, w))
	}
	if _, same := e.(scalar.Arg); same {
		return counts
	}
	return n.Then(e, "weighted", proto.Float32, in...)
}

// vocabularyOf reads the attributes.
func vocabularyOf(n *node.Node) (*vocabulary, error) {
	pool, starts := n.Attribute("pool_int64s"), []int(nil)
	p := &vocabulary{low: n.Int("min_gram_length", 0), high: n.Int("max_gram_length", 0), skips: n.Int("max_skip_count", 0)}
	starts, _ = n.Ints("ngram_counts")
	p.columns, _ = n.Ints("ngram_indexes")
	if pool == nil || len(pool.Ints) == 0 || len(p.columns) == 0 {
		return nil, fmt.Errorf("pool_int64s or ngram_indexes is empty")
	}
	if p.low < 1 || p.high < p.low || p.skips < 0 {
		return nil, fmt.Errorf("n-grams of %d to %d tokens, of which %d are skipped", p.low, p.high, p.skips)
	}
	if starts = append(slices.Clone(starts), len(pool.Ints)); starts[0] != 0 || !slices.IsSorted(starts) {
		return nil, fmt.Errorf("ngram_counts %v are no ascending starts from 0 in a pool of %d", starts[:len(starts)-1], len(pool.Ints))
	}
	seen := map[string]bool{}
	for i, start := range starts[:len(starts)-1] {
		part := pool.Ints[start:starts[i+1]]
		if len(part)%(i+1) != 0 {
			return nil, fmt.Errorf("the pool has %d tokens for n-grams of %d", len(part), i+1)
		}
		for gram := range slices.Chunk(part, i+1) {
			key := fmt.Sprint(gram)
			if seen[key] {
				return nil, fmt.Errorf("the n-gram %s is in its pool twice", key)
			}
			seen[key] = true
			p.grams = append(p.grams, gram)
		}
	}
	for _, token := range pool.Ints {
		if token < -node.MostExact || token > node.MostExact {
			return nil, fmt.Errorf("token %d of its pool is beyond %d, up to where all whole numbers are exact in float32", token, node.MostExact)
		}
	}
	if len(p.grams) != len(p.columns) || slices.Min(p.columns) < 0 {
		return nil, fmt.Errorf("%d ngram_indexes from %d for %d n-grams", len(p.columns), slices.Min(p.columns), len(p.grams))
	}
	return p, p.weighted(n)
}

// weighted reads the mode and the weights.
func (p *vocabulary) weighted(n *node.Node) error {
	mode, a := n.Text("mode", ""), n.Attribute("weights")
	switch mode {
	case "TF":
		return nil
	case "IDF", "TFIDF":
	default:
		return fmt.Errorf("mode %q; TF, IDF and TFIDF are known", mode)
	}
	p.truncated = mode == "IDF"
	if p.truncated && len(slices.Compact(slices.Sorted(slices.Values(p.columns)))) < len(p.columns) {
		return fmt.Errorf("ngram_indexes names a column twice, which has no meaning in mode IDF")
	}
	if a == nil || len(a.Floats) == 0 {
		return nil
	}
	if len(a.Floats) != len(p.columns) {
		return fmt.Errorf("%d weights for %d n-grams", len(a.Floats), len(p.columns))
	}
	for _, f := range a.Floats {
		p.weights = append(p.weights, float64(f))
	}
	return nil
}
