package nn

// Identity sets the rows×cols matrix dst to gain on the main diagonal and 0
// elsewhere (Keras: Identity).
func Identity(dst []float32, rows, cols int, gain float32) {
	clear(dst)
	for i := range min(rows, cols) {
		dst[i*cols+i] = gain
	}
}
