package metric

import (
	"slices"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// Curve says what [AUC] integrates and how. The zero Curve is Keras's default:
// the receiver operating characteristic of all outputs together, over 200
// thresholds.
type Curve struct {
	// NumThresholds lie at equal distances from 0 to 1; 0: 200.
	NumThresholds int `arg:"num_thresholds,min=2,max=100000,default=200" doc:"how many thresholds there are, at equal distances"`
	// Of is "ROC" or "", "PR", or "PRGAIN" (precision-recall gain).
	Of string `arg:"curve,oneof=ROC|PR|PRGAIN|roc|pr|prgain,default=ROC" doc:"true over false positives (ROC), precision over recall (PR), or their gains (PRGAIN)"`
	// SummationMethod is "interpolation" or "", "minoring" or "majoring".
	SummationMethod string    `arg:"summation_method,oneof=interpolation|minoring|majoring,default=interpolation" doc:"what stands for the curve between two thresholds"`
	Thresholds      []float64 `arg:"thresholds,min=0,max=1" doc:"the thresholds between 0 and 1, in place of num_thresholds"` // 0 and 1 are added
	// Labels are the values in a row, of which each has an area of its own, and
	// the result is their mean; 0: one area for all.
	Labels int `arg:"num_labels,min=1,null" doc:"how many outputs there are, with multi_label; null: as many as the output has"`
	// LabelWeights are those in the mean of the areas, or in the counts; nil: 1.
	LabelWeights []float64 `arg:"label_weights,min=0" doc:"weight of every output"`
	FromLogits   bool      `arg:"from_logits" doc:"whether the outputs are logits"` // they go through a sigmoid first
}

// AUC is the area under a curve that the thresholds describe: the rate of true
// over that of false positives (ROC), precision over recall (PR), or their gains
// (PRGAIN). Interpolation takes the mean of the two ends of an interval, for PR
// the formula of Davis and Goadrich (2006); minoring takes the smaller end and
// majoring the larger. Every target but 0 is a yes. Source: Keras 3,
// metrics/confusion_metrics.py, AUC.
func AUC(name string, c Curve) Metric {
	n := c.NumThresholds
	if n < 2 {
		n = 200
	}
	thresholds := spread(n)
	even := true
	if c.Thresholds != nil {
		thresholds = append(append([]float64{0}, c.Thresholds...), 1)
		slices.Sort(thresholds)
		even = evenly(thresholds)
	}
	thresholds[0], thresholds[len(thresholds)-1] = -epsilon, 1+epsilon
	a := &auc{newCounts(name, thresholds), c}
	a.even, a.open = even, true
	a.logits, a.labels = c.FromLogits, c.Labels
	if c.Labels > 0 {
		a.sums = make([]float64, c.Labels*len(a.sums))
	} else {
		a.weights = c.LabelWeights
	}
	return a
}

type auc struct {
	*counts
	curve Curve
}

// HigherIsBetter is true: Keras's direction is "up".
func (m *auc) HigherIsBetter() bool { return true }

func (m *auc) Result() float64 {
	if m.labels == 0 {
		return m.area(0)
	}
	var sum, weights float64
	for label := range m.labels {
		w := 1.0
		if m.curve.LabelWeights != nil {
			w = m.curve.LabelWeights[label]
		}
		sum += float64(w * m.area(label))
		weights += w
	}
	return ratio(sum, weights)
}

// area adds up the intervals between neighbouring limits, from the last one, at
// which every answer is a no.
func (m *auc) area(label int) float64 {
	var sum float64
	upper := m.last(label)
	yes, no := m.of(label)
	for i := len(m.limits) - 2; i >= 0; i-- {
		if yes[i+1] == 0 && no[i+1] == 0 {
			continue // the same point again: no area
		}
		lower := m.down(upper, label, i)
		sum += m.curve.interval(lower, upper)
		upper = lower
	}
	return sum
}

// interval is the area between a limit and the next larger one.
func (c Curve) interval(lower, upper confusion) float64 {
	interpolate := c.SummationMethod == "" || c.SummationMethod == "interpolation"
	if c.Of == "PR" && interpolate {
		return davisGoadrich(lower, upper)
	}
	x0, y0 := c.point(lower)
	x1, y1 := c.point(upper)
	height := (y0 + y1) / 2
	switch c.SummationMethod {
	case "minoring":
		height = min(y0, y1)
	case "majoring":
		height = max(y0, y1)
	}
	return (x0 - x1) * height
}

// point is where the curve is at a limit.
func (c Curve) point(m confusion) (x, y float64) {
	switch c.Of {
	case "PR":
		return m.recall(), m.precision()
	case "PRGAIN":
		if m.tp == 0 {
			return 0, 1
		}
		scale := ratio(m.tp+m.fn, m.tn+m.fp)
		return max(1-scale*m.fn/m.tp, 0), 1 - scale*m.fp/m.tp
	}
	return ratio(m.fp, m.fp+m.tn), m.recall()
}

// davisGoadrich is Keras's interpolate_pr_auc: between two limits the true
// positives grow in proportion to all positives, not the precision.
func davisGoadrich(lower, upper confusion) float64 {
	dtp := lower.tp - upper.tp
	p0, p1 := lower.tp+lower.fp, upper.tp+upper.fp
	slope := ratio(dtp, max(p0-p1, 0))
	intercept := upper.tp - float64(slope*p1)
	logarithm := 0.0
	if p0 > 0 && p1 > 0 {
		logarithm = portable.Log(p0 / p1)
	}
	return ratio(slope*(dtp+float64(intercept*logarithm)), max(upper.tp+upper.fn, 0))
}
