package metric

import "math"

// FScore says what counts as a yes, and how the scores of several classes become
// one.
type FScore struct {
	Classes   int     `arg:"classes,units"`                                                                                                              // values in a row
	Average   string  `arg:"average,positional,null,oneof=micro|macro|weighted" doc:"how the scores of the classes become one; null: a figure for each"` // "": null
	Threshold float64 `arg:"threshold,null,above=0,max=1" doc:"output above which the answer is a yes; null: the largest of the row is"`                 // 0: null
}

// FBetaScore is (1+β²)·precision·recall ÷ (β²·precision + recall) of each class
// and what Average makes of them: "micro" counts all classes together, "macro"
// is the mean over the classes, "weighted" the mean weighted by how often each
// occurs. Without a threshold every output that equals the largest of its row is
// a yes, unless that is 0. Every division has 1e-7 added below. Source: Keras 3,
// metrics/f_score_metrics.py, FBetaScore.
func FBetaScore(name string, beta float64, c FScore) Metric {
	return &fBetaScore{name: name, beta: beta, FScore: c, sums: make([]float64, 3*c.Classes)}
}

// fBetaScore keeps, for every class, the true positives, the false positives and
// the false negatives.
type fBetaScore struct {
	name string
	beta float64
	FScore
	sums []float64
}

func (m *fBetaScore) Name() string { return m.name }

// HigherIsBetter is true: Keras's direction is "up".
func (m *fBetaScore) HigherIsBetter() bool { return true }

func (m *fBetaScore) Reset() { clear(m.sums) }

func (m *fBetaScore) State() []float64 { return append([]float64(nil), m.sums...) }

func (m *fBetaScore) SetState(state []float64) error { return setState(m.name, m.sums, state) }

func (m *fBetaScore) Update(target, output []float32, weight float32) {
	w := float64(weight)
	limit, largest := float32(m.Threshold), float32(0)
	if m.Threshold == 0 {
		largest = output[argmax(output)]
	}
	for i, y := range output[:m.Classes] {
		yes := y > limit
		if m.Threshold == 0 {
			yes = y >= largest && math.Abs(float64(y)) > 1e-9
		}
		t := float64(target[i])
		s := m.sums[3*i : 3*i+3]
		if yes {
			s[0] += float64(w * t)
			s[1] += float64(w * (1 - t))
		} else {
			s[2] += float64(w * t)
		}
	}
}

func (m *fBetaScore) Len() int {
	if m.Average == "" {
		return m.Classes
	}
	return 1
}

func (m *fBetaScore) At(i int) float64 {
	if m.Average == "" {
		return m.score(m.sums[3*i], m.sums[3*i+1], m.sums[3*i+2])
	}
	return m.Result()
}

// Result is the mean over the classes where there is a figure for each.
func (m *fBetaScore) Result() float64 {
	var tp, fp, fn, sum, weighted float64
	for i := range m.Classes {
		s := m.sums[3*i : 3*i+3]
		tp, fp, fn = tp+s[0], fp+s[1], fn+s[2]
		score := m.score(s[0], s[1], s[2])
		sum += score
		weighted += float64(score * (s[0] + s[2]))
	}
	switch m.Average {
	case "micro":
		return m.score(tp, fp, fn)
	case "weighted":
		return weighted / (tp + fn + epsilon)
	}
	return sum / float64(m.Classes)
}

func (m *fBetaScore) score(tp, fp, fn float64) float64 {
	precision, recall := tp/(tp+fp+epsilon), tp/(tp+fn+epsilon)
	square := float64(m.beta * m.beta)
	return float64((1 + square) * (precision * recall / (float64(square*precision) + recall + epsilon)))
}
