package nn

// LecunUniform fills dst with values uniform in ±√(3/fanIn) (Keras:
// LecunUniform). Source: Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller,
// "Efficient BackProp", 1998, section 4.6.
func LecunUniform(dst []float32, key Key, fanIn int) {
	VarianceScaling(dst, key, 1, FanIn, Uniform, fanIn, 0)
}

// LecunNormal fills dst with values of a truncated normal distribution of
// variance 1/fanIn (Keras: LecunNormal; source as [LecunUniform]).
func LecunNormal(dst []float32, key Key, fanIn int) {
	VarianceScaling(dst, key, 1, FanIn, Truncated, fanIn, 0)
}
