package amd64_test

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// mathErrors is the table of math_exp.go: errors in units of the last place of
// the float32 result. step is how far apart the bit patterns are that are tried.
var mathErrors = []struct {
	fn   string
	most float64
	step uint32
}{
	{"exp", 1, 1009}, {"expm1", 1.5, 1009}, {"log", 1.25, 1009}, {"log1p", 1.25, 1009},
	{"tanh", 2.5, 1009}, {"sigmoid", 2.25, 1009}, {"erf", 1, 1009},
	{"sqrt", 0.5, 30011}, {"rsqrt", 1.5, 30011},
	{"abs", 0, 30011}, {"neg", 0, 30011}, {"sign", 0, 30011}, {"floor", 0, 30011},
}

// ulps is how far a float32 is from a number, in units of the last place of the
// number rounded. Infinities, zeros and NaN are equal to themselves, zeros by
// their sign too.
func ulps(got float32, want float64) float64 {
	rounded := float32(want)
	switch {
	case math.IsNaN(want) || got != got:
		if math.IsNaN(want) && got != got {
			return 0
		}
		return math.Inf(1)
	case got == 0 && want == 0:
		if math.Signbit(float64(got)) != math.Signbit(want) {
			return math.Inf(1)
		}
		return 0
	case math.IsInf(float64(rounded), 0) || math.IsInf(float64(got), 0):
		if got == rounded {
			return 0
		}
		if math.Abs(want) > math.MaxFloat32 && math.Abs(want) < math.MaxFloat32*(1+0x1p-22) && math.Abs(float64(got)) >= math.MaxFloat32 {
			return 1
		}
		return math.Inf(1)
	}
	_, exp := math.Frexp(float64(rounded))
	unit := math.Ldexp(1, max(exp-24, -149))
	return math.Abs(float64(got)-want) / unit
}

// samples are float32s of all exponents and both signs, and what is special.
func samples(step uint32) []uint32 {
	var list []uint32
	for w := uint32(0); w < math.MaxUint32-step; w += step {
		list = append(list, w)
	}
	for _, x := range []float64{0, 1, 2, 0.5, math.Pi, 88.72283, 88.7228394, 88.8, -87.3365478, -103.97, -104, 89, 127, 128, -126, -149, -150, 1.0 / 3} {
		for _, y := range []float64{x, -x} {
			w := math.Float32bits(float32(y))
			list = append(list, w, w+1, w-1)
		}
	}
	return append(list, 0, 1<<31, 1, 1<<31+1, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0xFF7FFFFF, 0xFF800000, 0xFFC00000)
}

func mathCases() []kerneltest.Case {
	var list []kerneltest.Case
	for _, f := range mathErrors {
		list = append(list, kerneltest.Case{Name: f.fn, Kernel: kerneltest.MapOf(kerneltest.Call(f.fn, kerneltest.X0), []loop.Axis{kerneltest.RowAxis(1)}, kerneltest.Access(kerneltest.ArenaRows(), 0, 1), kerneltest.Access(kerneltest.ArenaRows(), 0, 1))})
	}
	for _, fn := range []string{"pow", "max", "min"} {
		list = append(list, kerneltest.Case{Name: fn, Kernel: kerneltest.MapOf(kerneltest.Call(fn, kerneltest.X0, kerneltest.X1), []loop.Axis{kerneltest.RowAxis(1)}, kerneltest.Access(kerneltest.ArenaRows(), 0, 1), kerneltest.Access(kerneltest.ArenaRows(), 0, 1), kerneltest.Access(kerneltest.ArenaRows(), 0, 1))})
	}
	return list
}

// TestMath holds every function of one argument to its error over all exponents.
func TestMath(t *testing.T) {
	cases := mathCases()
	p := kerneltest.ProgramOf(t, cases)
	for i, f := range mathErrors {
		x := samples(f.step)
		want := make([]float64, len(x))
		for j, w := range x {
			want[j] = scalar.Funcs[f.fn].Eval([]float64{float64(math.Float32frombits(w))})
		}
		for _, l := range amd64.Levels {
			t.Run(f.fn+l.String(), func(t *testing.T) {
				data := [][]uint32{make([]uint32, len(x)), x}
				got := p.Run(t, p.Find(t, i, l), data, len(x), 1, kerneltest.Aligned)
				if got == nil {
					return
				}
				worst, at, bad := 0.0, uint32(0), 0
				for j, w := range got[0] {
					u := ulps(math.Float32frombits(w), want[j])
					if u > worst {
						worst, at = u, x[j]
					}
					if u > f.most {
						if bad++; bad <= 5 {
							t.Errorf("%s(%g) = %g, want %g: %.2f units", f.fn, math.Float32frombits(x[j]), math.Float32frombits(w), float32(want[j]), u)
						}
					}
				}
				t.Logf("%s: %.2f units at %g, %d beyond", f.fn, worst, math.Float32frombits(at), bad)
			})
		}
	}
}

// TestMathOfTwo does the same for powers and Go's max and min, over pairs.
func TestMathOfTwo(t *testing.T) {
	cases := mathCases()
	p := kerneltest.ProgramOf(t, cases)
	var x, y []uint32
	special := samples(math.MaxUint32 / 2)
	special = special[len(special)-13:]
	for _, v := range []float64{1, 2, 3, 4, 0.5, -1, -2, -3, 2.5, 127, -126, 1e10, 16777217, 0.1} {
		special = append(special, math.Float32bits(float32(v)), math.Float32bits(float32(-v)))
	}
	for _, a := range special {
		for _, b := range special {
			x, y = append(x, a), append(y, b)
		}
	}
	for i := range uint32(300000) {
		a := math.Float32frombits(i * 14311) // all of the positive ones and some of the negative
		b := float32(math.Sin(float64(i))*150) / float32(math.Abs(math.Log2(math.Abs(float64(a))))+1e-3)
		x, y = append(x, math.Float32bits(a)), append(y, math.Float32bits(b))
	}
	for i, fn := range []string{"pow", "max", "min"} {
		for _, l := range amd64.Levels {
			t.Run(fn+l.String(), func(t *testing.T) {
				data := [][]uint32{make([]uint32, len(x)), x, y}
				got := p.Run(t, p.Find(t, len(mathErrors)+i, l), data, len(x), 1, kerneltest.Aligned)
				if got == nil {
					return
				}
				most := map[bool]float64{true: 1}[fn == "pow"]
				worst, bad := 0.0, 0
				for j, w := range got[0] {
					a, b := float64(math.Float32frombits(x[j])), float64(math.Float32frombits(y[j]))
					want := scalar.Funcs[fn].Eval([]float64{a, b})
					u := ulps(math.Float32frombits(w), want)
					if worst = max(worst, u); u > most {
						if bad++; bad <= 8 {
							t.Errorf("%s(%g, %g) = %g, want %g: %.2f units", fn, a, b, math.Float32frombits(w), float32(want), u)
						}
					}
				}
				t.Logf("%s: %.2f units, %d beyond", fn, worst, bad)
			})
		}
	}
}
