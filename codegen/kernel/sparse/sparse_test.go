package sparse_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

func idsBuffer(unique bool) *loop.Buffer {
	return &loop.Buffer{Name: "ids", Class: loop.Input, DType: loop.I32, Rows: true, Ragged: true, Unique: unique}
}

// drawn is a list of that many ids below limit, in no order.
func drawn(count, limit int, unique bool) func(int, *rand.Rand) []int32 {
	return func(_ int, r *rand.Rand) []int32 {
		var list []int32
		for range count {
			list = append(list, int32(r.IntN(limit)))
		}
		if unique {
			slices.Sort(list)
			list = slices.Compact(list)
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		return list
	}
}

// sparseWidths has every tail of a register, several registers and several
// blocks of them.
var sparseWidths = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 24, 31, 32, 33, 48, 50, 63, 64, 65, 96, 130, 200}

func gatherCase(width, limit int, set bool, epilogue scalar.Expr, extra ...loop.Access) kerneltest.Case {
	table := &loop.Buffer{Name: "w", Class: loop.Param, Shape: []int{limit, width}}
	out := &loop.Buffer{Name: "y", Class: loop.Arena, Rows: true, Shape: []int{width}}
	k := &loop.GatherSum{Ids: idsBuffer(set), Table: table, Out: out, Limit: limit, Width: width, Set: set, Epilogue: epilogue, Extra: extra}
	return kerneltest.Case{Name: fmt.Sprintf("width %d", width), Kernel: k, Rows: []int{1, 2, 5}, Tolerance: 1e-5}
}

func gatherCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, width := range sparseWidths {
		list = append(list, gatherCase(width, 37, width%2 == 0, nil))
	}
	// What a dense layer adds to the sum, in every way that it may lie in memory.
	for _, width := range []int{1, 10, 16, 70, 150} {
		bias := loop.Access{Buf: &loop.Buffer{Name: "b", Class: loop.Param, Shape: []int{width}}, Strides: []int{0, 1}}
		rest := loop.Access{Buf: &loop.Buffer{Name: "h", Class: loop.Arena, Rows: true, Shape: []int{width + 3}}, Offset: 2, Strides: []int{width + 3, 1}}
		each := loop.Access{Buf: &loop.Buffer{Name: "s", Class: loop.Arena, Rows: true}, Strides: []int{1, 0}}
		share := loop.Access{Buf: &loop.Buffer{Name: "share", Class: loop.Scalar}, Strides: []int{0, 0}}
		relu := scalar.Call("max", scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), scalar.Num(0))
		mixed := scalar.Call("sigmoid", scalar.Call("sub", scalar.Call("mul", scalar.Call("add", scalar.Arg(0), scalar.Arg(2)), scalar.Arg(3)), scalar.Call("mul", scalar.Arg(4), scalar.Arg(1))))
		list = append(list, gatherCase(width, 37, true, relu, bias), gatherCase(width, 37, false, mixed, bias, rest, each, share))
		list[len(list)-2].Name += " relu"
		list[len(list)-1].Name += " sigmoid"
	}
	return append(list, long(gatherCase(16, 37, false, nil), 8192), long(gatherCase(150, 37, false, nil), 2048))
}

// long gives the rows of a case about as many ids as a call may take, and more.
func long(c kerneltest.Case, most int) kerneltest.Case {
	c.Name += " long"
	c.Rows, c.Tolerance, c.Plain = []int{4}, 1e-3, true
	c.IDs = func(row int, r *rand.Rand) []int32 {
		return drawn([]int{most, most + 1, 3*most + 5, 0}[row], 37, false)(row, r)
	}
	return c
}

func scatterCase(width, limit int, set bool) kerneltest.Case {
	table := &loop.Buffer{Name: "dw", Class: loop.Gradient, Shape: []int{limit, width}}
	grad := &loop.Buffer{Name: "dy", Class: loop.Arena, Rows: true, Shape: []int{width}}
	k := &loop.ScatterSum{Ids: idsBuffer(set), Grad: grad, Table: table, Limit: limit, Width: width, Set: set}
	return kerneltest.Case{Name: fmt.Sprintf("width %d", width), Kernel: k, Rows: []int{1, 2, 5}, Tolerance: 1e-5}
}

func scatterCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, width := range sparseWidths {
		list = append(list, scatterCase(width, 37, width%2 == 0))
	}
	return append(list, long(scatterCase(16, 37, false), 8192), long(scatterCase(150, 37, false), 2048))
}

func TestGatherSum(t *testing.T)  { kerneltest.Check(t, gatherCases()) }
func TestScatterSum(t *testing.T) { kerneltest.Check(t, scatterCases()) }

// review is the first layer of a classifier of film reviews: of 10,000 words,
// about 130 different ones in each.
func review(rows int) []kerneltest.Case {
	g, s := gatherCase(16, 10000, true, nil), scatterCase(16, 10000, true)
	g.Name, s.Name = fmt.Sprintf("gather %d reviews", rows), fmt.Sprintf("scatter %d reviews", rows)
	bytes := func(n int) int { return n * 130 * (16 + 1) * 4 }
	list := []kerneltest.Case{g, s}
	for i := range list {
		list[i].Rows, list[i].IDs, list[i].Bytes = []int{rows}, drawn(131, 10000, true), bytes
	}
	return list
}

func BenchmarkReviews(b *testing.B) { kerneltest.Benchmark(b, append(review(1)[:1], review(512)...)) }
