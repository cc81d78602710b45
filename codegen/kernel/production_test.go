package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/machine"
)

// productionShapes are layers as networks have them: channels from 1 to 1,024 with odd
// ones, images to 224, kernels to 11, sequences of 10,000 steps, Dense to 8192x4096.
// Those with a number in front are known to have gone wrong.
func productionShapes() []string {
	one := func(shape []int, layers ...string) string { return described(shape, layers...) }
	shapes := []string{
		// Attention of 1 to 16 heads over 128 to 512 steps.
		one([]int{128, 128}, "MultiHeadAttention: {num_heads: 4, key_dim: 32, use_causal_mask: true}"),
		one([]int{128, 64}, "MultiHeadAttention: {num_heads: 16, key_dim: 4}"),
		one([]int{250, 24}, "MultiHeadAttention: {num_heads: 2, key_dim: 12, value_dim: 20}"),
		one([]int{512, 16}, "MultiHeadAttention: {num_heads: 1, key_dim: 16, sliding_window: 64}"),
		one([]int{197, 48}, "GroupedQueryAttention: {num_query_heads: 6, num_key_value_heads: 2, head_dim: 8, use_causal_mask: true}"),
		one([]int{130, 33}, "Attention: {use_scale: true}"),
		// Sums cut into unequal blocks where taps are written out.
		one([]int{2, 417}, "Conv1D: {filters: 64, kernel_size: 2, padding: same}"),
		one([]int{2, 1665}, "Conv1D: {filters: 16, kernel_size: 2, padding: same}"),
		one([]int{3, 3, 256}, "Conv2D: {filters: 64, kernel_size: 3, padding: same}"),
		one([]int{2, 64}, "Conv1D: {filters: 417, kernel_size: 2, padding: same}"),
		// Weights packed one by one, two axes of taps together.
		one([]int{3, 3, 8}, "Conv2D: {filters: 4, kernel_size: 3, padding: same}", "GlobalAveragePooling2D"),
		// Rows that no tap reaches.
		one([]int{4, 8}, "ZeroPadding1D: {padding: [0, 8]}", "Conv1D: {filters: 16, kernel_size: 2}"),
		one([]int{4, 8}, "ZeroPadding1D: {padding: [0, 40]}", "Conv1D: {filters: 64, kernel_size: 2}"),
		one([]int{10, 8}, "Conv1D: {filters: 16, kernel_size: 2}", "Cropping1D: {cropping: [0, 6]}"),
		// Calls that touched too much.
		one([]int{14, 14, 672}, "DepthwiseConv2D: {kernel_size: 5, strides: 2, padding: same}"),
		one([]int{3, 3, 80}, "DepthwiseConv2D: {kernel_size: 3}"),
		one([]int{57, 57, 128}, "DepthwiseConv2D: {kernel_size: 3, strides: 2}"),
		one([]int{7, 7, 512}, "DepthwiseConv2D: {kernel_size: 5, padding: same}"),
		one([]int{1000, 128}, "DepthwiseConv1D: {kernel_size: 5}"),
		one([]int{1025, 64}, "MaxPooling1D: {pool_size: 2, strides: 1, padding: same}"),
		one([]int{1000, 100}, "AveragePooling1D: {pool_size: 3, padding: same}"),
		one([]int{2, 112, 512}, "MaxPooling2D"),
		one([]int{2, 112, 512}, "AveragePooling2D: 2"),
		one([]int{14, 56, 384}, "MaxPooling2D: 7"),
		// Volumes, whose sums have four loops.
		one([]int{4, 14, 14, 24}, "Conv3D: {filters: 16, kernel_size: 3, strides: [1, 2, 2]}"),
		one([]int{2, 5, 5, 65}, "Conv3DTranspose: {filters: 33, kernel_size: 3, strides: 2, padding: same}"),
		one([]int{16, 32, 32, 32}, "MaxPooling3D"),
		one([]int{7, 33, 33, 48}, "AveragePooling3D: {pool_size: 3, strides: 2, padding: same}"),
		one([]int{16, 64, 64, 32}, "Conv3D: {filters: 32, kernel_size: 3, padding: same, activation: relu}"),
		// Left to Go before.
		one([]int{1, 1, 64}, "Conv2D: {filters: 32, kernel_size: 3, padding: same}"),
		one([]int{28, 28, 24}, "DepthwiseConv2D: {kernel_size: 3, strides: 2, padding: same}"),
		one([]int{20, 20, 16}, "Conv2D: {filters: 24, kernel_size: 3, strides: 3, padding: same}"),
		one([]int{20, 20, 16}, "AveragePooling2D: {pool_size: 9, strides: 1, padding: same}"),
		one([]int{4096}, "Dense: 4096"), one([]int{8192}, "Dense: 4096"), one([]int{1023}, "Dense: {units: 1025, activation: relu}"), one([]int{300}, "Dense: {units: 10000, activation: softmax}"),
		one([]int{10000, 1}, "Conv1D: {filters: 8, kernel_size: 11, padding: causal}"),
		one([]int{10000, 8}, "Conv1D: {filters: 16, kernel_size: 3, dilation_rate: 8, padding: same}"),
		one([]int{224, 224, 3}, "Conv2D: {filters: 64, kernel_size: 3, padding: same, activation: relu}"),
		one([]int{224, 224, 3}, "Conv2D: {filters: 64, kernel_size: 7, strides: 2, padding: same}"),
		one([]int{224, 224, 3}, "Conv2D: {filters: 32, kernel_size: 11, strides: 4}"),
	}
	return append(shapes, drawnProductionShapes(120)...)
}

// mostProducts bounds the work of a drawn layer for a row.
const mostProducts = 6 << 20

func drawnProductionShapes(count int) []string {
	var shapes []string
	for i := 0; len(shapes) < count; i++ {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		// Channels at and around the powers of two, and anything.
		channels := func() int {
			switch n := 1 << r.IntN(11); r.IntN(3) {
			case 0:
				return n
			case 1:
				return max(1, n+r.IntN(3)-1)
			}
			return 1 + r.IntN(1024)
		}
		pick := func(words ...string) string { return words[r.IntN(len(words))] }
		size, in, out, kernel := []int{1, 2, 3, 7, 8, 14, 28, 56, 112, 224}[r.IntN(10)], channels(), channels(), 1+r.IntN(11)
		window := fmt.Sprintf("kernel_size: %d, padding: same, %s", kernel, pick("strides: 1", "strides: 2", "strides: 3", "dilation_rate: 2"))
		var shape []int
		var layer string
		products := size * size * in
		switch r.IntN(6) {
		case 0, 1:
			shape, layer = []int{size, size, in}, fmt.Sprintf("Conv2D: {filters: %d, %s, activation: %s}", out, window, pick("linear", "relu"))
			products *= kernel * kernel * out
		case 2:
			steps := []int{1, 5, 50, 500, 2000, 10000}[r.IntN(6)]
			shape, layer = []int{steps, in}, fmt.Sprintf("Conv1D: {filters: %d, %s}", out, window)
			products = steps * in * kernel * out
		case 3:
			shape, layer = []int{size, size, in}, fmt.Sprintf("DepthwiseConv2D: {%s}", window)
			products *= kernel * kernel
		case 4:
			shape, layer = []int{size, size, in}, fmt.Sprintf("%sPooling2D: {pool_size: %d, strides: %d, padding: same}", pick("Max", "Average"), 1+kernel/2, 1+r.IntN(3))
			products *= kernel * kernel
		case 5:
			in, out := in*(1+r.IntN(8)), out*(1+r.IntN(4))
			shape, layer = []int{in}, fmt.Sprintf("Dense: {units: %d, activation: %s}", out, pick("linear", "relu", "softmax"))
			products = in * out
		}
		if products <= mostProducts {
			shapes = append(shapes, described(shape, layer))
		}
	}
	return shapes
}

// TestProduction runs the kernels of layers of production size as packages have them,
// between pages that cannot be touched. A few rows of the batch stand for all, and without
// -shapes all a part of the shapes, of at most 4 M products a row.
func TestProduction(t *testing.T) {
	shapes := productionShapes()
	var left []string
	var cases []kerneltest.Case
	total := 0
	for i, text := range shapes {
		if *shapesFlag != "all" && i >= 35 && i%16 != 0 {
			continue
		}
		for j, k := range describedKernels(t, text, machine.Server()) {
			switch k.(type) {
			case *loop.Contract, *loop.Window, *loop.WindowGrad:
			default:
				continue // the other families take any length in pieces: see the shapes above
			}
			if k.Flops(1) < 1<<14 || *shapesFlag != "all" && k.Flops(1) > 1<<23 {
				continue
			}
			bodies, err := kernel.Bodies(driver.NewUnit(machine.Server()), driver.Request{Name: "kernel", Kernel: k, Operands: kerneltest.OperandsOf(k)})
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, k, text)
			}
			if len(bodies) < len(amd64.Levels) {
				if why := leftToGo(k); why == k.Family() {
					left = append(left, k.String()+"\n"+text)
				}
				continue
			}
			cases = append(cases, kerneltest.Case{Name: fmt.Sprintf("%d.%d", i, j), Kernel: k, Rows: rowsOf(k), Tolerance: 1e-4, Plain: true, Once: true, About: text + "\n" + k.String()})
		}
		if len(cases) >= 100 {
			total += len(cases)
			kerneltest.Check(t, cases)
			cases = nil
		}
	}
	kerneltest.Check(t, cases)
	t.Logf("%d shapes, %d kernels at each level", len(shapes), total+len(cases))
	if len(left) > 0 {
		t.Errorf("%d kernels are left to Go:\n%s", len(left), strings.Join(left, "\n"))
	}
}

// rowsOf is how many rows of a batch a kernel of production size is run for.
func rowsOf(k loop.Kernel) []int {
	if k.Flops(1) > 1<<22 {
		return []int{1}
	}
	return []int{mostRows(k)}
}

// mostRows is three rows of a batch, or fewer where a micro-batch has no more.
func mostRows(k loop.Kernel) int {
	rows := 3
	for _, axes := range loop.AxesOf(k) {
		for _, a := range axes {
			if a.Rows && a.Max > 0 {
				rows = min(rows, a.Max/a.N)
			}
		}
	}
	return rows
}

// FastProducts gives what the executor of package looptest gives.
func TestFastProducts(t *testing.T) {
	for text := range drawnShapes(3, 40) {
		for _, k := range describedKernels(t, text, machine.Server()) {
			k, ok := k.(*loop.Contract)
			if !ok {
				continue
			}
			c := kerneltest.Case{Kernel: k}
			data := c.Data(2, rand.New(rand.NewPCG(1, 2)), false)
			want := c.Reference(t, data, 2)
			mem := &looptest.Memory{}
			for i, o := range kerneltest.OperandsOf(k) {
				mem.Set(o.Buf, looptest.Block{F: kerneltest.Floats(data[i])})
			}
			kerneltest.FastProducts(k, mem, 2)
			for i, got := range c.Contents(mem, 2) {
				for j := range got {
					if math.Abs(got[j]-want[i][j]) > 1e-12 {
						t.Fatalf("%s\nelement %d of operand %d is %g, not %g", k, j, i, got[j], want[i][j])
					}
				}
			}
		}
	}
}
