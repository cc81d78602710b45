package nn

import (
	"math"
	"slices"
)

// STFT fills the [frame, 1, bins] kernel dst with the real or the imaginary parts of
// exp(-2πi·t·f/n), n = 2·(bins-1), times a window of frame values; nil is none (Keras:
// STFT, initializers/constant_initializers.py). The window is divided by its length for
// scaling "density", by the sum of its sizes for "spectrum", and by nothing for "".
func STFT(dst []float32, window []float64, frame, bins int, imaginary bool, scaling string) {
	by := 1.0
	if window != nil && scaling != "" {
		by = 0
		for _, w := range window {
			if scaling == "density" {
				by += float64(w * w)
			} else {
				by += math.Abs(w)
			}
		}
		if scaling == "density" {
			by = math.Sqrt(by)
		}
	}
	n := 2 * (bins - 1)
	for t := range frame {
		for f := range bins {
			// The angle is reduced before it is rounded.
			sin, cos := math.Sincos(-2 * math.Pi * float64(t*f%max(n, 1)) / float64(max(n, 1)))
			v := cos
			if imaginary {
				v = sin
			}
			if window != nil {
				v *= window[t] / by
			}
			dst[t*bins+f] = float32(v)
		}
	}
}

// Windows are the names that [Window] knows.
func Windows() []string {
	return []string{
		"barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "flattop", "hamming", "hann", "lanczos", "nuttall", "parzen", "triang",
	}
}

// cosines are the coefficients of windows a0 - a1·cos φ + a2·cos 2φ - …
// Source: F. J. Harris, "On the use of windows for harmonic analysis with the discrete
// Fourier transform", 1978; of nuttall and flattop as in SciPy, signal/windows.
var cosines = map[string][]float64{
	"boxcar": {1}, "hann": {0.5, 0.5}, "hamming": {0.54, 0.46}, "blackman": {0.42, 0.5, 0.08},
	"nuttall":        {0.3635819, 0.4891775, 0.1365995, 0.0106411},
	"blackmanharris": {0.35875, 0.48829, 0.14128, 0.01168},
	"flattop":        {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368},
}

// Window is the window of n values that SciPy calls so, signal.get_window(name, n,
// periodic): a periodic one is the first n values of a window of n+1. A name that is
// not one of [Windows] gives nil.
func Window(name string, n int, periodic bool) []float64 {
	if !slices.Contains(Windows(), name) {
		return nil
	}
	m := n
	if periodic {
		m++
	}
	w := make([]float64, n)
	for i := range w {
		if w[i] = 1; m > 1 {
			w[i] = windowAt(name, i, m)
		}
	}
	return w
}

// windowAt is value i of a window of m values.
func windowAt(name string, i, m int) float64 {
	if a := cosines[name]; a != nil {
		phase, sum, sign := 2*math.Pi*float64(i)/float64(m-1), 0.0, 1.0
		for k, c := range a {
			sum += float64(sign * c * math.Cos(float64(k)*phase))
			sign = -sign
		}
		return sum
	}
	// x goes from -1 to 1.
	x := 2*float64(i)/float64(m-1) - 1
	switch name {
	case "barthann":
		return 0.62 - float64(0.48*math.Abs(x/2)) + float64(0.38*math.Cos(math.Pi*x))
	case "bartlett":
		return 1 - math.Abs(x)
	case "bohman":
		if i == 0 || i == m-1 {
			return 0
		}
		return float64((1-math.Abs(x))*math.Cos(math.Pi*math.Abs(x))) + math.Sin(math.Pi*math.Abs(x))/math.Pi
	case "cosine":
		return math.Sin(math.Pi * (float64(i) + 0.5) / float64(m))
	case "lanczos":
		if x == 0 {
			return 1
		}
		return math.Sin(math.Pi*x) / (math.Pi * x)
	case "parzen":
		u := math.Abs(float64(2*i-m+1)) / float64(m)
		if u <= 0.5 {
			return 1 - float64(6*u*u) + float64(6*u*u*u)
		}
		return 2 * (1 - u) * (1 - u) * (1 - u)
	}
	// triang
	if m%2 == 0 {
		return 1 - math.Abs(float64(2*i-m+1))/float64(m)
	}
	return 1 - math.Abs(float64(2*i-m+1))/float64(m+1)
}
