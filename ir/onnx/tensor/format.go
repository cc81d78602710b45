package tensor

import (
	"math"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// Format is a floating-point type of fewer digits than float32.
type Format struct {
	Digits      int // binary ones of a number
	Least, Most int // the exponents of the smallest number with all digits, and of the largest
	Largest     float64
	bias        int  // what the exponent is stored with
	endless     bool // there are infinities
	single      bool // there is one zero, and NaN stands in place of the other
	None        bool // there is no NaN
}

// Formats are those types. Source: IEEE 754-2008, 3.4, of float16; bfloat16 is float32
// without its last 16 bits; P. Micikevicius and others, FP8 Formats for Deep Learning
// (2022), table 1; ONNX 1.22, "Float stored in 8 bits" and "Float stored in 4 bits".
var Formats = map[proto.Type]Format{
	proto.Float16:        {Digits: 11, Least: -14, Most: 15, Largest: 65504, bias: 15, endless: true},
	proto.Bfloat16:       {Digits: 8, Least: -126, Most: 127, Largest: math.Ldexp(255, 120), bias: 127, endless: true},
	proto.Float8E4M3FN:   {Digits: 4, Least: -6, Most: 8, Largest: 448, bias: 7},
	proto.Float8E4M3FNUZ: {Digits: 4, Least: -7, Most: 7, Largest: 240, bias: 8, single: true},
	proto.Float8E5M2:     {Digits: 3, Least: -14, Most: 15, Largest: 57344, bias: 15, endless: true},
	proto.Float8E5M2FNUZ: {Digits: 3, Least: -15, Most: 15, Largest: 57344, bias: 16, single: true},
	proto.Float4E2M1:     {Digits: 2, Least: 0, Most: 2, Largest: 6, bias: 1, None: true},
}

// Beyond is what stands for a number beyond the largest. Casts to float16 and bfloat16
// take no notice of saturate. Source: ONNX 1.22, Cast.
func (f Format) Beyond(saturate bool) float64 {
	switch {
	case f.None || saturate && f.Digits < 8:
		return f.Largest
	case f.endless:
		return math.Inf(1)
	}
	return math.NaN()
}

// Round is v in the format: halves to the even one.
func (f Format) Round(v float64, saturate bool) float64 {
	switch {
	case math.IsNaN(v) && f.None:
		return 0
	case v == 0 || math.IsNaN(v):
		return v
	case math.IsInf(v, 0):
		return math.Copysign(f.Beyond(saturate), v)
	}
	_, exponent := math.Frexp(v)
	step := math.Ldexp(1, max(exponent-1, f.Least)-f.Digits+1)
	r := math.RoundToEven(v/step) * step
	if math.Abs(r) > f.Largest {
		return math.Copysign(f.Beyond(saturate), v)
	}
	return r
}

// number is what bits stand for.
func (f Format) number(raw uint16, size int) float64 {
	stored := f.Digits - 1
	sign := 1.0
	if raw>>(size-1) == 1 {
		sign = -1
	}
	fraction := float64(raw & (1<<stored - 1))
	exponent := int(raw>>stored) & (1<<(size-1-stored) - 1)
	top := 1<<(size-1-stored) - 1
	switch {
	case f.single && raw == 1<<(size-1):
		return math.NaN()
	case f.endless && exponent == top && fraction == 0:
		return math.Inf(int(sign))
	case f.endless && exponent == top, !f.endless && !f.single && !f.None && raw|1<<(size-1) == 1<<size-1:
		return math.NaN()
	case exponent == 0:
		return sign * math.Ldexp(fraction, 1-f.bias-stored)
	}
	return sign * math.Ldexp(fraction+math.Ldexp(1, stored), exponent-f.bias-stored)
}
