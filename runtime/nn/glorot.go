package nn

// GlorotUniform fills dst with values uniform in ±√(6/(fanIn+fanOut)) (Keras:
// GlorotUniform, the default of Dense kernels). Source: X. Glorot, Y. Bengio,
// "Understanding the difficulty of training deep feedforward neural networks",
// AISTATS 2010, eq. 16.
func GlorotUniform(dst []float32, key Key, fanIn, fanOut int) {
	VarianceScaling(dst, key, 1, FanAvg, Uniform, fanIn, fanOut)
}

// GlorotNormal fills dst with values of a truncated normal distribution of
// variance 2/(fanIn+fanOut) (Keras: GlorotNormal; source as [GlorotUniform]).
func GlorotNormal(dst []float32, key Key, fanIn, fanOut int) {
	VarianceScaling(dst, key, 1, FanAvg, Truncated, fanIn, fanOut)
}
