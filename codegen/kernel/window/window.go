package window

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// pool is a Window, or the gradient of one, over one, two or three axes of positions;
// channels are contiguous and lie in the lanes. Positions whose whole window
// lies inside the image are computed by a function that has every tap written
// out, the others by one that loops over the taps it is given.
type pool struct {
	*driver.Unit
	request  driver.Request
	level    amd64.Level
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
	*driver.Stream
	steps  []int // between positions, by axis
	tapped bool  // it has taps: the input or its gradient
}

// segment is a run of positions that have the same taps inside the image.
type segment struct{ from, to, first, last int }

// Pooling writes pooling.
func Pooling(u *driver.Unit, r driver.Request, k *loop.Window, l amd64.Level) (*driver.Body, error) {
	p := &pool{Unit: u, request: r, level: l, window: k}
	if p.positions() {
		p.out, p.in = p.take(k.Out, false), p.take(k.In, true)
	}
	if p.out == nil || p.in == nil {
		return nil, nil
	}
	return p.body()
}

// PoolingGradient writes the gradient of pooling.
func PoolingGradient(u *driver.Unit, r driver.Request, k *loop.WindowGrad, l amd64.Level) (*driver.Body, error) {
	p := &pool{Unit: u, request: r, level: l, window: &k.Window, gradient: true}
	if p.positions() {
		p.grad, p.out = p.take(k.DIn, true), p.take(k.DOut, false)
	}
	if p.grad == nil || p.out == nil {
		return nil, nil
	}
	if k.Window.Reduce == loop.Max {
		if p.in = p.take(k.Window.In, true); p.in == nil || !slices.Equal(p.in.Access.Strides, p.grad.Access.Strides) {
			return nil, nil
		}
	}
	p.assign = p.apart()
	return p.body()
}

// positions finds the axes, if they are rows, up to three axes with a tap each, and
// channels.
func (p *pool) positions() bool {
	w := p.window
	last := len(w.Outer) - 1
	if last < 2 || last > 4 || !w.Outer[0].Rows || w.Outer[0].N != 1 || w.Outer[last].N < driver.Smallest || len(w.Taps) != last-1 || len(w.Space) != last-1 {
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
	o, ok := p.request.Operand(a.Buf)
	last := len(w.Outer) - 1
	if !ok || a.Index != nil || a.Buf.DType != loop.F32 || !a.Buf.Rows || len(a.Strides) != len(w.Outer)+len(w.Taps) ||
		a.Strides[0] != a.Buf.Row() || a.Strides[last] != 1 {
		return nil
	}
	t := &tensor{Stream: &driver.Stream{Operand: o, Access: a, Param: o.Name, Held: amd64.None}, steps: a.Strides[1:last], tapped: tapped}
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
func (p *pool) body() (*driver.Body, error) {
	for _, a := range p.along {
		for _, s := range a.segments() {
			if s.first < 0 {
				return nil, nil // a window of nothing
			}
		}
	}
	g := &imageCalls{Calls: driver.NewCalls(p.request, nil), made: map[poolFunction]amd64.Stub{}}
	g.row = g.Named("r")
	var err error
	g.In(&gotree.Range{Key: g.row, Over: driver.Rows}, func() {
		if p.gradient {
			p.clear(g)
		}
		all, width := p.channels, p.channelsOfCall()
		for ; p.lane < all && err == nil; p.lane += p.channels {
			p.channels = min(width, all-p.lane)
			err = p.image(g)
		}
	})
	return g.Body, err
}

// imageCalls are the calls that go over the images of a batch.
type imageCalls struct {
	*driver.Calls
	row  *gotree.Var
	made map[poolFunction]amd64.Stub
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
func (p *pool) image(g *imageCalls) error {
	function := func(all bool, inner int) (amd64.Stub, error) {
		key := poolFunction{all, p.channels}
		if stub, ok := g.made[key]; ok {
			return stub, nil
		}
		stub, err := p.write(all, inner)
		g.made[key] = stub
		g.Body.Stubs = append(g.Body.Stubs, stub)
		return stub, err
	}
	taps, parts := 1, 1
	var segments [][]segment
	for _, a := range p.along {
		list := a.segments()
		segments = append(segments, list)
		taps, parts = taps*a.taps, parts*len(list)
	}
	if taps > p.Machine.PoolTaps || parts > p.Machine.PoolParts {
		stub, err := function(false, 0)
		p.tabled(g, stub, segments...)
		return err
	}
	return p.parts(segments, nil, func(list []segment) error {
		whole, inner := true, 1
		for i, a := range p.along {
			whole = whole && a.whole(list[i])
		}
		if len(list) > 1 {
			inner = list[len(list)-1].to - list[len(list)-1].from
		}
		stub, err := function(whole, inner)
		if err == nil {
			p.call(g, stub, list, whole)
		}
		return err
	})
}

// parts calls f with a segment of every axis, for all of them.
func (p *pool) parts(segments [][]segment, chosen []segment, f func(list []segment) error) error {
	if len(chosen) == len(segments) {
		return f(chosen)
	}
	for _, s := range segments[len(chosen)] {
		if err := p.parts(segments, append(chosen[:len(chosen):len(chosen)], s), f); err != nil {
			return err
		}
	}
	return nil
}

// poolFunction tells the functions of a kernel apart.
type poolFunction struct {
	all      bool // all taps are inside
	channels int
}

// clear writes what makes the gradient zero where no window assigns it.
func (p *pool) clear(g *imageCalls) {
	size := p.grad.Access.Strides[0]
	row := driver.Index{}.Step(g.row, size, -1)
	clear := func(from driver.Index, n int) {
		rest := gotree.Slice{X: p.grad.Var(), From: from.Expr()}
		g.Add(gotree.Run("clear", gotree.Slice{X: rest, To: gotree.Int(n)}))
	}
	covered := p.assign
	ends := make([]int, len(p.along)) // where the windows end
	for i, a := range p.along {
		covered = covered && a.space.Stride == a.taps && a.space.Dilation == 1 && a.space.Pad == 0 && len(a.segments()) == 1
		ends[i] = a.N * a.taps
		covered = covered && a.tapStep*a.space.Size == map[bool]int{true: size, false: p.along[max(0, i-1)].tapStep}[i == 0]
	}
	first := p.along[0]
	if len(p.along) > 2 {
		covered = covered && ends[1] == p.along[1].space.Size && ends[2] == p.along[2].space.Size
	}
	switch {
	case !covered:
		next := gotree.Op(gotree.Op(g.row, "+", gotree.Int(1)), "*", gotree.Int(size))
		g.Add(gotree.Run("clear", gotree.Slice{X: p.grad.Var(), From: gotree.Op(g.row, "*", gotree.Int(size)), To: next}))
		return
	case len(p.along) > 1 && ends[1] < p.along[1].space.Size:
		y := g.Var(driver.Letter(first.Name), "y")
		defer g.Free(y)
		done := ends[1] * p.along[1].tapStep
		g.In(&gotree.Range{Key: y, Over: gotree.Int(ends[0])}, func() {
			clear(row.Step(y, first.tapStep, -1).Ahead(done), first.tapStep-done)
		})
	}
	if ends[0] < first.space.Size {
		clear(row.Ahead(ends[0]*first.tapStep), size-ends[0]*first.tapStep)
	}
}
