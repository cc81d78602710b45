package nn

// HeUniform fills dst with values uniform in ±√(6/fanIn) (Keras: HeUniform).
// Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers",
// ICCV 2015, eq. 10.
func HeUniform(dst []float32, key Key, fanIn int) {
	VarianceScaling(dst, key, 2, FanIn, Uniform, fanIn, 0)
}

// HeNormal fills dst with values of a truncated normal distribution of variance
// 2/fanIn (Keras: HeNormal; source as [HeUniform]).
func HeNormal(dst []float32, key Key, fanIn int) {
	VarianceScaling(dst, key, 2, FanIn, Truncated, fanIn, 0)
}
