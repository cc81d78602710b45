package layer

import (
	"fmt"
	"math"
	"testing"
)

// The weights of phases are those of every new point by itself, from whichever size an
// image comes to whichever it gets.
func TestPhases(t *testing.T) {
	some := 0
	for in := 1; in <= 24; in++ {
		for out := 1; out <= 24; out++ {
			for method := range interpolations {
				for _, antialias := range []bool{false, true} {
					p, ok := phasesOf(in, out, method, antialias, 4)
					if !ok {
						continue
					}
					some++
					name := fmt.Sprint(in, " to ", out, " ", method, " ", antialias)
					s := interpolated(in, out, method, antialias)
					if p.made*p.turns != out || p.taken*p.turns != in || len(p.edges) != out {
						t.Fatalf("%s: %d of %d, %d times", name, p.made, p.taken, p.turns)
					}
					for j := range out {
						want, got := make([]float64, in), make([]float64, in)
						for i, w := range s.weights[j] {
							want[s.from[j]+i] = w
						}
						for k := range p.taps {
							if at := j/p.made*p.taken + p.first + k; at >= 0 && at < in {
								got[at] = p.edges[j] * p.weights[k*p.made+j%p.made]
							}
						}
						for i := range want {
							if math.Abs(got[i]-want[i]) > 1e-12 {
								t.Fatalf("%s: point %d takes %v, want %v", name, j, got, want)
							}
						}
					}
				}
			}
		}
	}
	if some < 500 {
		t.Errorf("%d interpolations have phases", some)
	}
}

// A constant image stays what it is, and one that is made no larger and no smaller.
func TestInterpolated(t *testing.T) {
	for in := 1; in <= 12; in++ {
		for out := 1; out <= 30; out++ {
			for _, method := range []string{"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"} {
				s := interpolated(in, out, method, out%2 == 0)
				for j, weights := range s.weights {
					total := 0.0
					for _, w := range weights {
						total += w
					}
					if s.from[j] < 0 || s.from[j]+len(weights) > in || math.Abs(total-1) > 1e-12 {
						t.Errorf("%s of %d to %d: point %d takes %v from %d on", method, in, out, j, weights, s.from[j])
					}
					if in == out && math.Abs(weights[j-s.from[j]]-1) > 1e-12 {
						t.Errorf("%s of %d to %d: point %d takes %v from %d on", method, in, out, j, weights, s.from[j])
					}
				}
			}
		}
	}
}
