package weights

import (
	"encoding/binary"
	"math"
)

// decoders append the elements of a run of bytes to dst, for every dtype that
// converts to float32. A float64 beyond float32's range becomes an infinity.
var decoders = map[string]func(dst []float32, b []byte) []float32{
	"F64": func(dst []float32, b []byte) []float32 {
		for ; len(b) >= 8; b = b[8:] {
			dst = append(dst, float32(math.Float64frombits(binary.LittleEndian.Uint64(b))))
		}
		return dst
	},
	"F32": func(dst []float32, b []byte) []float32 {
		for ; len(b) >= 4; b = b[4:] {
			dst = append(dst, math.Float32frombits(binary.LittleEndian.Uint32(b)))
		}
		return dst
	},
	"F16": func(dst []float32, b []byte) []float32 {
		for ; len(b) >= 2; b = b[2:] {
			dst = append(dst, half(binary.LittleEndian.Uint16(b)))
		}
		return dst
	},
	"BF16": func(dst []float32, b []byte) []float32 {
		for ; len(b) >= 2; b = b[2:] {
			dst = append(dst, math.Float32frombits(uint32(binary.LittleEndian.Uint16(b))<<16))
		}
		return dst
	},
}

// half converts an IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10
// of fraction. Every value is exact in float32.
func half(h uint16) float32 {
	fraction := float64(h & 0x3ff)
	exponent := int(h >> 10 & 0x1f)
	var v float64
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		v = math.Inf(1)
		if fraction != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	if h>>15 != 0 {
		v = -v
	}
	return float32(v)
}
