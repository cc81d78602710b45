package nn

import (
	"math"
	"slices"
	"testing"
)

// checkDistribution compares values with a distribution function by the test of
// Kolmogorov and Smirnov, at a level of about 1e-6.
func checkDistribution(t *testing.T, name string, values []float64, cdf func(float64) float64) {
	t.Helper()
	slices.Sort(values)
	n := float64(len(values))
	worst := 0.0
	for i, v := range values {
		p := cdf(v)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	if limit := 2.7 / math.Sqrt(n); worst > limit {
		t.Errorf("%s: distance %.5f from its distribution function, limit %.5f", name, worst, limit)
	}
}

func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// truncatedCDF is the distribution function of a normal variable confined to two
// standard deviations.
func truncatedCDF(stddev float64) func(float64) float64 {
	return func(x float64) float64 {
		switch z := x / stddev; {
		case z <= -2:
			return 0
		case z >= 2:
			return 1
		default:
			return (normalCDF(z) - normalCDF(-2)) / (normalCDF(2) - normalCDF(-2))
		}
	}
}

func uniformCDF(limit float64) func(float64) float64 {
	return func(x float64) float64 { return min(1, max(0, (x+limit)/(2*limit))) }
}

// Limits and standard deviations are those of Keras 3,
// initializers/random_initializers.py: uniform within ±sqrt(3·scale/n), a
// truncated normal of stddev sqrt(scale/n)/0.87962566103423978.
func TestInitializerDistributions(t *testing.T) {
	const fanIn, fanOut = 96, 160
	const correction = 0.87962566103423978
	key := NewKey(11, 0, Stream("dense/kernel"))
	for _, c := range []struct {
		name  string
		fill  func([]float32)
		bound float64 // no value lies beyond; 0: none
		std   float64 // of the result; 0: not checked
		cdf   func(float64) float64
	}{
		{"random_normal", func(d []float32) { RandomNormal(d, key, 0.5, 0.05) }, 0, 0.05, func(x float64) float64 { return normalCDF((x - 0.5) / 0.05) }},
		{"truncated_normal", func(d []float32) { TruncatedNormal(d, key, 0, 0.05) }, 0.1, 0.05 * correction, truncatedCDF(0.05)},
		{"random_uniform", func(d []float32) { RandomUniform(d, key, -0.05, 0.05) }, 0.05, 0.05 / math.Sqrt(3), uniformCDF(0.05)},
		{"glorot_uniform", func(d []float32) { GlorotUniform(d, key, fanIn, fanOut) }, math.Sqrt(6.0 / 256), math.Sqrt(2.0 / 256), uniformCDF(math.Sqrt(6.0 / 256))},
		{"glorot_normal", func(d []float32) { GlorotNormal(d, key, fanIn, fanOut) }, 2 * math.Sqrt(2.0/256) / correction, math.Sqrt(2.0 / 256), truncatedCDF(math.Sqrt(2.0/256) / correction)},
		{"he_uniform", func(d []float32) { HeUniform(d, key, fanIn) }, math.Sqrt(6.0 / 96), math.Sqrt(2.0 / 96), uniformCDF(math.Sqrt(6.0 / 96))},
		{"he_normal", func(d []float32) { HeNormal(d, key, fanIn) }, 2 * math.Sqrt(2.0/96) / correction, math.Sqrt(2.0 / 96), truncatedCDF(math.Sqrt(2.0/96) / correction)},
		{"lecun_uniform", func(d []float32) { LecunUniform(d, key, fanIn) }, math.Sqrt(3.0 / 96), math.Sqrt(1.0 / 96), uniformCDF(math.Sqrt(3.0 / 96))},
		{"lecun_normal", func(d []float32) { LecunNormal(d, key, fanIn) }, 2 * math.Sqrt(1.0/96) / correction, math.Sqrt(1.0 / 96), truncatedCDF(math.Sqrt(1.0/96) / correction)},
		{"variance_scaling fan_out", func(d []float32) { VarianceScaling(d, key, 0.5, FanOut, Untruncated, fanIn, fanOut) }, 0, math.Sqrt(0.5 / 160), func(x float64) float64 { return normalCDF(x / math.Sqrt(0.5/160)) }},
		{"variance_scaling of no fan", func(d []float32) { VarianceScaling(d, key, 3, FanIn, Uniform, 0, 0) }, 3, math.Sqrt(3), uniformCDF(3)},
	} {
		dst := make([]float32, 50001)
		c.fill(dst)
		values := make([]float64, len(dst))
		var sum, squares float64
		for i, v := range dst {
			x := float64(v)
			values[i] = x
			sum += x
			squares += x * x
			if c.bound != 0 && math.Abs(x) > c.bound*(1+1e-6) {
				t.Errorf("%s: value %v beyond %v", c.name, x, c.bound)
				break
			}
		}
		n := float64(len(values))
		mean := sum / n
		std := math.Sqrt(squares/n - mean*mean)
		if math.Abs(std-c.std) > 0.02*c.std {
			t.Errorf("%s: standard deviation %v, want %v", c.name, std, c.std)
		}
		checkDistribution(t, c.name, values, c.cdf)

		again := make([]float32, 100)
		c.fill(again)
		if !slices.Equal(again, dst[:100]) {
			t.Errorf("%s: the first values depend on the length", c.name)
		}
	}
}

func TestNeighboursAreUncorrelated(t *testing.T) {
	x := make([]float32, 40000)
	RandomNormal(x, NewKey(1, 0, 1), 0, 1)
	for lag := 1; lag <= 8; lag++ {
		var c float64
		for i := lag; i < len(x); i++ {
			c += float64(x[i]) * float64(x[i-lag])
		}
		if c /= float64(len(x)); math.Abs(c) > 0.025 {
			t.Errorf("correlation %.4f at distance %d", c, lag)
		}
	}
}

func TestConstants(t *testing.T) {
	x := []float32{5, 5, 5}
	if Zeros(x); !slices.Equal(x, []float32{0, 0, 0}) {
		t.Errorf("Zeros: %v", x)
	}
	if Ones(x); !slices.Equal(x, []float32{1, 1, 1}) {
		t.Errorf("Ones: %v", x)
	}
	if Constant(x, -2); !slices.Equal(x, []float32{-2, -2, -2}) {
		t.Errorf("Constant: %v", x)
	}
	m := []float32{9, 9, 9, 9, 9, 9}
	if Identity(m, 2, 3, 0.5); !slices.Equal(m, []float32{0.5, 0, 0, 0, 0.5, 0}) {
		t.Errorf("Identity 2x3: %v", m)
	}
	if Identity(m, 3, 2, 1); !slices.Equal(m, []float32{1, 0, 0, 1, 0, 0}) {
		t.Errorf("Identity 3x2: %v", m)
	}
}

func TestOrthogonal(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {5, 5}, {40, 7}, {7, 40}, {64, 64}} {
		rows, cols := size[0], size[1]
		m := make([]float32, rows*cols)
		Orthogonal(m, NewKey(5, 0, 1), rows, cols, 2)
		at := func(v, e int) float64 {
			if rows < cols {
				return float64(m[v*cols+e])
			}
			return float64(m[e*cols+v])
		}
		for u := range min(rows, cols) {
			for v := range min(rows, cols) {
				var got, want float64
				for e := range max(rows, cols) {
					got += at(u, e) * at(v, e)
				}
				if u == v {
					want = 4 // gain²
				}
				if math.Abs(got-want) > 1e-5 {
					t.Errorf("%dx%d: vectors %d and %d have product %v, want %v", rows, cols, u, v, got, want)
				}
			}
		}
	}
}

// In a uniformly distributed orthogonal matrix every entry has mean 0: the
// signs are not those that a QR decomposition happens to choose.
func TestOrthogonalIsUniform(t *testing.T) {
	const trials = 3000
	var sum [4]float64
	for seed := range uint64(trials) {
		var m [4]float32
		Orthogonal(m[:], NewKey(seed, 0, 1), 2, 2, 1)
		for i, v := range m {
			sum[i] += float64(v)
		}
	}
	for i, s := range sum {
		if math.Abs(s/trials) > 5*math.Sqrt(0.5/trials) {
			t.Errorf("entry %d has mean %.4f", i, s/trials)
		}
	}
}
