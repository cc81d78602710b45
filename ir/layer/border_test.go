package layer_test

import "testing"

func TestZeroPadding2D(t *testing.T) {
	for args, shape := range map[string][]int{
		"ZeroPadding2D":                              {4, 5, 1},
		"ZeroPadding2D: 2":                           {6, 7, 1},
		"ZeroPadding2D: [0, 1]":                      {2, 5, 1},
		"ZeroPadding2D: {padding: [[0, 2], [1, 0]]}": {4, 4, 1},
	} {
		shaped(t, network(t, model("{shape: [2, 3, 1]}", args)), shape...)
	}
	n := network(t, model("{shape: [2, 3, 1]}", "ZeroPadding2D: {padding: [[0, 1], [2, 0]]}"))
	w := draw(n)
	x := w.Feed["x"].F
	near(t, "y", w.predict(n)[:15], []float64{0, 0, x[0], x[1], x[2], 0, 0, x[3], x[4], x[5], 0, 0, 0, 0, 0})
	differentiable(t, network(t, model("{shape: [2, 3, 1]}", "Dense: {units: 2, activation: tanh}", "ZeroPadding2D", "Conv2D: {filters: 1, kernel_size: 2}")))
}

func TestCropping2D(t *testing.T) {
	for args, shape := range map[string][]int{
		"Cropping2D":         {4, 6, 1},
		"Cropping2D: 1":      {2, 4, 1},
		"Cropping2D: [0, 1]": {4, 4, 1},
		"Cropping2D: {cropping: [[3, 0], [1, 4]]}": {1, 1, 1},
	} {
		shaped(t, network(t, model("{shape: [4, 6, 1]}", args)), shape...)
	}
	n := network(t, model("{shape: [2, 3, 1]}", "Cropping2D: {cropping: [[1, 0], [0, 1]]}"))
	w := draw(n)
	x := w.Feed["x"].F
	near(t, "y", w.predict(n)[:4], []float64{x[3], x[4], x[9], x[10]})
	differentiable(t, network(t, model("{shape: [4, 3, 1]}", "Dense: {units: 2, activation: tanh}", "Cropping2D: 1", "Flatten", "Dense: 1")))
}
