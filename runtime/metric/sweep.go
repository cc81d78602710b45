package metric

// Sweep says between which thresholds a metric chooses, and which outputs count.
type Sweep struct {
	NumThresholds int  `arg:"num_thresholds,min=1,max=100000,default=200" doc:"how many thresholds there are, at equal distances"` // from 0 to 1; 1 is 0.5 alone; 0: 200
	ClassID       *int `arg:"class_id,min=0,by=Class" doc:"the only output of a row that counts; null: all"`                       // nil: all do. [Class] makes one
}

// best is the largest of one figure at those thresholds where another one is at
// least a given value, and 0 where it nowhere is. Source: Keras 3,
// metrics/confusion_metrics.py, SensitivitySpecificityBase.
type best struct {
	*counts
	least      float64
	of, figure func(confusion) float64
}

func (s Sweep) best(name string, least float64, of, figure func(confusion) float64) *best {
	n := s.NumThresholds
	if n == 0 {
		n = 200
	}
	thresholds := []float64{0.5}
	if n > 1 {
		thresholds = spread(n)
	}
	c := newCounts(name, thresholds)
	c.even = n > 1
	if s.ClassID != nil {
		c.class = *s.ClassID
	}
	return &best{c, least, of, figure}
}

// HigherIsBetter is true: Keras's direction is "up".
func (m *best) HigherIsBetter() bool { return true }

func (m *best) Result() float64 {
	var most float64
	c := m.last(0)
	for i := len(m.limits) - 1; ; i-- {
		if m.of(c) >= m.least {
			most = max(most, m.figure(c))
		}
		if i == 0 {
			return most
		}
		c = m.down(c, 0, i-1)
	}
}
