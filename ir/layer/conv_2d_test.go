package layer_test

import (
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/block"
)

// Parameters have Keras's names and order, and the fans of their fields.
func TestConvolutionParameters(t *testing.T) {
	for _, c := range []struct {
		layer string
		want  []block.Segment
	}{
		{"Conv2D: {name: l, filters: 6, kernel_size: [3, 5], groups: 2}", []block.Segment{
			{Name: "l/kernel", Shape: []int{3, 5, 2, 6}, Init: block.Init{Kind: "glorot_uniform", FanIn: 30, FanOut: 90}},
			{Name: "l/bias", Shape: []int{6}, Init: block.Init{Kind: "zeros"}},
		}},
		{"DepthwiseConv2D: {name: l, kernel_size: 3, depth_multiplier: 2, depthwise_initializer: he_normal}", []block.Segment{
			{Name: "l/kernel", Shape: []int{3, 3, 4, 2}, Init: block.Init{Kind: "he_normal", FanIn: 36, FanOut: 18}},
			{Name: "l/bias", Shape: []int{8}, Init: block.Init{Kind: "zeros"}},
		}},
		{"SeparableConv2D: {name: l, filters: 5, kernel_size: 3, depth_multiplier: 2, bias_initializer: ones}", []block.Segment{
			{Name: "l/depthwise_kernel", Shape: []int{3, 3, 4, 2}, Init: block.Init{Kind: "glorot_uniform", FanIn: 36, FanOut: 18}},
			{Name: "l/pointwise_kernel", Shape: []int{1, 1, 8, 5}, Init: block.Init{Kind: "glorot_uniform", FanIn: 8, FanOut: 5}},
			{Name: "l/bias", Shape: []int{5}, Init: block.Init{Kind: "ones"}},
		}},
		{"Conv2D: {name: l, filters: 2, kernel_size: 1, use_bias: false}", []block.Segment{
			{Name: "l/kernel", Shape: []int{1, 1, 4, 2}, Init: block.Init{Kind: "glorot_uniform", FanIn: 4, FanOut: 2}},
		}},
	} {
		got := network(t, model("{shape: [9, 9, 4]}", c.layer)).Header.Segments
		if !slices.EqualFunc(got, c.want, func(a, b block.Segment) bool {
			return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && a.Init.Kind == b.Init.Kind && a.Init.FanIn == b.Init.FanIn && a.Init.FanOut == b.Init.FanOut
		}) {
			t.Errorf("%s: %+v, want %+v", c.layer, got, c.want)
		}
	}
}

// All penalties of a layer count, and a frozen one is left alone.
func TestConvolutionRegularizers(t *testing.T) {
	for _, l := range []string{
		"Conv2D: {name: l, filters: 2, kernel_size: 2, kernel_regularizer: l2, bias_regularizer: l1}",
		"DepthwiseConv2D: {name: l, kernel_size: 2, depthwise_regularizer: l2, bias_regularizer: l1}",
		"SeparableConv2D: {name: l, filters: 2, kernel_size: 2, depthwise_regularizer: l2, pointwise_regularizer: l1, bias_regularizer: l1}",
	} {
		n := network(t, model("{shape: [3, 3, 2]}", l))
		differentiable(t, n)
		penalties := 0
		for _, v := range n.Train.Values {
			if len(v.Name) > 8 && v.Name[len(v.Name)-8:] == ".penalty" {
				penalties++
			}
		}
		if penalties != len(n.Header.Segments) {
			t.Errorf("%s: %d penalties", l, penalties)
		}
	}
	differentiable(t, network(t, model("{shape: [3, 3, 2]}", "Conv2D: {filters: 2, kernel_size: 2, trainable: false, kernel_regularizer: l2}", "Flatten", "Dense: 1")))
}

// What is written in two ways is the same model.
func TestSameSettings(t *testing.T) {
	id := func(l string) string { return network(t, model("{shape: [9, 9, 4]}", l)).Header.Hash }
	for _, same := range [][2]string{
		{"Conv2D: {filters: 2, kernel_size: 3}", "Conv2D: {filters: 2, kernel_size: [3, 3], strides: [1, 1], data_format: channels_last}"},
		{"MaxPooling2D", "MaxPooling2D: 2"},
		{"MaxPooling2D: {pool_size: 3}", "MaxPooling2D: {pool_size: [3, 3], strides: 3}"},
		{"MaxPooling2D: {pool_size: 3}", "MaxPooling2D: {pool_size: 3, strides: null}"},
		{"ZeroPadding2D", "ZeroPadding2D: [[1, 1], 1]"},
	} {
		if id(same[0]) != id(same[1]) {
			t.Errorf("%s and %s are two models", same[0], same[1])
		}
	}
	if id("MaxPooling2D: {pool_size: 3, strides: 2}") == id("MaxPooling2D: {pool_size: 3}") {
		t.Error("strides make no difference")
	}
}
