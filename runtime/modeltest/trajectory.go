package modeltest

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/runtime/train"
)

// Single precision follows double precision along some steps of the optimizer,
// as closely as a step does that is computed in double and stored in single
// precision. It need not follow to where squares are beyond its range.
func (n *plainNetwork) trajectory(t *testing.T) {
	rows := min(6, n.batchRows)
	d := n.double(rows)
	for seed := range uint64(3) {
		m := n.drawn(t, seed)
		o := n.optimizer(t, m, n.rule())
		e := n.loaded(t, m, rows)
		for i := range 4 {
			if !follows(t, e, d, train.Step{Seed: seed, Index: uint64(i), Total: rows}) {
				break
			}
			n.apply(t, m, o)
		}
	}
}

// mostTries is how often the parameters are moved, each time in other directions,
// before what single precision is off by counts as an error: where a result depends
// on them that much, one move may change it by little, by chance.
const mostTries = 8

// follows compares a step in single precision with one in double precision, and
// reports whether it can.
func follows(t *testing.T, e train.Network, d *double, s train.Step) bool {
	params := float64s(e.Params())
	want, g := d.step(params, s, nil)
	anew(e)
	loss := e.Train(d.rows, s)
	got := e.Gradients()
	var slack, slope float64
	for try := range uint64(mostTries) {
		var r rounding
		rough, h := d.step(factors(params, try), s, &r)
		if r.largest > 1e18 || !finite(want) || !finite(rough) {
			t.Logf("step %d: loss %v, values of up to %v", s.Index, want, r.largest)
			return false
		}
		slack = max(slack, math.Abs(rough-want))
		off, largest := 0.0, 0.0
		for j, v := range got {
			if !finite(float64(v)) && !finite(g[j]) {
				continue
			}
			off = max(off, math.Abs(float64(v)-g[j]))
			slope = max(slope, math.Abs(h[j]-g[j]))
			largest = max(largest, math.Abs(g[j]))
		}
		near := math.Abs(loss-want) <= 1e-5*(1+math.Abs(want))+32*slack
		along := off <= 1e-3*largest+32*slope+1e-9
		if near && along {
			return true
		}
		if last := try+1 == mostTries; last && !near {
			t.Errorf("step %d: loss %v, in double precision %v", s.Index, loss, want)
		} else if last {
			t.Errorf("step %d: gradients differ by %v, the largest is %v", s.Index, off, largest)
		}
	}
	return true
}
