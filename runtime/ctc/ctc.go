// Package ctc turns what a network gives that was trained with the loss ctc into the
// labels that it spells. Such an output has a value for every class at every step, of
// which class 0 is the blank: it says that no label begins there.
//
// Source: A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, "Connectionist temporal
// classification", 2006; Keras 3, ops/nn.py, ctc_decode.
package ctc

import (
	"cmp"
	"math"
	"slices"
)

// Float is the type of outputs.
type Float interface{ ~float32 | ~float64 }

// Greedy spells the likeliest class of every step: alike ones in a row are one label,
// and blanks are none. The output is logits, their softmax or its logarithms, step
// after step. The labels are appended to dst.
func Greedy[F Float](dst []int, output []F, classes int) []int {
	before := 0
	for step := range slices.Chunk(output, classes) {
		best := 0
		for c, v := range step {
			if v > step[best] {
				best = c
			}
		}
		if best != 0 && best != before {
			dst = append(dst, best)
		}
		before = best
	}
	return dst
}

// Path is a sequence of labels.
type Path struct {
	Labels []int
	// LogProbability is the logarithm of the probability of all ways to spell the
	// labels that the search has seen.
	LogProbability float64
}

// prefix is a beginning of labels, with the logarithms of the probabilities that it
// ends with a blank and with its last label.
type prefix struct {
	labels      []int
	blank, last float64
}

func (p *prefix) all() float64 { return logAdd(p.blank, p.last) }

// Beam gives the likeliest sequences of labels, the best one first, at most width of
// them. After every step it keeps the width likeliest beginnings, each of which stands
// for all the ways that spell it. The output is logits or logarithms of probabilities.
// Source: A. Hannun, A. Maas, D. Jurafsky, A. Ng, "First-pass large vocabulary
// continuous speech recognition using bi-directional recurrent DNNs", 2014, algorithm
// 1 without a language model.
func Beam[F Float](output []F, classes, width int) []Path {
	beam := []*prefix{{blank: 0, last: math.Inf(-1)}}
	p := make([]float64, classes)
	for step := range slices.Chunk(output, classes) {
		logSoftmax(p, step)
		next := map[string]*prefix{}
		var order []*prefix // maps have none
		at := func(labels []int) *prefix {
			key := string(appendKey(nil, labels))
			q := next[key]
			if q == nil {
				q = &prefix{labels: labels, blank: math.Inf(-1), last: math.Inf(-1)}
				next[key], order = q, append(order, q)
			}
			return q
		}
		for _, b := range beam {
			stays := at(b.labels)
			stays.blank = logAdd(stays.blank, b.all()+p[0])
			end := 0
			if n := len(b.labels); n > 0 {
				end = b.labels[n-1]
				stays.last = logAdd(stays.last, b.last+p[end])
			}
			for c := 1; c < classes; c++ {
				from := b.all()
				if c == end { // another one needs a blank between
					from = b.blank
				}
				grown := at(append(slices.Clip(b.labels), c))
				grown.last = logAdd(grown.last, from+p[c])
			}
		}
		slices.SortStableFunc(order, func(a, b *prefix) int { return cmp.Compare(b.all(), a.all()) })
		beam = order[:min(max(width, 1), len(order))]
	}
	paths := make([]Path, len(beam))
	for i, b := range beam {
		paths[i] = Path{b.labels, b.all()}
	}
	return paths
}

// Labels are those of a target: up to the first 0.
func Labels[F Float](dst []int, target []F) []int {
	for _, v := range target {
		if v == 0 {
			break
		}
		dst = append(dst, int(v))
	}
	return dst
}

// Distance is how many labels have to be put in, taken out or changed to make b of a.
// Source: V. Levenshtein, "Binary codes capable of correcting deletions, insertions and
// reversals", 1966; the table of R. Wagner, M. Fischer, 1974, one row at a time.
func Distance(a, b []int) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		corner := row[0]
		row[0] = i + 1
		for j, y := range b {
			changed := corner
			if x != y {
				changed++
			}
			corner = row[j+1]
			row[j+1] = min(changed, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}

func appendKey(key []byte, labels []int) []byte {
	for _, l := range labels {
		key = append(key, byte(l), byte(l>>8), byte(l>>16), byte(l>>24))
	}
	return key
}

// logSoftmax leaves logarithms of probabilities as they are.
func logSoftmax[F Float](dst []float64, x []F) {
	top := float64(slices.Max(x))
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	for i, v := range x {
		dst[i] = float64(v) - top - math.Log(sum)
	}
}

func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
