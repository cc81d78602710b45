package onnx

import (
	"math"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// format is a floating-point type of fewer digits than float32.
type format struct {
	digits      int // binary ones of a number
	least, most int // the exponents of the smallest number with all digits, and of the largest
	largest     float64
	bias        int  // what the exponent is stored with
	endless     bool // there are infinities
	single      bool // there is one zero, and NaN stands in place of the other
	none        bool // there is no NaN
}

// formats are those types. Source: IEEE 754-2008, 3.4, of float16; bfloat16 is float32
// without its last 16 bits; P. Micikevicius and others, FP8 Formats for Deep Learning
// (2022), table 1; ONNX 1.22, "Float stored in 8 bits" and "Float stored in 4 bits".
var formats = map[proto.Type]format{
	proto.Float16:        {digits: 11, least: -14, most: 15, largest: 65504, bias: 15, endless: true},
	proto.Bfloat16:       {digits: 8, least: -126, most: 127, largest: math.Ldexp(255, 120), bias: 127, endless: true},
	proto.Float8E4M3FN:   {digits: 4, least: -6, most: 8, largest: 448, bias: 7},
	proto.Float8E4M3FNUZ: {digits: 4, least: -7, most: 7, largest: 240, bias: 8, single: true},
	proto.Float8E5M2:     {digits: 3, least: -14, most: 15, largest: 57344, bias: 15, endless: true},
	proto.Float8E5M2FNUZ: {digits: 3, least: -15, most: 15, largest: 57344, bias: 16, single: true},
	proto.Float4E2M1:     {digits: 2, least: 0, most: 2, largest: 6, bias: 1, none: true},
}

// beyond is what stands for a number beyond the largest. Casts to float16 and bfloat16
// take no notice of saturate. Source: ONNX 1.22, Cast.
func (f format) beyond(saturate bool) float64 {
	switch {
	case f.none || saturate && f.digits < 8:
		return f.largest
	case f.endless:
		return math.Inf(1)
	}
	return math.NaN()
}

// round is v in the format: halves to the even one.
func (f format) round(v float64, saturate bool) float64 {
	switch {
	case math.IsNaN(v) && f.none:
		return 0
	case v == 0 || math.IsNaN(v):
		return v
	case math.IsInf(v, 0):
		return math.Copysign(f.beyond(saturate), v)
	}
	_, exponent := math.Frexp(v)
	step := math.Ldexp(1, max(exponent-1, f.least)-f.digits+1)
	r := math.RoundToEven(v/step) * step
	if math.Abs(r) > f.largest {
		return math.Copysign(f.beyond(saturate), v)
	}
	return r
}

// number is what bits stand for.
func (f format) number(raw uint16, size int) float64 {
	stored := f.digits - 1
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
	case f.endless && exponent == top, !f.endless && !f.single && !f.none && raw|1<<(size-1) == 1<<size-1:
		return math.NaN()
	case exponent == 0:
		return sign * math.Ldexp(fraction, 1-f.bias-stored)
	}
	return sign * math.Ldexp(fraction+math.Ldexp(1, stored), exponent-f.bias-stored)
}
