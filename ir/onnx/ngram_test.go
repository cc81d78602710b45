package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// pool is a TfIdfVectorizer.
type pool struct {
	sizes             [][][]int64 // n-grams of n+1 tokens
	columns           []int64
	weights           []float32
	mode              string
	low, high, skips  int
	shortest, longest int64 // of the tokens
}

// drawnPool draws n-grams of up to 4 tokens, some sizes without any, in columns of which
// some stay empty and some are shared.
func drawnPool(r *rand.Rand) *pool {
	p := &pool{mode: []string{"TF", "IDF", "TFIDF"}[r.IntN(3)], low: 1 + r.IntN(3), skips: r.IntN(5), shortest: -2, longest: 3}
	p.high = p.low + r.IntN(3)
	seen := map[string]bool{}
	for size := range 1 + r.IntN(4) {
		var list [][]int64
		for range r.IntN(7) {
			gram := make([]int64, size+1)
			for i := range gram {
				gram[i] = p.shortest + r.Int64N(p.longest-p.shortest+1)
			}
			if key := fmt.Sprint(gram); !seen[key] {
				seen[key] = true
				list = append(list, gram)
			}
		}
		p.sizes = append(p.sizes, list)
	}
	free := r.Perm(2*len(seen) + 1)
	for range seen {
		c := free[len(p.columns)]
		if p.mode != "IDF" && r.IntN(4) == 0 {
			c = r.IntN(len(free))
		}
		p.columns = append(p.columns, int64(c))
		p.weights = append(p.weights, float32(r.IntN(9))-4)
	}
	if p.mode == "TF" || r.IntN(3) == 0 {
		p.weights = nil
	}
	return p
}

func (p *pool) node() *proto.Node {
	var starts, tokens []int64
	for _, list := range p.sizes {
		starts = append(starts, int64(len(tokens)))
		for _, gram := range list {
			tokens = append(tokens, gram...)
		}
	}
	n := step("TfIdfVectorizer", "y", "x")
	n.Attributes = []*proto.Attribute{
		word("mode", p.mode), number("min_gram_length", int64(p.low)), number("max_gram_length", int64(p.high)), number("max_skip_count", int64(p.skips)),
		numbered("ngram_counts", starts...), numbered("ngram_indexes", p.columns...), numbered("pool_int64s", tokens...),
	}
	if p.weights != nil {
		n.Attributes = append(n.Attributes, listed("weights", p.weights...))
	}
	return n
}

// counts is what the standard says, n-gram by n-gram: every way of taking its tokens from
// the row at one distance, which makes no difference for one token.
func (p *pool) counts(row []int64) []float64 {
	width := int64(0)
	for _, c := range p.columns {
		width = max(width, c+1)
	}
	out, k := make([]float64, width), 0
	for i, list := range p.sizes {
		for _, gram := range list {
			count := 0.0
			for distance := 1; distance <= p.skips+1 && i+1 >= p.low && i+1 <= p.high; distance++ {
				for start := range row {
					at := 0
					for at < len(gram) && start+at*distance < len(row) && row[start+at*distance] == gram[at] {
						at++
					}
					if at == len(gram) {
						count++
					}
				}
				if len(gram) == 1 {
					break
				}
			}
			if p.mode == "IDF" {
				count = min(count, 1)
			}
			if p.weights != nil {
				count *= float64(p.weights[k])
			}
			out[p.columns[k]] += count
			k++
		}
	}
	return out
}

// TestTfIdfVectorizer counts the n-grams of random pools in random rows: one, several and
// a batch of them.
func TestTfIdfVectorizer(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 1))
	for draw := range 300 {
		p := drawnPool(r)
		if len(p.columns) == 0 {
			continue
		}
		element := []proto.Type{proto.Int32, proto.Int64}[r.IntN(2)]
		tokens, rows := 1+r.IntN(9), 1
		x := port("x", element, tokens)
		switch r.IntN(3) {
		case 0:
			rows = 1 + r.IntN(3)
			x = port("x", element, rows, tokens)
		case 1:
			x = port("x", element, 1, tokens)
			x.Dims[0] = proto.Dim{Param: "N", Value: -1}
		}
		feed := &tensor.Tensor{Type: element}
		for _, d := range x.Dims {
			feed.Shape = append(feed.Shape, max(1, int(d.Value)))
		}
		var want []float64
		for range rows {
			row := make([]int64, tokens)
			for i := range row {
				row[i] = p.shortest + r.Int64N(p.longest-p.shortest+2)
			}
			feed.I = append(feed.I, row...)
			want = append(want, p.counts(row)...)
		}
		m := nodes(t, &proto.Graph{Inputs: []*proto.ValueInfo{x}, Nodes: []*proto.Node{p.node()}, Outputs: []*proto.ValueInfo{{Name: "y", Kind: "tensor", Element: proto.Float32}}})
		same(t, m, map[string]*tensor.Tensor{"x": feed}, want...)
		if t.Failed() {
			t.Fatalf("draw %d: %+v of %v", draw, p, feed)
		}
	}
}

// TestNoTfIdfVectorizer says what is wrong with one.
func TestNoTfIdfVectorizer(t *testing.T) {
	sound := func() *pool {
		return &pool{sizes: [][][]int64{{{1}, {2}}, {{1, 2}}}, columns: []int64{0, 1, 2}, mode: "TF", low: 1, high: 2}
	}
	with := func(name string, change func(a *proto.Attribute)) *proto.Node {
		n := sound().node()
		for _, a := range n.Attributes {
			if a.Name == name {
				change(a)
			}
		}
		return n
	}
	for want, n := range map[string]*proto.Node{
		"its pool is of strings, which are not supported; number the words and give it pool_int64s": with("pool_int64s", func(a *proto.Attribute) {
			*a = *spelled("pool_strings", "a", "b", "a", "b")
		}),
		"pool_int64s or ngram_indexes is empty":                                with("pool_int64s", func(a *proto.Attribute) { a.Ints = nil }),
		"n-grams of 0 to 2 tokens, of which 0 are skipped":                     with("min_gram_length", func(a *proto.Attribute) { a.Int = 0 }),
		"ngram_counts [0 5] are no ascending starts from 0 in a pool of 4":     with("ngram_counts", func(a *proto.Attribute) { a.Ints[1] = 5 }),
		"the pool has 3 tokens for n-grams of 2":                               with("ngram_counts", func(a *proto.Attribute) { a.Ints[1] = 1 }),
		"the n-gram [2] is in its pool twice":                                  with("pool_int64s", func(a *proto.Attribute) { a.Ints[0] = 2 }),
		"token 16777217 of its pool is beyond 16777216":                        with("pool_int64s", func(a *proto.Attribute) { a.Ints[0] = 1<<24 + 1 }),
		"3 ngram_indexes from -1 for 3 n-grams":                                with("ngram_indexes", func(a *proto.Attribute) { a.Ints[0] = -1 }),
		"n-grams of 2 tokens at 1 distances in 2147483648 columns":             with("ngram_indexes", func(a *proto.Attribute) { a.Ints[0] = 1 << 40 }),
		`mode "BM25"; TF, IDF and TFIDF are known`:                             with("mode", func(a *proto.Attribute) { a.String = []byte("BM25") }),
		"ngram_indexes names a column twice, which has no meaning in mode IDF": with("ngram_indexes", func(a *proto.Attribute) { a.Ints[0] = 1; a.Ints = append(a.Ints[:1], 1, 2) }),
		"ngram_counts [] are no ascending starts from 0 in a pool of 4":        with("ngram_counts", func(a *proto.Attribute) { a.Ints = nil }),
		"n-grams of 2 tokens at 16000 distances in 3 columns":                  with("max_skip_count", func(a *proto.Attribute) { a.Int = 1 << 30 }),
	} {
		if strings.Contains(want, "IDF") && strings.Contains(want, "twice") {
			n.Attributes[0] = word("mode", "IDF")
		}
		err := build(modelOf(&proto.Graph{Inputs: []*proto.ValueInfo{port("x", proto.Int64, 16001)}, Nodes: []*proto.Node{n}}, 22), onnx.Options{}, node.Use{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
