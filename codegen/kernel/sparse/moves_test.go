package sparse_test

import (
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// embedding is a table of 23 rows, ids of 3 words in each row, and what is done
// with the rows that they name.
func embeddingCases() []kerneltest.Case {
	var list []kerneltest.Case
	add := func(name string, k *loop.Nest) {
		list = append(list, kerneltest.Case{Name: name, Kernel: k, Rows: []int{1, 2, 5}, Tolerance: 1e-5, Limit: 23})
	}
	const words = 3
	for _, width := range []int{2, 5, 8, 11, 16, 17, 31, 64, 300, 530} {
		table := &loop.Buffer{Name: "table", Class: loop.Param, Shape: []int{23, width}}
		ids := &loop.Buffer{Name: "ids", Class: loop.Input, DType: loop.I32, Rows: true, Shape: []int{words}}
		y := &loop.Buffer{Name: "y", Class: loop.Arena, Rows: true, Shape: []int{words, width}}
		index := &loop.Access{Buf: ids, Strides: []int{1, 0}}
		row := loop.Access{Buf: table, Strides: []int{0, 1}, Index: index, IndexStride: width}
		all := loop.Access{Buf: y, Strides: []int{width, 1}}
		axes := []loop.Axis{{Name: "n", N: words, Rows: true}, {Name: "o", N: width}}
		add(fmt.Sprintf("embedding %d", width), &loop.Nest{Outer: axes[:1], Body: []loop.Stmt{
			{Inner: axes[1:], Dst: all, Value: scalar.Arg(0), Srcs: []loop.Access{row}}}})
		add(fmt.Sprintf("embedding %d gradient", width), &loop.Nest{Outer: axes, Body: []loop.Stmt{
			{Dst: row, Value: scalar.Arg(0), Srcs: []loop.Access{all}, Accumulate: true}}})
		bias := loop.Access{Buf: &loop.Buffer{Name: "b", Class: loop.Param, Shape: []int{width}}, Strides: []int{0, 1}}
		weight := loop.Access{Buf: &loop.Buffer{Name: "w", Class: loop.Weight, Rows: true, Shape: []int{words}}, Strides: []int{1, 0}}
		share := loop.Access{Buf: &loop.Buffer{Name: "share", Class: loop.Scalar}, Strides: []int{0, 0}}
		add(fmt.Sprintf("embedding %d weighted", width), &loop.Nest{Outer: axes, Body: []loop.Stmt{
			{Dst: all, Value: scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Call("mul", scalar.Arg(2), scalar.Arg(1))), scalar.Num(3)), Srcs: []loop.Access{row, weight, share}}}})
		add(fmt.Sprintf("embedding %d bias", width), &loop.Nest{Outer: axes, Body: []loop.Stmt{
			{Dst: all, Value: scalar.Call("tanh", scalar.Call("add", scalar.Arg(0), scalar.Arg(1))), Srcs: []loop.Access{row, bias}}}})
	}
	return list
}

func TestEmbedding(t *testing.T) { kerneltest.Check(t, embeddingCases()) }

// A batch of sentences of 200 words, in 64 dimensions.
func BenchmarkEmbedding(b *testing.B) {
	var list []kerneltest.Case
	for _, c := range embeddingCases() {
		if c.Name == "embedding 64" || c.Name == "embedding 64 gradient" {
			c.Rows = []int{128 * 200 / 3}
			list = append(list, c)
		}
	}
	kerneltest.Benchmark(b, list)
}
