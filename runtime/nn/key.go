package nn

import "math"

// Key identifies one random tensor. Every value of the tensor is a pure
// function of the key and its position, so nothing depends on the order in
// which values are drawn, on workers or on the rows beside it.
type Key struct {
	key    [2]uint32
	step   uint32
	stream uint32
}

// NewKey returns the key of the random tensor that the stream draws at a step.
// Streams come from [Stream]; different seeds, steps or streams give unrelated
// tensors.
func NewKey(seed, step uint64, stream uint32) Key {
	k := Key{[2]uint32{uint32(seed), uint32(seed >> 32)}, uint32(step), stream}
	if hi := uint32(step >> 32); hi != 0 {
		// The counter has room for 32 bits of the step; a run that outlasts
		// them goes on under a key of its own.
		w := Philox(k.key, [4]uint32{hi, 0, 0, math.MaxUint32})
		k.key = [2]uint32{w[0], w[1]}
	}
	return k
}

// Stream is the number of a layer's random stream: the 32-bit FNV-1a hash of
// its path (G. Fowler, L. C. Noll, K.-P. Vo).
func Stream(path string) uint32 {
	h := uint32(2166136261)
	for i := range len(path) {
		h ^= uint32(path[i])
		h *= 16777619
	}
	return h
}

// Words are the two words of the key, the stream and the step: what machine
// code needs in order to draw.
func (k Key) Words() [4]uint32 { return [4]uint32{k.key[0], k.key[1], k.stream, k.step} }

// Bits4 returns the 32-bit words of elements 4·block to 4·block+3 of a row.
func (k Key) Bits4(row, block uint32) [4]uint32 {
	return Philox(k.key, [4]uint32{block, row, k.stream, k.step})
}

// Uniform4 returns uniform values in [0, 1) with 24 random bits each, for
// elements 4·block to 4·block+3 of a row.
func (k Key) Uniform4(row, block uint32) [4]float32 {
	w := k.Bits4(row, block)
	return [4]float32{unit(w[0]), unit(w[1]), unit(w[2]), unit(w[3])}
}

// Uniform returns the uniform value of one element of a row:
// Uniform4(row, elem/4)[elem%4].
func (k Key) Uniform(row, elem uint32) float32 {
	return unit(k.Bits4(row, elem/4)[elem%4])
}

// unit maps the upper 24 bits of a word to [0, 1): all of them fit a float32,
// so 1 is never reached by rounding.
func unit(w uint32) float32 { return float32(w>>8) * 0x1p-24 }
