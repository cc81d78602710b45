package nn

// RandomUniform fills dst with independent values uniform in [minval, maxval)
// (Keras: RandomUniform).
func RandomUniform(dst []float32, key Key, minval, maxval float64) {
	for i := range dst {
		u := float64(unit(key.word(i)))
		dst[i] = float32(minval + float64((maxval-minval)*u))
	}
}

// word returns the 32-bit word of element i of a tensor without rows.
func (k Key) word(i int) uint32 {
	block := uint64(i) / 4
	return k.Bits4(uint32(block>>32), uint32(block))[i%4]
}
