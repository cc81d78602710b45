package portable

import (
	"math"
	"testing"
)

// off is the distance of two numbers relative to the second.
func off(got, want float64) float64 {
	if got == want || got != got && want != want {
		return 0
	}
	if want == 0 || math.IsInf(want, 0) {
		return math.Inf(1)
	}
	return math.Abs(got-want) / math.Abs(want)
}

// The functions agree with those of package math.
func TestAgainstMath(t *testing.T) {
	specials := []float64{0, 1, -1, 0.5, -0.5, 2, -0.25, 0.4, 1e-300, -1e-300, 1e-9, -1e-9, 709, 711, -747, -700, math.Sqrt2, math.Sqrt2 / 2, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, f := range []struct {
		name      string
		got, want func(float64) float64
		limit     float64
	}{{"Exp", Exp, math.Exp, 5e-16}, {"Log", Log, math.Log, 5e-16}, {"Log1p", Log1p, math.Log1p, 7e-16}} {
		worst, at := 0.0, 0.0
		try := func(x float64) {
			want := f.want(x)
			if math.Abs(want) < 1e-307 && want != 0 { // subnormal: fewer bits
				return
			}
			if d := off(f.got(x), want); d > worst {
				worst, at = d, x
			}
		}
		for _, x := range specials {
			try(x)
		}
		for i := range 200000 {
			x := float64(i-100000) / 150
			try(x)
			try(math.Sinh(x / 2))
			try(math.Sin(float64(i)))
		}
		t.Logf("%s: %.3g at %v", f.name, worst, at)
		if worst > f.limit {
			t.Errorf("%s is off by %.3g at %v", f.name, worst, at)
		}
	}
	// Where package math is wrong on amd64.
	if got := Exp(709.7); off(got, 1.6549840276802644e308) > 1e-13 {
		t.Errorf("Exp(709.7) = %v", got)
	}
	if got := Log(5e-324); off(got, -744.4400719213812) > 1e-15 {
		t.Errorf("Log(5e-324) = %v", got)
	}
	for i := range 10001 {
		share := float64(i) / 10000
		if got, want := Cos(math.Pi*share), math.Cos(math.Pi*share); math.Abs(got-want) > 1e-15 {
			t.Errorf("Cos(%v) = %v, want %v", share, got, want)
		}
		x, y := 0.001+float64(i)/3000, float64(i%41-20)/3
		if got, want := Pow(x, y), math.Pow(x, y); off(got, want) > 1e-15*(2+math.Abs(y*math.Log(x))) {
			t.Errorf("Pow(%v, %v) = %v, want %v", x, y, got, want)
		}
		p := (float64(i) + 0.5) / 10001
		for _, p := range []float64{p, math.Ldexp(p, -40), p * p * p} {
			if got, want := Quantile(p), math.Sqrt2*math.Erfinv(2*p-1); p > 1e-4 && off(got, want) > 1e-12 && math.Abs(got-want) > 1e-15 {
				t.Errorf("Quantile(%v) = %v, want %v", p, got, want)
			}
			// Φ of the quantile is p again, in the tail too.
			if back := 0.5 * math.Erfc(-Quantile(p)/math.Sqrt2); off(back, p) > 1e-12 {
				t.Errorf("Quantile(%v) belongs to %v", p, back)
			}
		}
	}
	for _, y := range specials {
		for _, x := range []float64{0, 1, math.Inf(1), math.NaN()} {
			if got, want := Pow(x, y), math.Pow(x, y); off(got, want) != 0 {
				t.Errorf("Pow(%v, %v) = %v, want %v", x, y, got, want)
			}
		}
	}
}
