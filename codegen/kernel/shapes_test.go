package kernel_test

import (
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// A size that nobody tested is a size that is wrong. Here the kernels of whole
// descriptions, as the passes leave them, are planned for machines so small that
// shapes of a few elements take every cut, tail, share and packing there is:
// forward, by the input and by the weights.
//
//	go test ./codegen/kernel -run Shapes               a part, in under a minute
//	go test ./codegen/kernel -run Shapes -shapes all   every shape below, and more random ones (hours: -timeout 0)

var shapesFlag = flag.String("shapes", "", `"all": every shape of the exhaustive tests`)

// machines are what shapes are planned for, in turn.
var machines = append(machine.Tiny(), machine.Server())

// describedKernels are the kernels of a description's training step, prediction and
// adaptation, each once.
func describedKernels(t testing.TB, text string, m machine.Machine) []loop.Kernel {
	t.Helper()
	model, err := spec.Parse("shape.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	net, err := build.Build(model)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	p, err := pass.Compile(net.Header, pass.Source{Predict: net.Predict, Step: net.Step, Evaluate: net.Evaluate, Train: net.Train}, pass.Options{Machine: m})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var list []loop.Kernel
	seen := map[string]bool{}
	for _, plan := range []*loop.Plan{p.Predict, p.Train} {
		runs, _ := plan.Flat()
		for _, r := range runs {
			if k := r.Kernel; !seen[k.String()] {
				seen[k.String()] = true
				list = append(list, k)
			}
		}
	}
	return list
}

// shaped are the cases of a description: those of its kernels that have machine code.
// Kernels without are counted by what they are.
func shaped(t testing.TB, text string, number int, left map[string]int) []kerneltest.Case {
	t.Helper()
	m := machines[number%len(machines)]
	var list []kerneltest.Case
	for i, k := range describedKernels(t, text, m) {
		bodies, err := kernel.Bodies(driver.NewUnit(m), driver.Request{Name: "kernel", Kernel: k, Operands: kerneltest.OperandsOf(k)})
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, k, text)
		}
		if len(bodies) < len(amd64.Levels) {
			left[leftToGo(k)]++
			if leftToGo(k) == "contract" {
				t.Logf("%d of %d levels have machine code for\n%s\n%s", len(bodies), len(amd64.Levels), k, text)
			}
		}
		if len(bodies) == 0 {
			continue
		}
		levels := []amd64.Level{}
		for _, b := range bodies {
			levels = append(levels, b.Level)
		}
		list = append(list, kerneltest.Case{Name: fmt.Sprintf("%d.%d", number, i), Kernel: k, Machine: m, Rows: []int{1, mostRows(k)}, Tolerance: max(2e-5, 2e-7*float64(addends(k, 3))), Levels: levels,
			About: text + "\n" + k.String()})
	}
	return list
}

// addends is how many numbers a nest adds to one another at most, each of which may
// round the sum so far.
func addends(k loop.Kernel, rows int) int {
	most := 1
	if k, ok := k.(*loop.Nest); ok {
		for _, s := range k.Body {
			if s.Reduce == scalar.Sum {
				most = max(most, loop.Points(s.Inner, rows))
			}
		}
	}
	return most
}

// leftToGo names the kinds of kernels that machine code may be missing for.
func leftToGo(k loop.Kernel) string {
	if slices.ContainsFunc(slices.Concat(loop.AxesOf(k)...), loop.Axis.Partial) {
		return "kernel over some of the steps, which nothing here says the number of: see TestRecurrences"
	}
	switch k := k.(type) {
	case *loop.Contract:
		lane := slices.ContainsFunc(slices.Concat(k.M, k.N, k.B), func(a loop.Axis) bool { return a.N >= 4 && !a.Rows })
		if !lane {
			return "contract without an axis of four elements"
		}
		if len(k.N) == 0 && len(k.B) == 0 {
			return "contract of one column"
		}
		return "contract"
	case *loop.Window:
		if k.Outer[len(k.Outer)-1].N < driver.Smallest {
			return "window of few channels"
		}
	case *loop.WindowGrad:
		if k.Window.Outer[len(k.Window.Outer)-1].N < driver.Smallest {
			return "window of few channels"
		}
	}
	return k.Family()
}

// shapeTest draws descriptions and runs their kernels, some hundred a program.
func shapeTest(t *testing.T, draw func(yield func(text string) bool)) {
	t.Helper()
	left := map[string]int{}
	var cases []kerneltest.Case
	number, kernels := 0, 0
	flush := func() {
		kernels += len(cases)
		kerneltest.Check(t, cases)
		cases = nil
	}
	for text := range draw {
		cases = append(cases, shaped(t, text, number, left)...)
		if number++; len(cases) >= 400 {
			flush()
		}
	}
	flush()
	t.Logf("%d descriptions, %d kernels at each level; left to Go at a level: %v", number, kernels, left)
	if left["contract"]+left["window"]+left["windowgrad"] > 0 {
		t.Errorf("kernels without machine code: %v", left)
	}
}

// every is the stride through the shapes of an exhaustive test, from a first one on.
func every(shapes []string, part int) func(yield func(string) bool) {
	if *shapesFlag == "all" {
		part = 1
	}
	return func(yield func(string) bool) {
		for i := 0; i < len(shapes); i += part {
			if !yield(shapes[i]) {
				return
			}
		}
	}
}

// described is a description: an input, a layer with weights before those in question,
// so that there is a gradient by their input, and a loss.
func described(shape []int, layers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: shape\ninputs: {x: {shape: %s}}\nlayers:\n", list(shape))
	first := []string{"", fmt.Sprintf("Dense: {units: %d", shape[0]), "DepthwiseConv1D: {kernel_size: 1", "DepthwiseConv2D: {kernel_size: 1", fmt.Sprintf("Conv3D: {kernel_size: 1, filters: %d", shape[len(shape)-1])}[len(shape)]
	// With an activation there, the gradient by the input reads a further operand.
	kind := crc32.ChecksumIEEE([]byte(fmt.Sprint(shape, layers)))
	first += ", activation: " + []string{"linear", "relu", "tanh"}[kind%3] + "}"
	for _, l := range append([]string{first}, layers...) {
		fmt.Fprintf(&b, "  - %s\n", l)
	}
	b.WriteString("compile: {optimizer: sgd, loss: mean_squared_error}\nfit: {batch_size: 3}\n")
	return b.String()
}

func list(n []int) string { return strings.ReplaceAll(fmt.Sprint(n), " ", ", ") }

// widthOf is a number of channels that belongs to a shape's number.
func widthOf(i, most int) int { return 1 + (i*7+i/9)%most }

// conv1DShapes are all of 1 to 9 steps, kernels of 1 to 9, strides and dilations of 1 to
// 3 and paddings.
func conv1DShapes() []string {
	var shapes []string
	for steps := 1; steps <= 9; steps++ {
		for kernel := 1; kernel <= 9; kernel++ {
			for _, step := range [][2]int{{1, 1}, {2, 1}, {3, 1}, {1, 2}, {1, 3}} {
				for _, padding := range []string{"valid", "same", "causal"} {
					if padding == "valid" && (kernel-1)*step[1]+1 > steps {
						continue
					}
					i := len(shapes)
					channels, filters := 4+widthOf(i, 9), 3+widthOf(i/3+1, 20)
					shapes = append(shapes, described([]int{steps, channels}, fmt.Sprintf(
						"Conv1D: {filters: %d, kernel_size: %d, strides: %d, dilation_rate: %d, padding: %s, activation: %s}",
						filters, kernel, step[0], step[1], padding, []string{"linear", "relu", "tanh"}[i%3])))
				}
			}
		}
	}
	return shapes
}

func TestShapesConv1D(t *testing.T) { shapeTest(t, every(conv1DShapes(), 36)) }

// paddedShapes are convolutions of 1 to 5 steps with all borders from 0 to 4 on either
// side, folded into them, and with results cut away at either end.
func paddedShapes() []string {
	var shapes []string
	for steps := 1; steps <= 5; steps++ {
		for kernel := 1; kernel <= 4; kernel++ {
			for before := 0; before <= 4; before++ {
				for after := 0; after <= 4; after++ {
					if steps+before+after < kernel {
						continue
					}
					i := len(shapes)
					out := steps + before + after - kernel + 1
					from := i % 3 % out
					to := i / 3 % 3 % (out - from)
					layers := []string{fmt.Sprintf("ZeroPadding1D: {padding: [%d, %d]}", before, after),
						fmt.Sprintf("Conv1D: {filters: %d, kernel_size: %d}", 4+widthOf(i, 17), kernel)}
					if i%4 == 3 {
						layers[1] = fmt.Sprintf("DepthwiseConv1D: {kernel_size: %d}", kernel)
					}
					if from+to > 0 {
						layers = append(layers, fmt.Sprintf("Cropping1D: {cropping: [%d, %d]}", from, to))
					}
					shapes = append(shapes, described([]int{steps, 4 + widthOf(i/2, 6)}, layers...))
				}
			}
		}
	}
	return shapes
}

func TestShapesPadded(t *testing.T) { shapeTest(t, every(paddedShapes(), 30)) }

// pool1DShapes are all windows of 1 to 9 over 1 to 9 steps.
func pool1DShapes() []string {
	var shapes []string
	for steps := 1; steps <= 9; steps++ {
		for size := 1; size <= 9; size++ {
			for stride := 1; stride <= 4; stride++ {
				for _, padding := range []string{"valid", "same"} {
					if padding == "valid" && size > steps {
						continue
					}
					i := len(shapes)
					shapes = append(shapes, described([]int{steps, 4 + widthOf(i, 40)},
						fmt.Sprintf("%sPooling1D: {pool_size: %d, strides: %d, padding: %s}", []string{"Max", "Average"}[i%2], size, stride, padding)))
				}
			}
		}
	}
	return shapes
}

// A depthwise convolution to one position has no weights that all columns share.
func TestShapesOnePosition(t *testing.T) {
	shapeTest(t, every([]string{
		described([]int{1, 40}, "DepthwiseConv1D: {kernel_size: 1, activation: tanh}"),
		described([]int{5, 37}, "DepthwiseConv1D: 5"),
		described([]int{3, 3, 20}, "DepthwiseConv2D: {kernel_size: 3, activation: relu}"),
		described([]int{64, 1030}, "DepthwiseConv1D: 64"), // for a server
	}, 1))
}

func TestShapesPool1D(t *testing.T) { shapeTest(t, every(pool1DShapes(), 14)) }

// missedShapes are windows of one column over images of one or two in a border, and
// strides with which they may meet the border alone.
func missedShapes() []string {
	var shapes []string
	for h := 1; h <= 3; h++ {
		for w := 1; w <= 2; w++ {
			for size := 1; size <= 3; size++ {
				for step := range 9 {
					i := len(shapes)
					kind := []string{"DepthwiseConv2D: {", fmt.Sprintf("Conv2D: {filters: %d, ", 3+i%3)}[i%2]
					shapes = append(shapes, described([]int{h, w, 4 + i%2}, "ZeroPadding2D: 1",
						fmt.Sprintf("%skernel_size: [%d, 1], strides: [%d, %d], activation: relu}", kind, size, 1+step/3, 1+step%3)))
				}
			}
		}
	}
	return shapes
}

// volumeShapes are convolutions and poolings of volumes of 1 to 4 points an axis, with
// all kernels to 3 and strides, dilations and paddings.
func volumeShapes() []string {
	var shapes []string
	for size := range 64 {
		for kernel := range 27 {
			i := len(shapes)
			shape := []int{1 + size/16, 1 + size/4%4, 1 + size%4, 4 + widthOf(i, 9)}
			sizes := []int{1 + kernel/9, 1 + kernel/3%3, 1 + kernel%3}
			padding, step := []string{"same", "valid"}[i/2%2], []string{"strides: 1", "strides: 2", "dilation_rate: 2", "strides: [2, 1, 3]"}[i/3%4]
			for a, n := range sizes {
				if span := n; padding == "valid" && span > shape[a] || step == "dilation_rate: 2" && padding == "valid" && 2*n-1 > shape[a] {
					padding = "same"
				}
			}
			window := fmt.Sprintf("kernel_size: %s, padding: %s, %s", list(sizes), padding, step)
			layers := []string{fmt.Sprintf("Conv3D: {filters: %d, %s, activation: %s}", 3+widthOf(i/3+1, 20), window, []string{"linear", "relu"}[i%2])}
			switch i % 5 {
			case 2:
				layers = []string{fmt.Sprintf("Conv3DTranspose: {filters: %d, %s}", 3+widthOf(i/3+1, 20), window)}
			case 3, 4:
				layers = []string{fmt.Sprintf("%sPooling3D: {pool_size: %s, padding: %s, strides: %d}", []string{"Max", "Average"}[i%2], list(sizes), padding, 1+i/5%3)}
			}
			shapes = append(shapes, described(shape, layers...))
		}
	}
	return shapes
}

func TestShapesVolume(t *testing.T) { shapeTest(t, every(volumeShapes(), 43)) }

// Of a sum of four loops, Go runs all but the last on a machine of small blocks.
func TestShapesFourLoops(t *testing.T) {
	text := described([]int{3, 3, 4, 8}, "Conv3D: {filters: 23, kernel_size: 1, padding: same, strides: [2, 1, 3], activation: relu}")
	shapeTest(t, every(slices.Repeat([]string{text}, len(machines)), 1))
}

func TestShapesMissed(t *testing.T) { shapeTest(t, every(missedShapes(), 5)) }

// drawnShapes draws images and what goes over them, rows of numbers, and sizes of all.
func drawnShapes(seed uint64, count int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := range count {
			if !yield(drawnShape(rand.New(rand.NewPCG(seed, uint64(i))))) {
				return
			}
		}
	}
}

func drawnShape(r *rand.Rand) string {
	upTo := func(n int) int { return 1 + r.IntN(n) }
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	if r.IntN(5) == 0 {
		return described([]int{upTo(40)}, fmt.Sprintf("Dense: {units: %d, activation: %s}", upTo(70), pick("linear", "relu", "tanh", "softmax")),
			pick("BatchNormalization", "Dropout: 0.5", "Activation: elu", "Dense: 9"))
	}
	h, w := upTo(9), upTo(9)
	channels := 3 + upTo(6)
	window := func(name string, dilate bool) string {
		padding := pick("valid", "same")
		stride, dilation := []int{1, 1}, []int{1, 1}
		size := []int{upTo(9), upTo(9)}
		switch {
		case dilate && r.IntN(3) == 0:
			dilation = []int{upTo(3), upTo(3)}
		case r.IntN(2) == 0:
			stride = []int{upTo(3), upTo(3)}
		}
		for i, n := range []int{h, w} {
			if padding == "valid" {
				size[i] = min(size[i], (n-1)/dilation[i]+1)
			}
		}
		s := fmt.Sprintf("%s: %s, strides: %s, padding: %s", name, list(size), list(stride), padding)
		if dilate {
			s += ", dilation_rate: " + list(dilation)
		}
		return s
	}
	var layers []string
	if r.IntN(4) == 0 {
		a, b, c, d := r.IntN(4), r.IntN(4), r.IntN(4), r.IntN(4)
		layers = append(layers, fmt.Sprintf("ZeroPadding2D: {padding: [[%d, %d], [%d, %d]]}", a, b, c, d))
		h, w = h+a+b, w+c+d
	}
	start := []int{h, w, channels}
	if len(layers) > 0 {
		var a, b, c, d int
		fmt.Sscanf(layers[0], "ZeroPadding2D: {padding: [[%d, %d], [%d, %d]]}", &a, &b, &c, &d)
		start = []int{h - a - b, w - c - d, channels}
	}
	switch r.IntN(6) {
	case 0, 1:
		groups := 1
		if channels%2 == 0 && r.IntN(3) == 0 {
			groups = 2
		}
		layers = append(layers, fmt.Sprintf("Conv2D: {filters: %d, groups: %d, %s, activation: %s}", groups*(3+upTo(6)), groups, window("kernel_size", true), pick("linear", "relu", "gelu")))
	case 2:
		layers = append(layers, fmt.Sprintf("DepthwiseConv2D: {%s}", window("kernel_size", true)))
	case 3:
		layers = append(layers, fmt.Sprintf("SeparableConv2D: {filters: %d, %s}", 3+upTo(9), window("kernel_size", true)))
	default:
		layers = append(layers, fmt.Sprintf("%sPooling2D: {%s}", pick("Max", "Average"), window("pool_size", false)))
	}
	if r.IntN(3) == 0 {
		layers = append(layers, pick("GlobalAveragePooling2D", "GlobalMaxPooling2D", "BatchNormalization", "Flatten"))
	}
	return described(start, layers...)
}

func TestShapesDrawn(t *testing.T) {
	count := 45
	if *shapesFlag == "all" {
		count = 20000
	}
	shapeTest(t, drawnShapes(1, count))
}
