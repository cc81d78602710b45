package gokernel

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

var seed = flag.Uint64("seed", 0, "of the contractions that are drawn; 0: the time")

// Contractions drawn anew every time agree with the reference: of any layout, with
// strides, paddings, dilations and groups, some of which leave nothing.
func TestRandomContractions(t *testing.T) {
	t.Parallel()
	seed := *seed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", seed)
	d := draw{rand.New(rand.NewPCG(seed, 0))}
	var cases []kernelCase
	for i := range 120 {
		k := d.contraction()
		cases = append(cases, kernelCase{name: fmt.Sprintf("case %d: %v", i, k), kernel: k, counts: []int{1, 3, 8, 13}})
	}
	limits := []sumLimits{usualSums, {long: 4, partial: 8, variable: 3, tile: 24, most: 48, columns: 16}, {long: 16, partial: 16, variable: 8, tile: 1 << 12, most: 1 << 12, columns: 2}}
	for i, sums := range limits {
		againstReference(t, cases[i*len(cases)/3:(i+1)*len(cases)/3], sums, waves, 1e-4)
	}
}

// draw draws kernels.
type draw struct{ *rand.Rand }

// extent is mostly small, and sometimes around blocks of eight.
func (d draw) extent() int { return []int{1, 2, 3, 3, 4, 5, 7, 8, 9, 10, 13, 17}[d.IntN(12)] }

// operand is one on its way to an access: dimensions that one or two axes run along.
type operand struct {
	buf  *loop.Buffer
	dims []dimension
	rows int // the axis that counts rows, -1: none
}

type dimension struct {
	size   int
	offset int
	axes   []loop.ClipTerm
}

// access lays an operand out, its dimensions in any order.
func (d draw) access(o *operand, axes int) loop.Access {
	d.Shuffle(len(o.dims), func(i, j int) { o.dims[i], o.dims[j] = o.dims[j], o.dims[i] })
	a := loop.Access{Buf: o.buf, Strides: make([]int, axes)}
	step := 1
	for i, x := range slices.Backward(o.dims) {
		for _, t := range x.axes {
			a.Strides[t.Axis] = t.Coef * step
		}
		a.Offset += x.offset * step
		o.buf.Shape = append([]int{x.size}, o.buf.Shape...)
		if step *= x.size; i == 0 && d.IntN(4) == 0 { // a part of something wider
			o.buf.Shape = []int{step + 3}
			a.Offset, step = a.Offset+2, step+3
		}
	}
	if o.rows >= 0 {
		a.Strides[o.rows] = o.buf.Row()
	}
	return a
}

// contraction draws one: rows are an axis of the result, or reduced.
func (d draw) contraction() *loop.Contract {
	k := &loop.Contract{}
	groups := []*[]loop.Axis{&k.B, &k.M, &k.N, &k.K}
	gradient := d.IntN(3) == 0
	for g, most := range []int{1, 2, 1, 3} {
		for i := range d.IntN(most + 1) {
			*groups[g] = append(*groups[g], plainAxis(string("buvw"[g])+fmt.Sprint(i), d.extent()))
		}
	}
	at := len(k.B)
	if gradient {
		at += len(k.M) + len(k.N)
		k.K = slices.Insert(k.K, 0, rowsAxis(1))
	} else {
		k.M = slices.Insert(k.M, 0, rowsAxis(1))
	}
	axes := k.Axes()
	out, lhs, rhs := &operand{buf: weightBuf(), rows: -1}, &operand{buf: rowBuf(), rows: at}, &operand{buf: rowBuf(), rows: at}
	if !gradient {
		out, rhs = &operand{buf: rowBuf(), rows: at}, &operand{buf: weightBuf(), rows: -1}
	}
	m, n, r := len(k.B), len(k.B)+len(k.M), len(k.B)+len(k.M)+len(k.N)
	plain := func(o *operand, i int) {
		o.dims = append(o.dims, dimension{size: axes[i].N, axes: []loop.ClipTerm{{Axis: i, Coef: 1}}})
	}
	tied := map[int]bool{at: true}
	for i := range axes {
		switch {
		case i == at:
			continue
		case i < r:
			plain(out, i)
		}
		if i < m || i >= n {
			if j := m + d.IntN(max(n-m, 1)); i >= r && j < n && !tied[j] && axes[j].N > 0 && d.IntN(2) == 0 {
				tied[i], tied[j] = true, true
				d.window(k, lhs, axes, j, i)
			}
			plain(rhs, i)
		}
	}
	for i := range axes {
		if !tied[i] && (i < n || i >= r) {
			plain(lhs, i)
		}
	}
	k.Out, k.Lhs, k.Rhs = d.access(out, len(axes)), d.access(lhs, len(axes)), d.access(rhs, len(axes))
	switch d.IntN(6) {
	case 0:
		k.Epilogue, k.Word = reluBias, "bias, relu"
	case 1:
		k.Epilogue, k.Word = geluBias, "bias, gelu"
	case 2:
		k.Epilogue, k.Word = maskBy, "relu gradient"
	case 3:
		k.Accumulate = true
	case 4:
		k.Accumulate, k.Epilogue = true, scalar.Call("mul", arg0, scalar.Num(3))
	}
	if k.Epilogue != nil && scalar.UsesArg(k.Epilogue, 1) {
		h := k.Out
		b := *h.Buf
		b.Name = "other"
		h.Buf = &b
		k.Extra = []loop.Access{h}
	}
	return k
}

// window ties a position to a tap: the image is as wide as it may be, or narrower.
func (d draw) window(k *loop.Contract, lhs *operand, axes []loop.Axis, position, tap int) {
	stride, dilation := 1+d.IntN(2), 1+d.IntN(2)
	width := (axes[position].N-1)*stride + (axes[tap].N-1)*dilation + 1
	x := dimension{size: width, axes: []loop.ClipTerm{{Axis: position, Coef: stride}, {Axis: tap, Coef: dilation}}}
	if d.IntN(2) == 0 { // backwards
		x.axes[1].Coef = -dilation
		x.offset = (axes[tap].N - 1) * dilation
	}
	if d.IntN(2) == 0 {
		x.size = 1 + d.IntN(width)
		x.offset -= d.IntN(width - x.size + 1)
		k.Clip = append(k.Clip, loop.Clip{Terms: x.axes, Offset: x.offset, Size: x.size})
	}
	lhs.dims = append(lhs.dims, x)
}
