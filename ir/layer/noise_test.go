package layer_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir"
)

// trained is the output of a network of one layer in training, for rows of ones or
// of what fill says, at a step.
func trained(t *testing.T, text string, rows int, step uint64, fill func(i int) float64) (x, y []float64) {
	t.Helper()
	n := network(t, text)
	w := draw(n)
	w.Rows, w.Step = rows, step
	in := n.Train.Inputs[0].Shape.Concrete(rows)
	x = make([]float64, in.Elements())
	for i := range x {
		x[i] = fill(i)
	}
	w.Feed["x"] = &ir.Tensor[float64]{Shape: in, F: x}
	for _, port := range []string{"weight", "l"} {
		if w.Feed[port] != nil {
			w.Feed[port] = ir.NewTensor[float64](append(ir.Shape{rows}, w.Feed[port].Shape[1:]...))
		}
	}
	return x, w.eval(n.Train)[n.Train.Outputs[0]].F
}

func one(int) float64 { return 1 }

// moments are mean, variance, and the third and fourth standardized moments.
func moments(x []float64) (mean, variance, skew, kurtosis float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	for _, v := range x {
		z := (v - mean) / math.Sqrt(variance)
		skew, kurtosis = skew+z*z*z/n, kurtosis+z*z*z*z/n
	}
	return mean, variance, skew, kurtosis
}

// The noise is normal: its moments, and how much of it lies within some bounds, as
// far as 200,000 values tell (five standard errors).
func TestGaussianNoise(t *testing.T) {
	const rows, width = 2000, 100
	for _, c := range []struct {
		layer          string
		mean, variance float64
	}{
		{"GaussianNoise: {name: l, stddev: 0.5}", 1, 0.25},
		{"GaussianDropout: {name: l, rate: 0.2}", 1, 0.25},
	} {
		_, y := trained(t, model("{shape: [100]}", c.layer), rows, 3, one)
		mean, variance, skew, kurtosis := moments(y)
		root := math.Sqrt(rows * width)
		for _, m := range [][4]float64{{mean, c.mean, math.Sqrt(c.variance)}, {variance, c.variance, math.Sqrt2 * c.variance}, {skew, 0, math.Sqrt(6)}, {kurtosis, 3, math.Sqrt(24)}} {
			if math.Abs(m[0]-m[1]) > 5*m[2]/root {
				t.Errorf("%s: moment %v, want %v", c.layer, m[0], m[1])
			}
		}
		for _, z := range []float64{-3, -2, -1, -0.3, 0, 0.7, 1.5, 2.5, 3.5} {
			below := 0.0
			for _, v := range y {
				if (v-c.mean)/math.Sqrt(c.variance) < z {
					below++
				}
			}
			p := 0.5 * math.Erfc(-z/math.Sqrt2)
			if got := below / (rows * width); math.Abs(got-p) > 5*math.Sqrt(p*(1-p))/root {
				t.Errorf("%s: %v below %v, want %v", c.layer, got, z, p)
			}
		}
	}
}

// The noise of every uniform number is the quantile of the normal distribution there.
func TestGaussianNoiseIsAQuantile(t *testing.T) {
	n := network(t, model("{shape: [8]}", "GaussianNoise: {name: l, stddev: 1}"))
	w := draw(n)
	w.Rows = 1
	w.Feed["x"] = ir.NewTensor[float64](ir.Shape{1, 8})
	u := []float64{0, 0x1p-24, 0.001, 0.0749, 0.0751, 0.5, 0.9251, 1 - 0x1p-24}
	w.Uniform = func(string, ir.Shape) []float64 { return u }
	for i, z := range w.eval(n.Train)[n.Train.Outputs[0]].F {
		p := u[i] + 0x1p-25
		if got := 0.5 * math.Erfc(-z/math.Sqrt2); math.Abs(got-p) > 2e-6*min(p, 1-p) {
			t.Errorf("quantile at %v is %v, where the distribution function is %v", p, z, got)
		}
	}
}

// Inputs of mean 0 and variance 1 keep them.
func TestAlphaDropout(t *testing.T) {
	const rows, width = 2000, 100
	fill := func(i int) float64 { return float64(2*(i%2) - 1) }
	_, y := trained(t, model("{shape: [100]}", "AlphaDropout: {name: l, rate: 0.3}"), rows, 3, fill)
	mean, variance, _, _ := moments(y)
	if math.Abs(mean) > 5/math.Sqrt(rows*width) || math.Abs(variance-1) > 5*math.Sqrt(2./(rows*width)) {
		t.Errorf("mean %v, variance %v", mean, variance)
	}
	const alpha, scale = 1.6732632423543772, 1.0507009873554805
	a := 1 / math.Sqrt(0.7*(1+0.3*alpha*alpha*scale*scale))
	dropped := a*(-alpha*scale) + a*alpha*scale*0.3
	count := 0
	for i, v := range y {
		switch {
		case math.Abs(v-dropped) < 1e-12:
			count++
		case math.Abs(v-(a*fill(i)+a*alpha*scale*0.3)) > 1e-12:
			t.Fatalf("%d: %v", i, v)
		}
	}
	if share := float64(count) / (rows * width); math.Abs(share-0.3) > 5*math.Sqrt(0.21/(rows*width)) {
		t.Errorf("%v dropped", share)
	}
}

// Whole channels are dropped, a share of them, and the mean stays.
func TestSpatialDropout(t *testing.T) {
	for _, c := range []struct {
		layer, shape string
		channel      func(i int) int // of element i: sample and channel
	}{
		{"SpatialDropout1D: {name: l, rate: 0.3}", "[5, 20]", func(i int) int { return i/100*20 + i%20 }},
		{"SpatialDropout2D: {name: l, rate: 0.3}", "[3, 2, 20]", func(i int) int { return i/120*20 + i%20 }},
		{"SpatialDropout2D: {name: l, rate: 0.3, data_format: channels_first}", "[20, 2, 3]", func(i int) int { return i / 6 }},
		{"SpatialDropout3D: {name: l, rate: 0.3}", "[2, 2, 2, 20]", func(i int) int { return i/160*20 + i%20 }},
		{"SpatialDropout3D: {name: l, rate: 0.3, data_format: channels_first}", "[20, 2, 2, 2]", func(i int) int { return i / 8 }},
		{"Dropout: {name: l, rate: 0.3, noise_shape: [null, 1, 20]}", "[5, 20]", func(i int) int { return i/100*20 + i%20 }},
	} {
		const rows = 100
		_, y := trained(t, model("{shape: "+c.shape+"}", c.layer), rows, 1, one)
		kept, channels := map[int]float64{}, 0
		for i, v := range y {
			k := c.channel(i)
			if first, ok := kept[k]; !ok {
				kept[k] = v
			} else if v != first {
				t.Fatalf("%s: element %d of channel %d is %v, another %v", c.layer, i, k, v, first)
			}
			channels = max(channels, k+1)
		}
		count := 0
		for _, v := range kept {
			if v != 0 {
				count++
				if math.Abs(v-1/0.7) > 1e-12 {
					t.Fatalf("%s: %v", c.layer, v)
				}
			}
		}
		if share := float64(count) / float64(channels); math.Abs(share-0.7) > 5*math.Sqrt(0.21/float64(channels)) {
			t.Errorf("%s: %v of %d kept", c.layer, share, channels)
		}
	}
}

// Noise is there in training alone, the same at one step of one seed, and its
// gradient is what differences say.
func TestNoise(t *testing.T) {
	for _, kind := range []string{"GaussianNoise: {stddev: 0.5", "GaussianDropout: {rate: 0.4", "AlphaDropout: {rate: 0.4", "SpatialDropout1D: {rate: 0.4"} {
		text := model("{shape: [4, 6]}", kind+", name: l}")
		n := network(t, text)
		w := draw(n)
		near(t, kind, w.predict(n), w.Feed["x"].F)
		differentiable(t, network(t, model("{shape: [3, 2]}", "Dense: 4", kind+"}", "Dense: 1")))
		_, first := trained(t, text, 20, 1, one)
		_, again := trained(t, text, 20, 1, one)
		near(t, kind, again, first)
		_, next := trained(t, text, 20, 2, one)
		_, seeded := trained(t, model("{shape: [4, 6]}", kind+", name: l, seed: 5}"), 20, 1, one)
		if fmt.Sprint(next) == fmt.Sprint(first) || fmt.Sprint(seeded) == fmt.Sprint(first) {
			t.Errorf("%s: the noise of another step or seed is the same", kind)
		}
	}
	for layer, want := range map[string]string{
		"GaussianNoise: {stddev: 1.5}": "between 0 and 1", "GaussianDropout: 1": "below 1", "AlphaDropout": "needs the argument rate",
		"SpatialDropout2D: 0.5": "2 axes and the channels", "Dropout: {rate: 0.5, noise_shape: [1, 2]}": "has 2 axes",
		"Dropout: {rate: 0.5, noise_shape: [3, 1, 1]}": "write null", "AlphaDropout: {rate: 0.5, noise_shape: [null, 3, 1]}": "write 1, 4 or null",
	} {
		fails(t, model("{shape: [4, 6]}", layer), want)
	}
}
