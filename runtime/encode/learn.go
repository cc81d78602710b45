package encode

// Numbers are those of a feature in the training rows, as data.NumberStats
// gathers them.
type Numbers interface {
	Count() int
	Mean() float64
	Deviation() float64
	Min() float64
	Max() float64
}

// Counted sees to it that there was something to learn from.
func (c *Coder) Counted(feature string, values int) {
	if c.feature = feature; values == 0 {
		c.fail(" has no value in any row")
	}
}

// LearnStandard is the scaling of numbers by their mean and deviation.
func (c *Coder) LearnStandard(feature string, n Numbers) Standard {
	c.Counted(feature, n.Count())
	return Standard{n.Mean(), orOne(n.Deviation())}
}

// LearnMinMax is the scaling of numbers by the smallest and the largest.
func (c *Coder) LearnMinMax(feature string, n Numbers) MinMax {
	c.Counted(feature, n.Count())
	return MinMax{n.Min(), orOne(n.Max() - n.Min())}
}

// orOne replaces what cannot be divided by.
func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// WithUnknown puts the mean of the words' weights before them: that of an unknown
// word.
func WithUnknown(weights []float64) []float64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	return append([]float64{sum / float64(max(len(weights), 1))}, weights...)
}
