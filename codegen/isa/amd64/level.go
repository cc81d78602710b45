package amd64

// Level is a set of CPU features that machine code is written for.
type Level uint8

const (
	AVX2   Level = 1 + iota // AVX2 and FMA: 16 registers of 8 float32s
	AVX512                  // AVX-512 F, DQ, BW and VL: 32 registers of 16
)

// Levels lists the levels, the best first.
var Levels = []Level{AVX512, AVX2}

// String is the suffix of function names: "AVX512".
func (l Level) String() string {
	if l == AVX512 {
		return "AVX512"
	}
	return "AVX2"
}

// Lanes is how many float32s a register holds.
func (l Level) Lanes() int {
	if l == AVX512 {
		return 16
	}
	return 8
}

// Registers is how many vector registers there are.
func (l Level) Registers() int { return 2 * l.Lanes() }
