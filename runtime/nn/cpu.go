package nn

import "os"

// Level is the set of instructions that machine kernels are written in. A
// generated package holds one set of kernels per level and takes the one of
// [CPU]; results carry the same bits on every machine of one level.
type Level uint8

const (
	Go     Level = iota // no machine kernels: the Go bodies of all of them
	AVX2                // amd64 with AVX2 and FMA
	AVX512              // amd64 with AVX-512 F, DQ, BW and VL, beside AVX2 and FMA
)

// String returns "go", "avx2" or "avx512".
func (l Level) String() string {
	switch l {
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return "go"
}

// CPU returns the level that this program runs at, which never changes while it
// runs: what the processor and the operating system support, or less if the
// environment variable NNGEN_CPU named a lower level (go, avx2 or avx512) when
// the program started. The variable is there to reproduce the bits of another
// machine; it raises nothing, and other values count as unset. Programs built
// for another architecture, or with the tag purego, are at level Go.
func CPU() Level { return level }

var level = lowered(detect(), os.Getenv("NNGEN_CPU"))

// lowered is the level that a wish leaves of what there is.
func lowered(has Level, wish string) Level {
	for l := Go; l < has; l++ {
		if l.String() == wish {
			return l
		}
	}
	return has
}
