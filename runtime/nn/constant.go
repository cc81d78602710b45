package nn

// Zeros sets every element of dst to 0 (Keras: Zeros).
func Zeros(dst []float32) { clear(dst) }

// Ones sets every element of dst to 1 (Keras: Ones).
func Ones(dst []float32) { Constant(dst, 1) }

// Constant sets every element of dst to v (Keras: Constant).
func Constant(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}

// Identity sets the rows×cols matrix dst to gain on the main diagonal and 0
// elsewhere (Keras: Identity).
func Identity(dst []float32, rows, cols int, gain float32) {
	clear(dst)
	for i := range min(rows, cols) {
		dst[i*cols+i] = gain
	}
}
