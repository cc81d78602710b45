package metric

// mean is the weighted mean that most metrics here reduce to: Keras's
// Mean.result is total/count, and 0 for a count of 0.
type mean struct {
	name         string
	up           bool // whether more is better
	total, count float64
}

func (m *mean) Name() string { return m.name }

// HigherIsBetter reports whether more of the figure is better: Keras's direction
// "up".
func (m *mean) HigherIsBetter() bool { return m.up }

// Stepwise is true: a mean is Keras's MeanMetricWrapper.
func (m *mean) Stepwise() bool { return true }

func (m *mean) Reset() { m.total, m.count = 0, 0 }

func (m *mean) Result() float64 {
	if m.count == 0 {
		return 0
	}
	return m.total / m.count
}

func (m *mean) add(value float64, weight float32) {
	m.total += float64(value * float64(weight))
	m.count += float64(weight)
}

func (m *mean) State() []float64 { return []float64{m.total, m.count} }

func (m *mean) SetState(state []float64) error {
	sums := [2]float64{}
	if err := setState(m.name, sums[:], state); err != nil {
		return err
	}
	m.total, m.count = sums[0], sums[1]
	return nil
}
