package layer_test

import (
	"fmt"
	"testing"
)

// image is a batch of images, and how a window slides over them.
type image struct {
	data                    []float64
	height, width, channels int
	stride, dilation        [2]int
}

// at is the element that a tap covers at a position, 0 outside.
func (m image) at(row, y, x, r, k, c int, before [2]int) (float64, bool) {
	i, j := y*m.stride[0]+r*m.dilation[0]-before[0], x*m.stride[1]+k*m.dilation[1]-before[1]
	if i < 0 || j < 0 || i >= m.height || j >= m.width {
		return 0, false
	}
	return m.data[((row*m.height+i)*m.width+j)*m.channels+c], true
}

// same is the output extent and the padding before of padding: same, by its
// definition: ⌈in/stride⌉ positions, padding shared out with more after.
func same(in, size, stride, dilation int) (out, before int) {
	for (out-1)*stride+stride < in {
		out++
	}
	total := (out-1)*stride + (size-1)*dilation + 1 - in
	return out, max(total, 0) / 2
}

// valid counts the positions at which a window lies inside.
func valid(in, size, stride, dilation int) (out, before int) {
	for out*stride+(size-1)*dilation < in {
		out++
	}
	return out, 0
}

// slides are the settings that convolutions and poolings are tried with.
var slides = []struct {
	name, args       string
	size, stride     [2]int
	dilation         [2]int
	padding          func(in, size, stride, dilation int) (int, int)
	pools            bool // settings that a pooling has too
	height, width, c int
}{
	{"plain", "", [2]int{3, 2}, [2]int{1, 1}, [2]int{1, 1}, valid, false, 5, 4, 2},
	{"point", "", [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}, valid, true, 3, 4, 2},
	{"whole image", "", [2]int{3, 4}, [2]int{1, 1}, [2]int{1, 1}, valid, true, 3, 4, 2},
	{"strides", ", strides: [2, 3]", [2]int{2, 2}, [2]int{2, 3}, [2]int{1, 1}, valid, true, 6, 9, 1},
	{"strides leave a rest", ", strides: 2", [2]int{3, 2}, [2]int{2, 2}, [2]int{1, 1}, valid, true, 6, 7, 2},
	{"same", ", padding: same, strides: 1", [2]int{3, 2}, [2]int{1, 1}, [2]int{1, 1}, same, true, 4, 5, 2},
	{"same with strides", ", padding: same, strides: 2", [2]int{3, 4}, [2]int{2, 2}, [2]int{1, 1}, same, true, 5, 6, 2},
	{"same wider than the image", ", padding: same, strides: 1", [2]int{5, 4}, [2]int{1, 1}, [2]int{1, 1}, same, true, 2, 3, 1},
	{"strides wider than the window", ", padding: same, strides: 3", [2]int{2, 2}, [2]int{3, 3}, [2]int{1, 1}, same, true, 7, 8, 1},
	{"dilation", ", dilation_rate: [2, 1]", [2]int{2, 2}, [2]int{1, 1}, [2]int{2, 1}, valid, false, 5, 4, 2},
	{"same with dilation", ", padding: same, dilation_rate: [1, 3]", [2]int{2, 3}, [2]int{1, 1}, [2]int{1, 3}, same, false, 4, 5, 2},
}

func TestConvolutions(t *testing.T) {
	for _, s := range slides {
		for _, groups := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, %d groups", s.name, groups), func(t *testing.T) {
				channels, filters := s.c*groups, 3*groups
				text := fmt.Sprintf("Conv2D: {name: l, filters: %d, kernel_size: [%d, %d], groups: %d%s}", filters, s.size[0], s.size[1], groups, s.args)
				n := network(t, model(fmt.Sprintf("{shape: [%d, %d, %d]}", s.height, s.width, channels), text))
				w := draw(n)
				kernel, bias := w.Params["l/kernel"].F, w.Params["l/bias"].F
				m := image{data: w.Feed["x"].F, height: s.height, width: s.width, channels: channels, stride: s.stride, dilation: s.dilation}
				h, top := s.padding(s.height, s.size[0], s.stride[0], s.dilation[0])
				v, left := s.padding(s.width, s.size[1], s.stride[1], s.dilation[1])
				shaped(t, n, h, v, filters)
				var want []float64
				for row := range rows {
					for p := range h * v * filters {
						y, x, f := p/filters/v, p/filters%v, p%filters
						sum := bias[f]
						for q := range s.size[0] * s.size[1] * s.c {
							r, k, c := q/s.c/s.size[1], q/s.c%s.size[1], q%s.c
							e, _ := m.at(row, y, x, r, k, f/3*s.c+c, [2]int{top, left})
							sum += e * kernel[q*filters+f]
						}
						want = append(want, sum)
					}
				}
				near(t, "l", w.predict(n), want)
				differentiable(t, n)
			})
		}
	}
}

func TestDepthwiseConvolutions(t *testing.T) {
	for _, s := range slides {
		for _, multiplier := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d filters each", s.name, multiplier), func(t *testing.T) {
				filters := s.c * multiplier
				text := fmt.Sprintf("DepthwiseConv2D: {name: l, kernel_size: [%d, %d], depth_multiplier: %d%s}", s.size[0], s.size[1], multiplier, s.args)
				n := network(t, model(fmt.Sprintf("{shape: [%d, %d, %d]}", s.height, s.width, s.c), text))
				w := draw(n)
				kernel, bias := w.Params["l/kernel"].F, w.Params["l/bias"].F
				m := image{data: w.Feed["x"].F, height: s.height, width: s.width, channels: s.c, stride: s.stride, dilation: s.dilation}
				h, top := s.padding(s.height, s.size[0], s.stride[0], s.dilation[0])
				v, left := s.padding(s.width, s.size[1], s.stride[1], s.dilation[1])
				shaped(t, n, h, v, filters)
				var want []float64
				for row := range rows {
					for p := range h * v * filters {
						y, x, f := p/filters/v, p/filters%v, p%filters
						sum := bias[f]
						for q := range s.size[0] * s.size[1] {
							e, _ := m.at(row, y, x, q/s.size[1], q%s.size[1], f/multiplier, [2]int{top, left})
							sum += e * kernel[q*filters+f]
						}
						want = append(want, sum)
					}
				}
				near(t, "l", w.predict(n), want)
				differentiable(t, n)
			})
		}
	}
}
