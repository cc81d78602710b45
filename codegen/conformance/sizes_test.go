package conformance

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
)

// sizes are networks whose sizes have gone wrong once, or been refused. The kernels of
// these and of many more sizes are tested one by one in codegen/kernel.
var sizes = []struct {
	what, input, layers string
	batch               int
}{
	{"taps written out, a sum in two unequal blocks of 64 lanes", "[2, 417]", `{"Conv1D": {"filters": 64, "kernel_size": 2, "padding": "same"}}`, 2},
	{"the same of 16 lanes", "[2, 1665]", `{"Conv1D": {"filters": 16, "kernel_size": 2, "padding": "same"}}`, 2},
	{"the same over two axes", "[3, 3, 256]", `{"Conv2D": {"filters": 64, "kernel_size": 3, "padding": "same"}}`, 2},
	{"the same in the gradient by the input", "[2, 64]", `{"DepthwiseConv1D": {"kernel_size": 1}}, {"Conv1D": {"filters": 417, "kernel_size": 2, "padding": "same"}}`, 2},
	{"weights packed one by one", "[3, 3, 8]", `{"DepthwiseConv2D": {"kernel_size": 1}}, {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}}, "GlobalAveragePooling2D", {"Dense": 1}`, 2},
	{"positions that no tap reaches", "[4, 8]", `{"ZeroPadding1D": {"padding": [0, 8]}}, {"Conv1D": {"filters": 16, "kernel_size": 2}}`, 2},
	{"many of them", "[4, 8]", `{"ZeroPadding1D": {"padding": [0, 40]}}, {"Conv1D": {"filters": 64, "kernel_size": 2}}`, 2},
	{"between two padded convolutions", "[100, 96]", `{"DepthwiseConv1D": {"kernel_size": 3, "padding": "same"}}, {"ZeroPadding1D": {"padding": [1, 2]}}, {"SeparableConv1D": {"filters": 8, "kernel_size": 3, "padding": "same"}}`, 2},
	{"elements that no tap reaches in the gradient", "[10, 8]", `{"DepthwiseConv1D": {"kernel_size": 1}}, {"Conv1D": {"filters": 16, "kernel_size": 2}}, {"Cropping1D": {"cropping": [0, 6]}}`, 2},
	{"3x3 over one pixel", "[1, 1, 16]", `{"Conv2D": {"filters": 16, "kernel_size": 3, "padding": "same", "activation": "relu"}}`, 3},
	{"both operands of a depthwise gradient are large", "[3, 3, 80]", `{"DepthwiseConv2D": {"kernel_size": 3}}`, 1},
	{"the same with strides", "[14, 14, 672]", `{"DepthwiseConv2D": {"kernel_size": 5, "strides": 2, "padding": "same"}}, "GlobalAveragePooling2D"`, 4},
	{"one position at the border of a sequence", "[1025, 64]", `{"MaxPooling1D": {"pool_size": 2, "strides": 1, "padding": "same"}}, "GlobalAveragePooling1D", {"Dense": 1}`, 1},
	{"one row of an image is more than a call takes", "[2, 112, 512]", `"MaxPooling2D", "GlobalAveragePooling2D", {"Dense": 1}`, 1},
	{"windows of 81 taps", "[12, 12, 8]", `{"DepthwiseConv2D": {"kernel_size": 1}}, {"MaxPooling2D": {"pool_size": 9, "strides": 2, "padding": "same"}}, {"AveragePooling2D": {"pool_size": 9, "strides": 1, "padding": "same"}}`, 2},
	{"one filter", "[9, 9, 40]", `{"Conv2D": {"filters": 1, "kernel_size": 1, "activation": "sigmoid"}}, {"Conv2D": {"filters": 1, "kernel_size": 3, "padding": "same"}}`, 2},
	{"a row of large weights", "[1023]", `{"Dense": {"units": 1025, "activation": "relu"}}, {"Dense": 130}`, 1},
	{"borders of every image of a film", "[2, 4, 2, 8]", `{"Dense": 8}, {"TimeDistributed": {"layer": {"Conv2DTranspose": {"filters": 4, "kernel_size": [1, 3], "padding": "same", "dilation_rate": 2}}}}, "Flatten", {"Dense": 1}`, 4},
	{"statistics of a batch above 512", "[10]", `{"Dense": 4}, "BatchNormalization", {"Dense": 1}`, 513},
}

// TestSizes holds packages of these networks to the interpreter at every level.
func TestSizes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var nets []*network
	var names []string
	var cases []harness.Case
	for i, s := range sizes {
		src := fmt.Sprintf(`{"name": "s", "inputs": {"x": {"shape": %s}}, "layers": [%s], "compile": {"optimizer": "sgd", "loss": "mean_squared_error"}, "fit": {"batch_size": %d}}`, s.input, s.layers, s.batch)
		net, err := compileJSON(fmt.Sprintf("s%02d", i), []byte(src))
		if err != nil {
			t.Fatalf("%s: %v\n%s", s.what, err, src)
		}
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Fatalf("%s: %v\n%s", s.what, err, src)
		}
		c := net.randomCase(uint64(i))
		c.Steps = nil
		nets, names, cases = append(nets, net), append(names, net.name), append(cases, c)
	}
	wants := interpretedAll(t, nets, cases)
	link(t, dir, names)
	for _, level := range levels() {
		t.Run(level.String(), func(t *testing.T) {
			results := drive(t, dir, cases, level, "GOMAXPROCS=2")
			for i, got := range results {
				if err := nets[i].compare(wants[i], got); err != nil {
					t.Errorf("%s: %v", sizes[i].what, err)
				}
			}
			if other := drive(t, dir, cases, level, "GOMAXPROCS=1"); !reflect.DeepEqual(other, results) {
				t.Error("GOMAXPROCS=1 changes results")
			}
		})
	}
}
