package data

import (
	"math"
	"slices"
	"sort"
)

// Quantiles gathers the values of which a layer Discretization learns its
// boundaries, as Keras's adapt does on one array of them
// (layers/preprocessing/discretization.py, summarize, merge_summaries and
// compress_summary). Beyond MaxQuantileValues values they are summarized in blocks
// of so many, as Keras does with the batches of a data set: each merging may then
// move a boundary by a share epsilon of the rows. Its zero value takes Keras's
// epsilon, 0.01.
type Quantiles struct {
	Epsilon float64
	values  []float32
	summary quantileSummary
	count   int
}

// MaxQuantileValues is how many values are summarized at once.
const MaxQuantileValues = 1 << 24

// quantileSummary is some of the values, ascending, and how many each stands for.
type quantileSummary struct{ values, weights []float32 }

// Add adds a value.
func (q *Quantiles) Add(x float32) {
	q.values = append(q.values, x)
	q.count++
	if len(q.values) == MaxQuantileValues {
		q.merge()
	}
}

// Count is how many values there were.
func (q *Quantiles) Count() int { return q.count }

func (q *Quantiles) epsilon() float64 {
	if q.Epsilon > 0 {
		return q.Epsilon
	}
	return 0.01
}

// merge summarizes the values since the last time.
func (q *Quantiles) merge() {
	slices.SortFunc(q.values, func(a, b float32) int { // NaN last, as NumPy has it
		switch {
		case a < b || b != b && a == a:
			return -1
		case a > b || a != a && b == b:
			return 1
		}
		return 0
	})
	step := max(float64(len(q.values))/(1/q.epsilon()), 1)
	merged := q.summary
	for i := int(step - 1); i < len(q.values); i += int(step) {
		merged.values, merged.weights = append(merged.values, q.values[i]), append(merged.weights, float32(step))
	}
	q.values = q.values[:0]
	order := make([]int, len(merged.values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := merged.values[a], merged.values[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	var sorted quantileSummary
	for _, i := range order {
		sorted.values, sorted.weights = append(sorted.values, merged.values[i]), append(sorted.weights, merged.weights[i])
	}
	q.summary = sorted.compressed(q.epsilon())
}

// compressed takes the values at every epsilon-th of the weight, between which the
// summary is linear.
func (s quantileSummary) compressed(epsilon float64) quantileSummary {
	if float64(len(s.values))*epsilon < 1 {
		return s
	}
	sums, shares := make([]float64, len(s.values)), make([]float64, len(s.values))
	sum := float32(0)
	for i, w := range s.weights {
		sum += w
		sums[i] = float64(sum)
	}
	for i := range shares {
		shares[i] = float64(float32(sums[i]) / sum)
	}
	values := make([]float64, len(s.values))
	for i, v := range s.values {
		values[i] = float64(v)
	}
	var out quantileSummary
	before := 0.0
	for i := range QuantileCount(epsilon) {
		share := epsilon + float64(float64(i)*epsilon)
		until := interpolated(share, shares, sums)
		out.values, out.weights = append(out.values, float32(interpolated(share, shares, values))), append(out.weights, float32(until-before))
		before = until
	}
	return out
}

// QuantileCount is the length of NumPy's arange(0, 1, epsilon).
func QuantileCount(epsilon float64) int { return int(math.Ceil(1 / epsilon)) }

// interpolated is NumPy's interp: y at x between the points (xs, ys), of which xs
// ascend.
func interpolated(x float64, xs, ys []float64) float64 {
	last := len(xs) - 1
	i := sort.Search(len(xs), func(i int) bool { return xs[i] > x }) - 1 // the last point that is not after x
	switch {
	case i < 0:
		return ys[0]
	case i >= last || xs[i] == x:
		return ys[min(i, last)]
	}
	slope := (ys[i+1] - ys[i]) / (xs[i+1] - xs[i])
	return float64(slope*(x-xs[i])) + ys[i]
}

// Boundaries are the boundaries between so many bins.
func (q *Quantiles) Boundaries(bins int) []float32 {
	if len(q.values) > 0 {
		q.merge()
	}
	at := q.summary.compressed(1 / float64(bins)).values
	return slices.Clone(at[:max(len(at)-1, 0)])
}
