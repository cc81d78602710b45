package layer_test

import (
	"testing"
)

// A dilated kernel is one with zeros between its elements; TensorFlow has none
// on a CPU to compare with.
func TestConvTransposeDilation(t *testing.T) {
	for _, padding := range []string{"valid", "same"} {
		dilated := network(t, model("{shape: [4, 3, 2]}", "Conv2DTranspose: {name: l, filters: 3, kernel_size: [3, 2], dilation_rate: [2, 3], padding: "+padding+"}"))
		wide := network(t, model("{shape: [4, 3, 2]}", "Conv2DTranspose: {name: l, filters: 3, kernel_size: [5, 4], padding: "+padding+"}"))
		a, b := draw(dilated), draw(wide)
		b.Feed = a.Feed
		b.Params["l/bias"] = a.Params["l/bias"]
		small, large := a.Params["l/kernel"].F, b.Params["l/kernel"].F
		clear(large)
		for y := range 3 {
			for x := range 2 {
				copy(large[(2*y*4+3*x)*6:][:6], small[(y*2+x)*6:][:6])
			}
		}
		near(t, padding, a.predict(dilated), b.predict(wide))
		differentiable(t, dilated)
	}
}

func TestConvTranspose(t *testing.T) {
	for args, shape := range map[string][]int{
		"Conv2DTranspose: {filters: 3, kernel_size: 2}":                                                    {4, 6, 3},
		"Conv2DTranspose: {filters: 3, kernel_size: 2, strides: 3}":                                        {9, 15, 3},
		"Conv2DTranspose: {filters: 3, kernel_size: 3, strides: [2, 1], padding: same}":                    {6, 5, 3},
		"Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2, padding: same, output_padding: 0}":      {5, 9, 3},
		"Conv2DTranspose: {filters: 3, kernel_size: 2, strides: 2, padding: same, output_padding: 0}":      {4, 8, 3},
		"Conv2DTranspose: {filters: 3, kernel_size: [3, 4], strides: 2, output_padding: [0, 1]}":           {7, 13, 3},
		"Conv2DTranspose: {filters: 3, kernel_size: 2, strides: 2, output_padding: null, use_bias: false}": {6, 10, 3},
	} {
		n := network(t, model("{shape: [3, 5, 2]}", args))
		shaped(t, n, shape...)
		differentiable(t, n)
	}
	n := network(t, model("{shape: [2, 1]}", "Conv1DTranspose: {name: l, filters: 1, kernel_size: 3, strides: 2, use_bias: false}"))
	w := draw(n)
	x, k := w.Feed["x"].F, w.Params["l/kernel"].F
	near(t, "y", w.predict(n)[:5], []float64{x[0] * k[0], x[0] * k[1], x[0]*k[2] + x[1]*k[0], x[1] * k[1], x[1] * k[2]})
	for args, want := range map[string]string{
		"Conv2DTranspose: {filters: 1, kernel_size: 3, strides: 2, output_padding: [0, 2]}":              `must be less than strides 2x2`,
		"Conv2DTranspose: {filters: 1, kernel_size: 3, strides: 2, dilation_rate: 2}":                    `do not go together`,
		"Conv2DTranspose: {filters: 1, kernel_size: 3, strides: 100000000}":                              `write smaller strides`,
		"Conv2DTranspose: {filters: 1, kernel_size: 1000000000}":                                         `reaches too far`,
		"Conv3DTranspose: {filters: 1, kernel_size: 3, data_format: channels_first}":                     `Conv3DTranspose takes (channels, depth, height, width), but`,
		"Conv2DTranspose: {filters: 1, kernel_size: 3, groups: 2}":                                       `groups`,
		"Conv2DTranspose: {filters: 1, kernel_size: 3, padding: causal}":                                 `padding`,
		"Conv1DTranspose: {filters: 1, kernel_size: 3}":                                                  `for images write Conv2DTranspose`,
		"Conv2DTranspose: {filters: 1, kernel_size: 2, padding: same, output_padding: 0, name: nothing}": `leaves nothing of 1x1`,
	} {
		input := "{shape: [4, 5, 2]}"
		if want == `leaves nothing of 1x1` {
			input = "{shape: [1, 1, 2]}"
		}
		fails(t, model(input, args), want)
	}
}
