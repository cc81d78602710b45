package nn

import (
	"math"
	"slices"
	"testing"
)

// windowsOfSciPy are signal.get_window(name, 5, false) and (name, 5, true) of SciPy 1.17.
var windowsOfSciPy = map[string][2][]float64{
	"barthann":       {{0, 0.5, 1, 0.5, 0}, {0, 0.358573542, 0.879426458, 0.879426458, 0.358573542}},
	"bartlett":       {{0, 0.5, 1, 0.5, 0}, {0, 0.4, 0.8, 0.8, 0.4}},
	"blackman":       {{0, 0.34, 1, 0.34, 0}, {0, 0.200770143, 0.849229857, 0.849229857, 0.200770143}},
	"blackmanharris": {{6e-05, 0.21747, 1, 0.21747, 6e-05}, {6e-05, 0.103011489, 0.793833511, 0.793833511, 0.103011489}},
	"bohman":         {{0, 0.318309886, 1, 0.318309886, 0}, {0, 0.179123894, 0.834311452, 0.834311452, 0.179123894}},
	"boxcar":         {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}},
	"cosine":         {{0.309016994, 0.809016994, 1, 0.809016994, 0.309016994}, {0.258819045, 0.707106781, 0.965925826, 0.965925826, 0.707106781}},
	"flattop":        {{-0.000421051, -0.05473684, 1, -0.05473684, -0.000421051}, {-0.000421051, -0.0677142521, 0.606872153, 0.606872153, -0.0677142521}},
	"hamming":        {{0.08, 0.54, 1, 0.54, 0.08}, {0.08, 0.397852183, 0.912147817, 0.912147817, 0.397852183}},
	"hann":           {{0, 0.5, 1, 0.5, 0}, {0, 0.345491503, 0.904508497, 0.904508497, 0.345491503}},
	"lanczos":        {{0, 0.636619772, 1, 0.636619772, 0}, {0, 0.504551152, 0.935489284, 0.935489284, 0.504551152}},
	"nuttall":        {{0.0003628, 0.2269824, 1, 0.2269824, 0.0003628}, {0.0003628, 0.110515253, 0.798258097, 0.798258097, 0.110515253}},
	"parzen":         {{0.016, 0.424, 1, 0.424, 0.016}, {0.00925925926, 0.25, 0.861111111, 0.861111111, 0.25}},
	"triang":         {{0.333333333, 0.666666667, 1, 0.666666667, 0.333333333}, {0.166666667, 0.5, 0.833333333, 0.833333333, 0.5}},
}

func TestWindows(t *testing.T) {
	for _, name := range Windows() {
		for i, want := range windowsOfSciPy[name] {
			got := Window(name, 5, i == 1)
			for k := range want {
				if math.Abs(got[k]-want[k]) > 1e-8 {
					t.Errorf("%s, periodic %t: %v, want %v", name, i == 1, got, want)
					break
				}
			}
		}
		if w := Window(name, 1, false); len(windowsOfSciPy[name][1]) != 5 || w[0] != 1 {
			t.Errorf("%s: of one value %v", name, w)
		}
	}
	if Window("hanning", 5, false) != nil {
		t.Error("there is a window of no name")
	}
}

// TestSTFT holds it to keras.initializers.STFT, whose float32 angles are off by 1e-7.
func TestSTFT(t *testing.T) {
	for _, c := range []struct {
		window    string
		periodic  bool
		imaginary bool
		scaling   string
		want      []float32
	}{
		{"hann", false, false, "density", []float32{0, 0, 0, 0.70710683, 0, -0.70710683, 0.70710683, -0.70710683, 0.70710683, 0, 0, 0}},
		{"hamming", true, true, "spectrum", []float32{0, 0, 0, 0, -0.25, 0, 0, 0, 0, 0, 0.25, 0}},
		{"", false, true, "density", []float32{0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0}},
	} {
		got := make([]float32, 12)
		STFT(got, Window(c.window, 4, c.periodic), 4, 3, c.imaginary, c.scaling)
		if !slices.EqualFunc(got, c.want, func(x, y float32) bool { return math.Abs(float64(x-y)) < 3e-7 }) {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
