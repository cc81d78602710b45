package metric

import "math"

// R2 says how the scores of several outputs become one.
type R2 struct {
	Outputs          int    `arg:"outputs,units"`                                                                                                                                                                   // values in a row
	ClassAggregation string `arg:"class_aggregation,default=uniform_average,null=none,oneof=uniform_average|variance_weighted_average" doc:"how the scores of several outputs become one; null: a figure for each"` // or "none": a figure for each output
	NumRegressors    int    `arg:"num_regressors,min=0" doc:"number of independent variables, for the adjusted score; 0: not adjusted"`
}

// R2Score is the coefficient of determination of each output,
//
//	1 - Σ w(t-y)² ÷ (Σ wt² - (Σ wt)²/Σ w),
//
// where an infinite score counts as 0, and what ClassAggregation makes of them.
// It is NaN where target and output are one constant, and without any row. The
// adjusted score is 1 - (1-R²)(n-1)/(n-p-1), where n counts the values of the
// targets; with too few of them the score is not adjusted. Source: Keras 3,
// metrics/regression_metrics.py, R2Score.
func R2Score(name string, c R2) Metric {
	return &r2Score{name: name, R2: c, sums: make([]float64, 4*c.Outputs+1)}
}

// r2Score keeps, for every output, Σ wt², Σ wt, Σ w(t-y)² and Σ w; the last of
// the sums is the number of values.
type r2Score struct {
	name string
	R2
	sums []float64
}

func (m *r2Score) Name() string { return m.name }

// HigherIsBetter is true: Keras's direction is "up".
func (m *r2Score) HigherIsBetter() bool { return true }

func (m *r2Score) Reset() { clear(m.sums) }

func (m *r2Score) State() []float64 { return append([]float64(nil), m.sums...) }

func (m *r2Score) SetState(state []float64) error { return setState(m.name, m.sums, state) }

func (m *r2Score) Update(target, output []float32, weight float32) {
	w := float64(weight)
	for i, y := range output[:m.Outputs] {
		t := float64(target[i])
		d := t - float64(y)
		s := m.sums[4*i : 4*i+4]
		s[0] += float64(w * t * t)
		s[1] += float64(w * t)
		s[2] += float64(w * d * d)
		s[3] += w
	}
	m.sums[4*m.Outputs] += float64(m.Outputs)
}

func (m *r2Score) Len() int {
	if m.ClassAggregation == "none" {
		return m.Outputs
	}
	return 1
}

func (m *r2Score) At(i int) float64 {
	if m.ClassAggregation != "none" {
		return m.Result()
	}
	score, _ := m.score(i)
	return m.adjust(score)
}

// Result is the mean of the scores where there is a figure for each.
func (m *r2Score) Result() float64 {
	var sum, weights float64
	for i := range m.Outputs {
		score, variance := m.score(i)
		if m.ClassAggregation != "variance_weighted_average" {
			variance = 1
		}
		sum += float64(score * variance)
		weights += variance
	}
	return m.adjust(sum / weights)
}

// score gives the score of an output, and Σ w(t - mean)².
func (m *r2Score) score(i int) (score, variance float64) {
	s := m.sums[4*i : 4*i+4]
	variance = s[0] - float64(s[1]*(s[1]/s[3]))
	score = 1 - s[2]/variance
	if math.IsInf(score, 0) {
		score = 0
	}
	return score, variance
}

func (m *r2Score) adjust(score float64) float64 {
	n, p := m.sums[4*m.Outputs], float64(m.NumRegressors)
	if p == 0 || p >= n-1 {
		return score
	}
	return 1 - (1-score)*(n-1)/(n-p-1)
}
