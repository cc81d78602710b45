package nn

import (
	"math"
	"testing"
)

func TestScalarFunctions(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		name    string
		got     float32
		want    float32
		rounded bool // to the last bit
	}{
		{"Abs(-2)", Abs(-2), 2, true},
		{"Erf(0.5)", Erf(0.5), 0.5204999, false},
		{"Erf(inf)", Erf(inf), 1, true},
		{"Exp(1)", Exp(1), math.E, false},
		{"Exp(89)", Exp(89), inf, true},
		{"Exp(-inf)", Exp(-inf), 0, true},
		{"Exp(-104)", Exp(-104), 0, true},
		{"Exp(nan)", Exp(nan), nan, true},
		{"Expm1(1e-6)", Expm1(1e-6), 1.0000005e-6, false},
		{"Floor(-1.5)", Floor(-1.5), -2, true},
		{"Log(0)", Log(0), -inf, true},
		{"Log(-1)", Log(-1), nan, true},
		{"Log(10)", Log(10), 2.3025851, false},
		{"Log1p(1e-6)", Log1p(1e-6), 9.999995e-7, false},
		{"Pow(2,10)", Pow(2, 10), 1024, true},
		{"Pow(0,-1)", Pow(0, -1), inf, true},
		{"Rsqrt(4)", Rsqrt(4), 0.5, true},
		{"Rsqrt(0)", Rsqrt(0), inf, true},
		{"Sigmoid(0)", Sigmoid(0), 0.5, true},
		{"Sigmoid(-88)", Sigmoid(-88), 6.0546014e-39, false},
		{"Sigmoid(-1e30)", Sigmoid(-1e30), 0, true},
		{"Sigmoid(1e30)", Sigmoid(1e30), 1, true},
		{"Sigmoid(nan)", Sigmoid(nan), nan, true},
		{"Sign(-3)", Sign(-3), -1, true},
		{"Sign(3)", Sign(3), 1, true},
		{"Sign(0)", Sign(0), 0, true},
		{"Sign(nan)", Sign(nan), nan, true},
		{"Sqrt(2)", Sqrt(2), math.Sqrt2, true},
		{"Sqrt(-1)", Sqrt(-1), nan, true},
		{"Tanh(inf)", Tanh(inf), 1, true},
		{"Tanh(0.5)", Tanh(0.5), 0.46211717, false},
	} {
		same := c.got == c.want || c.got != c.got && c.want != c.want
		if !c.rounded {
			same = math.Abs(float64(c.got-c.want)) <= 1e-6*math.Abs(float64(c.want))
		}
		if !same {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}
