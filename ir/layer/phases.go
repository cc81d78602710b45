package layer

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// phases is an interpolation whose weights come again after so many points: made
// points, one of each phase, for every taken ones, from the neighbours first to
// first+taps-1 on of the first of them.
type phases struct {
	made, taken, turns int
	first, taps        int
	weights            []float64 // [taps, made], those of a phase add up to 1
	edges              []float64 // by which a new point is multiplied for neighbours that are not there
}

// mostWeights bounds the weights of phases, for each of the channels; they stand in
// the package.
const mostWeights = 1 << 13

// phasesOf finds the phases of an interpolation of so many channels; false where there
// are many, or the weights too many.
func phasesOf(in, out int, method string, antialias bool, channels int) (phases, bool) {
	turns := in
	for n := out; n != 0; {
		turns, n = n, turns%n
	}
	p := phases{made: out / turns, taken: in / turns, turns: turns}
	f := interpolations[method]
	step := float64(in) / float64(out)
	wide := 1.0
	if antialias {
		wide = max(1, step)
	}
	center := func(phase int) float64 { return (float64(phase)+0.5)*step - 0.5 }
	p.first = int(math.Floor(center(0)-f.reach*wide)) + 1
	last := int(math.Ceil(center(p.made-1)+f.reach*wide)) - 1
	p.taps = last - p.first + 1
	if turns < 2 || channels < 4 || p.made > 16 || p.taps > 64 || p.taps*p.made > mostWeights/channels {
		return p, false
	}
	p.weights = make([]float64, p.taps*p.made)
	for phase := range p.made {
		total := 0.0
		for t := range p.taps {
			if x := math.Abs(center(phase)-float64(p.first+t)) / wide; x < f.reach {
				p.weights[t*p.made+phase] = f.at(x)
				total += f.at(x)
			}
		}
		for t := range p.taps {
			p.weights[t*p.made+phase] /= total
		}
	}
	for j := range out {
		total := 0.0
		for t := range p.taps {
			if at := j/p.made*p.taken + p.first + t; at >= 0 && at < in {
				total += p.weights[t*p.made+j%p.made]
			}
		}
		p.edges = append(p.edges, 1/total)
	}
	return p, true
}

// interleave interpolates along an axis of x, whose last axis is that of the channels:
// out[…, q·made + φ, …, c] = edges[q·made + φ]·Σ_t x[…, q·taken + first + t, …, c]·w[t, φ].
func interleave(c *Context, x *ir.Value, axis int, p phases, word string) *ir.Value {
	if !x.Valid() {
		return x
	}
	last := len(x.Shape) - 1
	channels := x.Shape[last]
	weights := make([]float64, 0, len(p.weights)*channels)
	for _, w := range p.weights {
		weights = append(weights, slices.Repeat([]float64{w}, channels)...)
	}
	k := &op.Contract{}
	named := func(name string, extent int) int {
		k.Axes = append(k.Axes, op.Axis{Name: name, Extent: extent})
		return len(k.Axes) - 1
	}
	phase, tap, ch := named("p", p.made), named("k", p.taps), named("c", channels)
	names := []string{"n", "z", "y", "x"}
	if last < len(names) {
		names = slices.Delete(names, 1, 1+len(names)-last)
	}
	edges := slices.Repeat(ir.Shape{1}, last+1-axis+1)
	edges[0], edges[1] = p.turns, p.made
	for i, d := range x.Shape[:last] {
		if i != axis {
			a := named(names[i], d)
			k.Lhs, k.Out, k.Shape = append(k.Lhs, op.At(a)), append(k.Out, op.At(a)), append(k.Shape, d)
			continue
		}
		q := named(names[i], p.turns)
		k.Lhs = append(k.Lhs, op.Index{Terms: []op.Term{{Axis: q, Coef: p.taken}, {Axis: tap, Coef: 1}}, Offset: p.first})
		k.Out, k.Shape = append(k.Out, op.At(q), op.At(phase)), append(k.Shape, p.turns, p.made)
	}
	k.Lhs, k.Out, k.Shape = append(k.Lhs, op.At(ch)), append(k.Out, op.At(ch)), append(k.Shape, channels)
	k.Rhs = []op.Index{op.At(tap), op.At(phase), op.At(ch)}
	y := c.B.Apply(k, x, op.ConstOf(c.B, ir.Shape{p.taps, p.made, channels}, weights))
	y = op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), word, y, op.ConstOf(c.B, edges, p.edges))
	shape := slices.Clone(x.Shape)
	shape[axis] = p.turns * p.made
	return op.ReshapeTo(c.B, y, shape)
}

// interpolate gives an axis of x, whose last axis is that of the channels, another
// length.
func interpolate(c *Context, x *ir.Value, axis, out int, method string, antialias bool) *ir.Value {
	if !x.Valid() || x.Shape[axis] == out {
		return x
	}
	in := x.Shape[axis]
	if method != "nearest" {
		if p, ok := phasesOf(in, out, method, antialias, x.Shape[len(x.Shape)-1]); ok {
			return interleave(c, x, axis, p, method)
		}
	}
	return resample(c, x, axis, interpolated(in, out, method, antialias), method)
}
