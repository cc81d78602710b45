package metric

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// counts sorts the outputs of yes-or-no questions by how many of some limits
// they are above, those whose target is a yes apart from the others: every
// confusion count at every limit follows from that. An output is a yes where it
// is above the limit, in float32 as in Keras. Source: Keras 3,
// metrics/metrics_utils.py, update_confusion_matrix_variables.
type counts struct {
	name    string
	limits  []float32 // ascending
	place   []int     // of the thresholds, as they were given, in limits
	even    bool      // at equal distances from 0 to 1: no search is needed
	open    bool      // the first lies below 0 and the last above 1
	topK    int       // outputs of a row that are not among its k largest are a no; 0: all may be
	class   int       // the only output of a row that is looked at; -1: all are
	labels  int       // outputs of a row that are counted apart; 0: all are counted together
	weights []float64 // of each output of a row; nil: 1
	logits  bool      // outputs go through a sigmoid first

	// sums holds, for every label, the weights of targets that are a yes by the
	// number of limits below the output, then those of the others.
	sums []float64
}

// noThreshold is the limit where the largest k outputs are the answer: Keras's
// NEG_INF.
const noThreshold = -1e10

func newCounts(name string, thresholds []float64) *counts {
	c := &counts{name: name, class: -1, even: evenly(thresholds)}
	for _, t := range thresholds {
		c.limits = append(c.limits, float32(t))
	}
	slices.Sort(c.limits)
	for _, t := range thresholds {
		place, _ := slices.BinarySearch(c.limits, float32(t))
		c.place = append(c.place, place)
	}
	c.sums = make([]float64, 2*(len(c.limits)+1))
	return c
}

// evenly reports whether thresholds lie at equal distances from 0 to 1, as
// Keras's is_evenly_distributed_thresholds does.
func evenly(thresholds []float64) bool {
	for i, t := range thresholds {
		want := float64(i) / float64(len(thresholds)-1)
		if !(math.Abs(t-want) <= epsilon+float64(1e-5*want)) {
			return false
		}
	}
	return len(thresholds) >= 3
}

// spread gives n thresholds at equal distances from 0 to 1.
func spread(n int) []float64 {
	t := make([]float64, n)
	for i := range t {
		t[i] = float64(i) / float64(n-1)
	}
	return t
}

func (c *counts) Name() string { return c.name }

func (c *counts) Reset() { clear(c.sums) }

func (c *counts) State() []float64 { return slices.Clone(c.sums) }

func (c *counts) SetState(state []float64) error { return setState(c.name, c.sums, state) }

func (c *counts) Update(target, output []float32, weight float32) {
	first, last := 0, len(output)
	if c.class >= 0 {
		first, last = c.class, c.class+1
	}
	var least float32 // of the k largest, with its place
	place := len(output)
	if c.topK > 0 {
		least, place = kthLargest(output, c.topK)
	}
	for i := first; i < last; i++ {
		y, w := output[i], float64(weight)
		if y < least && c.topK > 0 || y == least && i > place {
			y = noThreshold
		}
		if c.logits {
			y = float32(1 / (1 + portable.Exp(-float64(y))))
		}
		if c.weights != nil {
			w *= c.weights[i]
		}
		at := c.below(y)
		if target[i] == 0 {
			at += len(c.limits) + 1
		}
		if c.labels > 0 {
			at += i * 2 * (len(c.limits) + 1)
		}
		c.sums[at] += w
	}
}

// below is how many limits an output is above.
func (c *counts) below(y float32) int {
	if c.even {
		// Keras multiplies as well, so that rounding is the same.
		x := min(max(y, 0), 1) * float32(len(c.limits)-1)
		n := int(x)
		if float32(n) < x {
			n++
		}
		if c.open && n == 0 && x == x {
			n = 1
		}
		return max(n, 0) // of NaN as well, which is above nothing
	}
	if len(c.limits) == 1 {
		if y > c.limits[0] {
			return 1
		}
		return 0
	}
	low, high := 0, len(c.limits) // y > limits[:low], not > limits[high:]
	for low < high {
		middle := (low + high) / 2
		if y > c.limits[middle] {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// kthLargest is the k-th largest value and its place; of equal ones the first
// comes first.
func kthLargest(x []float32, k int) (float32, int) {
	at := argmax(x)
	for range min(k, len(x)) - 1 {
		next := -1
		for i, v := range x {
			behind := v < x[at] || v == x[at] && i > at
			if behind && (next < 0 || v > x[next]) {
				next = i
			}
		}
		if next < 0 { // the others are NaN
			break
		}
		at = next
	}
	return x[at], at
}

// confusion is the weight of true and false answers at a limit.
type confusion struct{ tp, fp, tn, fn float64 }

// at gives the confusion of a label at limit i.
func (c *counts) at(label, i int) confusion {
	m := c.last(label)
	for next := len(c.limits) - 2; next >= i; next-- {
		m = c.down(m, label, next)
	}
	return m
}

// last gives the confusion of a label at the last limit.
func (c *counts) last(label int) confusion {
	n := len(c.limits)
	yes, no := c.of(label)
	m := confusion{tp: yes[n], fp: no[n]}
	for b := range n {
		m.fn += yes[b]
		m.tn += no[b]
	}
	return m
}

// down goes from the confusion at limit i+1 to that at limit i.
func (c *counts) down(m confusion, label, i int) confusion {
	yes, no := c.of(label)
	return confusion{tp: m.tp + yes[i+1], fn: m.fn - yes[i+1], fp: m.fp + no[i+1], tn: m.tn - no[i+1]}
}

// of gives the sums of a label, by the number of limits below the output.
func (c *counts) of(label int) (yes, no []float64) {
	n := len(c.limits) + 1
	s := c.sums[label*2*n : (label+1)*2*n]
	return s[:n], s[n:]
}

// ratio is a/b, and 0 for 0/0: Keras's divide_no_nan.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func (m confusion) precision() float64   { return ratio(m.tp, m.tp+m.fp) }
func (m confusion) recall() float64      { return ratio(m.tp, m.tp+m.fn) }
func (m confusion) specificity() float64 { return ratio(m.tn, m.tn+m.fp) }

// perThreshold is a metric with one figure for each threshold.
type perThreshold struct {
	*counts
	figure func(confusion) float64
}

func (m *perThreshold) Len() int { return len(m.place) }

func (m *perThreshold) At(i int) float64 { return m.figure(m.at(0, m.place[i])) }

// Result is the figure of the first threshold.
func (m *perThreshold) Result() float64 { return m.At(0) }

// share is such a metric of which more is better. Mere counts have no direction,
// as in Keras.
type share struct{ perThreshold }

// HigherIsBetter is true: Keras's direction is "up".
func (m *share) HigherIsBetter() bool { return true }
