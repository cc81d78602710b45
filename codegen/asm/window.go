package asm

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// pool is a Window, or the gradient of one, over one or two axes of positions;
// channels are contiguous and lie in the lanes. Positions whose whole window
// lies inside the image are computed by a function that has every tap written
// out, the others by one that loops over the taps it is given.
type pool struct {
	*Unit
	request  Request
	level    Level
	window   *loop.Window
	gradient bool
	channels int
	lane     int // the channel that the functions in the making begin with
	along    []poolAxis
	tensors  []*tensor
	// Of the tensors: the one that has a value for each window, the one whose
	// maximum is looked for, the one that a gradient is written to.
	out, in, grad *tensor
	assign        bool // no two windows of a gradient meet: nothing is added up
}

// poolAxis is an axis of positions, with its taps.
type poolAxis struct {
	loop.Axis
	taps    int
	space   loop.WindowAxis
	tapStep int // between taps, in elements of the input
}

// tensor is an operand of the kernel: an image for every row of the batch.
type tensor struct {
	*stream
	steps  []int // between positions, by axis
	tapped bool  // it has taps: the input or its gradient
}

// segment is a run of positions that have the same taps inside the image.
type segment struct{ from, to, first, last int }

// pooling writes pooling.
func (u *Unit) pooling(r Request, k *loop.Window, l Level) (*Body, error) {
	p := &pool{Unit: u, request: r, level: l, window: k}
	if p.positions() {
		p.out, p.in = p.take(k.Out, false), p.take(k.In, true)
	}
	if p.out == nil || p.in == nil {
		return nil, nil
	}
	return p.body()
}

// poolingGradient writes the gradient of pooling.
func (u *Unit) poolingGradient(r Request, k *loop.WindowGrad, l Level) (*Body, error) {
	p := &pool{Unit: u, request: r, level: l, window: &k.Window, gradient: true}
	if p.positions() {
		p.grad, p.out = p.take(k.DIn, true), p.take(k.DOut, false)
	}
	if p.grad == nil || p.out == nil {
		return nil, nil
	}
	if k.Window.Reduce == loop.Max {
		if p.in = p.take(k.Window.In, true); p.in == nil || !slices.Equal(p.in.access.Strides, p.grad.access.Strides) {
			return nil, nil
		}
	}
	p.assign = p.apart()
	return p.body()
}

// positions finds the axes, if they are rows, one or two axes with a tap each,
// and channels.
func (p *pool) positions() bool {
	w := p.window
	last := len(w.Outer) - 1
	if last < 2 || last > 3 || !w.Outer[0].Rows || w.Outer[0].N != 1 || w.Outer[last].N < smallest || len(w.Taps) != last-1 || len(w.Space) != last-1 {
		return false
	}
	p.channels = w.Outer[last].N
	for i, s := range w.Space {
		if s.Tap != i || s.Outer != i+1 {
			return false
		}
		p.along = append(p.along, poolAxis{Axis: w.Outer[i+1], taps: w.Taps[i].N, space: s, tapStep: w.In.Strides[last+1+i]})
	}
	return true
}

// take adds an operand, if the kernel can run along it.
func (p *pool) take(a loop.Access, tapped bool) *tensor {
	w := p.window
	o, ok := p.request.operand(a.Buf)
	last := len(w.Outer) - 1
	if !ok || a.Index != nil || a.Buf.DType != loop.F32 || !a.Buf.Rows || len(a.Strides) != len(w.Outer)+len(w.Taps) ||
		a.Strides[0] != a.Buf.Row() || a.Strides[last] != 1 {
		return nil
	}
	t := &tensor{stream: &stream{Operand: o, access: a, name: o.Name, held: none}, steps: a.Strides[1:last], tapped: tapped}
	for i, x := range p.along {
		if tapped && a.Strides[last+1+i] != x.tapStep {
			return nil
		}
	}
	p.tensors = append(p.tensors, t)
	return t
}

// segments lists the positions of an axis by the taps that are inside.
func (a poolAxis) segments() []segment {
	var list []segment
	for p := range a.N {
		s := segment{from: p, to: p + 1, first: -1}
		for t := range a.taps {
			if at := p*a.space.Stride + t*a.space.Dilation - a.space.Pad; at >= 0 && at < a.space.Size {
				if s.first < 0 {
					s.first = t
				}
				s.last = t + 1
			}
		}
		if n := len(list); n > 0 && list[n-1].first == s.first && list[n-1].last == s.last {
			list[n-1].to++
			continue
		}
		list = append(list, s)
	}
	return list
}

// whole reports that all taps are inside.
func (a poolAxis) whole(s segment) bool { return s.first == 0 && s.last == a.taps }

// apart reports that no input lies in two windows.
func (p *pool) apart() bool {
	for _, a := range p.along {
		if a.space.Stride < (a.taps-1)*a.space.Dilation+1 {
			return false
		}
	}
	return true
}

// body writes the functions and their calls, for as many channels at a time as let
// one position fit a call.
func (p *pool) body() (*Body, error) {
	for _, a := range p.along {
		for _, s := range a.segments() {
			if s.first < 0 {
				return nil, nil // a window of nothing
			}
		}
	}
	b := &Body{}
	g := newCalls(p.request, nil)
	g.line("for r := range n {")
	g.names["r"] = true
	if p.gradient {
		p.clear(g)
	}
	made := map[poolFunction]string{}
	all, width := p.channels, p.channelsOfCall()
	for ; p.lane < all; p.lane += p.channels {
		p.channels = min(width, all-p.lane)
		if err := p.image(b, g, made); err != nil {
			return nil, err
		}
	}
	g.line("}")
	b.Lines = g.script.lines
	return b, nil
}

// channelsOfCall is how many channels one position may have in a call: all, or so
// many whole registers.
func (p *pool) channelsOfCall() int {
	all, lanes := p.channels, p.level.Lanes()
	defer func() { p.channels = all }()
	for parts := 2; !p.fits(1, 1) && p.channels > lanes; parts++ {
		p.channels = ((all+parts-1)/parts + lanes - 1) / lanes * lanes
	}
	return p.channels
}

// image writes the functions for some channels, unless they are there already, and
// the calls that go over an image.
func (p *pool) image(b *Body, g *calls, made map[poolFunction]string) error {
	function := func(all bool, inner int) (string, error) {
		key := poolFunction{all, p.channels}
		if made[key] == "" {
			stub, err := p.write(all, inner)
			if err != nil {
				return "", err
			}
			made[key] = stub.Name
			b.Stubs = append(b.Stubs, stub)
		}
		return made[key], nil
	}
	rows, columns := p.along[0].segments(), []segment{{to: 1, last: 1}}
	taps := p.along[0].taps
	if len(p.along) > 1 {
		columns = p.along[1].segments()
		taps *= p.along[1].taps
	}
	if taps > p.machine.PoolTaps || len(rows)*len(columns) > p.machine.PoolParts {
		name, err := function(false, 0)
		if err == nil {
			p.tabled(g, name, rows, columns)
		}
		return err
	}
	for _, s := range rows {
		for _, s1 := range columns {
			whole := p.along[0].whole(s) && (len(p.along) == 1 || p.along[1].whole(s1))
			name, err := function(whole, s1.to-s1.from)
			if err != nil {
				return err
			}
			p.call(g, name, s, s1, whole)
		}
	}
	return nil
}

// poolFunction tells the functions of a kernel apart.
type poolFunction struct {
	all      bool // all taps are inside
	channels int
}

// clear prints what makes the gradient zero where no window assigns it.
func (p *pool) clear(g *calls) {
	o, size := p.grad, p.grad.access.Strides[0]
	covered := p.assign
	ends := make([]int, len(p.along)) // where the windows end
	for i, a := range p.along {
		covered = covered && a.space.Stride == a.taps && a.space.Dilation == 1 && a.space.Pad == 0 && len(a.segments()) == 1
		ends[i] = a.N * a.taps
		covered = covered && a.tapStep*a.space.Size == map[bool]int{true: size, false: p.along[max(0, i-1)].tapStep}[i == 0]
	}
	first := p.along[0]
	switch {
	case !covered:
		g.line("clear(%s[r*%d : (r+1)*%d])", o.Name, size, size)
		return
	case len(p.along) > 1 && ends[1] < p.along[1].space.Size:
		y := g.name(letter(first.Name), "y")
		g.line("for %s := range %d {", y, ends[0])
		at := sum{}.plus("r", size, -1).plus(y, first.tapStep, -1)
		g.line("clear(%s[%v:][:%d])", o.Name, sum{ends[1] * p.along[1].tapStep, at.terms}, first.tapStep-ends[1]*p.along[1].tapStep)
		g.line("}")
		delete(g.names, y)
	}
	if ends[0] < first.space.Size {
		at := sum{}.plus("r", size, -1)
		g.line("clear(%s[%v:][:%d])", o.Name, sum{ends[0] * first.tapStep, at.terms}, size-ends[0]*first.tapStep)
	}
}

// call prints the calls for one segment of each axis.
func (p *pool) call(g *calls, function string, s, s1 segment, all bool) {
	starts, vars := []int{s.from, s1.from}, []string{"", ""}
	count, ends := "", 0
	each := func(axis int, s segment, turns int) {
		length := s.to - s.from
		if count = fmt.Sprint(min(length, turns)); turns >= length {
			return
		}
		v := g.name(letter(p.along[axis].Name), "y")
		step := fmt.Sprintf("%s += %d", v, turns)
		if turns == 1 {
			step = v + "++"
		}
		g.line("for %s := %d; %s < %d; %s {", v, s.from, v, s.to, step)
		vars[axis], starts[axis] = v, 0
		ends++
		if length%turns > 0 {
			count = fmt.Sprintf("min(%d, %d-%s)", turns, s.to, v)
		}
	}
	switch inner := s1.to - s1.from; {
	case p.spans(all, inner):
		each(0, s, p.rowsOfCall(inner))
	case len(p.along) == 1:
		each(0, s, p.positionsOfCall())
	default:
		each(0, s, 1)
		each(1, s1, p.positionsOfCall())
	}
	var args []string
	for _, t := range p.tensors {
		at := p.origin(t)
		for i, a := range p.along {
			at.offset += starts[i] * t.steps[i]
			if vars[i] != "" {
				at = at.plus(vars[i], t.steps[i], -1)
			}
			if t.tapped {
				at.offset += []segment{s, s1}[i].first * a.tapStep
			}
		}
		args = append(args, t.address(at))
	}
	if !all {
		args = append(args, fmt.Sprint(s.last-s.first), fmt.Sprint(s1.last-s1.first))
	}
	g.line("%s(%s)", function, strings.Join(append(args, count), ", "))
	for _, v := range vars {
		delete(g.names, v)
	}
	for range ends {
		g.line("}")
	}
}

// origin is where an operand's row r begins.
func (p *pool) origin(t *tensor) sum {
	return sum{offset: t.access.Offset + p.lane}.plus("r", t.access.Strides[0], -1)
}

// tabled prints loops over tables of segments, for windows of many taps and images of
// many parts.
func (p *pool) tabled(g *calls, function string, segments ...[]segment) {
	ends := 0
	vars, tables := []string{"", ""}, []string{"", ""}
	extents := []string{"1", "1"}
	last := len(p.along) - 1
	count := ""
	for i, a := range p.along {
		var list []string
		for _, s := range segments[i] {
			list = append(list, fmt.Sprintf("{%d, %d, %d, %d}", s.from, s.to, s.first, s.last))
		}
		t, v := g.name("s"), g.name(letter(a.Name), "y")
		vars[i], tables[i], extents[i] = v, t, fmt.Sprintf("%s[3]-%s[2]", t, t)
		g.line("for _, %s := range [...][4]int{%s} { // positions of %s, and the taps inside", t, strings.Join(list, ", "), a.Name)
		if turns := p.positionsOfCall(); i == last {
			g.line("for %s := %s[0]; %s < %s[1]; %s += %d {", v, t, v, t, v, turns)
			count = fmt.Sprintf("min(%d, %s[1]-%s)", turns, t, v)
		} else {
			g.line("for %s := %s[0]; %s < %s[1]; %s++ {", v, t, v, t, v)
		}
		ends += 2
	}
	var args []string
	for _, t := range p.tensors {
		at := p.origin(t)
		for i, a := range p.along {
			at = at.plus(vars[i], t.steps[i], -1)
			if t.tapped {
				at = at.plus(tables[i]+"[2]", a.tapStep, -1)
			}
		}
		args = append(args, t.address(at))
	}
	g.line("%s(%s)", function, strings.Join(append(args, extents[0], extents[1], count), ", "))
	for i := range vars {
		delete(g.names, vars[i])
		delete(g.names, tables[i])
	}
	for range ends {
		g.line("}")
	}
}

// spans reports that a function walks over whole rows of positions: there are two
// axes, and one row of inner positions fits a call.
func (p *pool) spans(all bool, inner int) bool {
	return all && len(p.along) > 1 && p.rowsOfCall(inner) > 0
}

// rowsOfCall is how many rows of inner positions fit a call.
func (p *pool) rowsOfCall(inner int) int {
	return sort.Search(p.along[0].N, func(i int) bool { return !p.fits(i+1, inner) })
}

// positionsOfCall is how many positions along the last axis a call takes.
func (p *pool) positionsOfCall() int {
	return max(1, sort.Search(p.along[len(p.along)-1].N, func(i int) bool { return !p.fits(1, i+1) }))
}

func (p *pool) fits(rows, positions int) bool {
	size, work := p.limits(rows, positions)
	return p.machine.Turns(work, size) > 0
}

// limits are the bytes that so many rows of positions touch and the taps that they
// look at.
func (p *pool) limits(rows, positions int) (size, work int) {
	counts := []int{rows, positions}[2-len(p.along):]
	taps, area := 1, 1 // area: of what their windows cover
	for i, a := range p.along {
		taps *= a.taps
		area *= min(counts[i]*a.taps, (counts[i]-1)*a.space.Stride+(a.taps-1)*a.space.Dilation+1)
	}
	for _, t := range p.tensors {
		if t.tapped {
			size += 4 * area * p.channels
		} else {
			size += 4 * rows * positions * p.channels
		}
	}
	return size, 2 * rows * positions * p.channels * taps
}
