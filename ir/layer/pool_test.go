package layer_test

import (
	"fmt"
	"math"
	"testing"
)

func TestPoolings(t *testing.T) {
	for _, kind := range []string{"Max", "Average"} {
		for _, s := range slides {
			if !s.pools {
				continue
			}
			t.Run(kind+" "+s.name, func(t *testing.T) {
				text := fmt.Sprintf("%sPooling2D: {name: l, pool_size: [%d, %d]%s}", kind, s.size[0], s.size[1], s.args)
				n := network(t, model(fmt.Sprintf("{shape: [%d, %d, %d]}", s.height, s.width, s.c), text))
				w := draw(n)
				stride := s.stride
				if s.args == "" {
					stride = s.size
				}
				m := image{data: w.Feed["x"].F, height: s.height, width: s.width, channels: s.c, stride: stride, dilation: [2]int{1, 1}}
				h, top := s.padding(s.height, s.size[0], stride[0], 1)
				v, left := s.padding(s.width, s.size[1], stride[1], 1)
				shaped(t, n, h, v, s.c)
				var want []float64
				for row := range rows {
					for p := range h * v * s.c {
						best, sum, count := math.Inf(-1), 0.0, 0.0
						for q := range s.size[0] * s.size[1] {
							if e, ok := m.at(row, p/s.c/v, p/s.c%v, q/s.size[1], q%s.size[1], p%s.c, [2]int{top, left}); ok {
								best, sum, count = max(best, e), sum+e, count+1
							}
						}
						if kind == "Max" {
							want = append(want, best)
						} else {
							want = append(want, sum/count)
						}
					}
				}
				near(t, "l", w.predict(n), want)
				differentiable(t, network(t, model(fmt.Sprintf("{shape: [%d, %d, %d]}", s.height, s.width, s.c),
					"Dense: {units: 2, activation: tanh}", text, "Flatten", "Dense: 1")))
			})
		}
	}
}

// Sequences are images of one row.
func TestSequences(t *testing.T) {
	for _, c := range []struct {
		layer, other string
		out          []int
	}{
		{"Conv1D: {name: l, filters: 4, kernel_size: 3, activation: tanh}", "Conv2D: {name: l, filters: 4, kernel_size: [1, 3], activation: tanh}", []int{7, 4}},
		{"Conv1D: {name: l, filters: 4, kernel_size: 3, strides: 2, padding: same, groups: 2}", "Conv2D: {name: l, filters: 4, kernel_size: [1, 3], strides: 2, padding: same, groups: 2}", []int{5, 4}},
		{"DepthwiseConv1D: {name: l, kernel_size: 4, dilation_rate: 2, depth_multiplier: 2}", "DepthwiseConv2D: {name: l, kernel_size: [1, 4], dilation_rate: 2, depth_multiplier: 2}", []int{3, 4}},
		{"SeparableConv1D: {name: l, filters: 3, kernel_size: 3, padding: same, depth_multiplier: 2}", "SeparableConv2D: {name: l, filters: 3, kernel_size: [1, 3], padding: same, depth_multiplier: 2}", []int{9, 3}},
		{"MaxPooling1D: {name: l, pool_size: 3, strides: 2}", "MaxPooling2D: {name: l, pool_size: [1, 3], strides: 2}", []int{4, 2}},
		{"AveragePooling1D: {name: l, pool_size: 2, padding: same}", "AveragePooling2D: {name: l, pool_size: [1, 2], padding: same}", []int{5, 2}},
		{"GlobalMaxPooling1D: {name: l}", "GlobalMaxPooling2D: {name: l}", []int{2}},
		{"GlobalAveragePooling1D: {name: l}", "GlobalAveragePooling2D: {name: l}", []int{2}},
		{"ZeroPadding1D: {name: l, padding: [2, 0]}", "ZeroPadding2D: {name: l, padding: [[0, 0], [2, 0]]}", []int{11, 2}},
		{"Cropping1D: {name: l, cropping: [3, 1]}", "Cropping2D: {name: l, cropping: [[0, 0], [3, 1]]}", []int{5, 2}},
	} {
		n, other := network(t, model("{shape: [9, 2]}", c.layer)), network(t, model("{shape: [1, 9, 2]}", c.other))
		shaped(t, n, c.out...)
		w, v := draw(n), draw(other)
		copy(v.Feed["x"].F, w.Feed["x"].F)
		for i, s := range n.Header.Segments {
			copy(v.Params[other.Header.Segments[i].Name].F, w.Params[s.Name].F)
		}
		near(t, c.layer, w.predict(n), v.predict(other))
		differentiable(t, n)
	}
}

// With causal padding a step sees itself and earlier ones, and no others.
func TestCausal(t *testing.T) {
	n := network(t, model("{shape: [6, 1]}", "Conv1D: {name: l, filters: 1, kernel_size: 3, dilation_rate: 2, padding: causal, use_bias: false}"))
	shaped(t, n, 6, 1)
	differentiable(t, n)
	w := draw(n)
	copy(w.Feed["x"].F, []float64{1, 10, 100, 1000, 10000, 100000})
	copy(w.Params["l/kernel"].F, []float64{3, 2, 1})
	near(t, "l", w.predict(n)[:6], []float64{1, 10, 102, 1020, 10203, 102030})
}

func TestGlobalPoolings(t *testing.T) {
	for kind, f := range map[string]func(x []float64) float64{
		"Max":     func(x []float64) float64 { return max(x[0], x[2], x[4], x[6], x[8], x[10]) },
		"Average": func(x []float64) float64 { return (x[0] + x[2] + x[4] + x[6] + x[8] + x[10]) / 6 },
	} {
		n := network(t, model("{shape: [2, 3, 2]}", "Global"+kind+"Pooling2D"))
		shaped(t, n, 2)
		w := draw(n)
		var want []float64
		for i := range 2 * rows {
			want = append(want, f(w.Feed["x"].F[i/2*12+i%2:]))
		}
		near(t, kind, w.predict(n), want)
		shaped(t, network(t, model("{shape: [2, 3, 2]}", "Global"+kind+"Pooling2D: {keepdims: true}")), 1, 1, 2)
		shaped(t, network(t, model("{shape: [4, 2]}", "Global"+kind+"Pooling1D: {keepdims: true}")), 1, 2)
		differentiable(t, network(t, model("{shape: [2, 3, 2]}", "Conv2D: {filters: 3, kernel_size: 2, activation: tanh}", "Global"+kind+"Pooling2D", "Dense: 1")))
	}
}
