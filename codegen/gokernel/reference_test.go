package gokernel

import (
	"math"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/runtime/nn"
)

// reference runs kernels as their documentation says, point by point in
// float64. It shares nothing with the printer.
type reference struct {
	n       int
	data    map[*loop.Buffer][]float64
	offsets map[*loop.Buffer][]int // of ragged ids
	seed    uint64
	first   int
}

func (r *reference) index(a loop.Access, at []int) int {
	i := a.Offset
	for j, s := range a.Strides {
		i += s * at[j]
	}
	if a.Index != nil {
		i += int(r.get(*a.Index, at)) * a.IndexStride
	}
	return i
}

func (r *reference) get(a loop.Access, at []int) float64 {
	i := r.index(a, at)
	if b := a.Buf; b.Class == loop.Random {
		row := r.first
		if !b.Rows { // one for all of them
			row = 0
		}
		return float64(nn.NewKey(r.seed, 0, nn.Stream(b.Name)).Uniform(uint32(row+i/b.Row()), uint32(i%b.Row())))
	}
	return r.data[a.Buf][i]
}

// each visits every point of the axes after a prefix. The point is f's for the time of
// the call.
func (r *reference) each(axes []loop.Axis, prefix []int, f func(at []int)) {
	at := append(append([]int{}, prefix...), make([]int, len(axes))...)
	r.along(axes, at, len(prefix), f)
}

// along visits the points of the axes that axis i of a point is the first of.
func (r *reference) along(axes []loop.Axis, at []int, i int, f func(at []int)) {
	if len(axes) == 0 {
		f(at)
		return
	}
	for at[i] = range axes[0].Extent(r.n) {
		r.along(axes[1:], at, i+1, f)
	}
}

func (r *reference) run(k loop.Kernel) {
	switch k := k.(type) {
	case *loop.Contract:
		axes := k.Axes()
		outer := len(axes) - len(k.K)
		r.each(axes[:outer], nil, func(at []int) {
			sum := 0.0
			full := append(append([]int{}, at...), make([]int, len(k.K))...)
			r.each(k.K, at, func(at []int) {
				if k.Inside(at) {
					sum += r.get(k.Lhs, at) * r.get(k.Rhs, at)
				}
			})
			args := []float64{sum}
			for _, a := range k.Extra {
				args = append(args, r.get(a, full))
			}
			v := sum
			if k.Epilogue != nil {
				v = scalar.Eval(k.Epilogue, args, r.n)
			}
			i := r.index(k.Out, full)
			if k.Accumulate {
				v += r.data[k.Out.Buf][i]
			}
			r.data[k.Out.Buf][i] = v
		})
	case *loop.Window:
		r.step(k, k.Out.Buf, k.In.Buf)
	case *loop.WindowGrad:
		r.step(k, k.DIn.Buf, k.DOut.Buf, k.Window.In.Buf)
	case *loop.Nest:
		r.each(k.Outer, nil, func(at []int) {
			for _, s := range k.Body {
				r.stmt(s, at)
			}
		})
	case *loop.GatherSum:
		table, out := r.data[k.Table], r.data[k.Out]
		for row := range r.n {
			for o := range k.Width {
				sum := 0.0
				for _, id := range r.ids(k.Ids, row) {
					sum += table[id*k.Width+o]
				}
				args := []float64{sum}
				for _, a := range k.Extra {
					args = append(args, r.get(a, []int{row, o}))
				}
				if k.Epilogue != nil {
					sum = scalar.Eval(k.Epilogue, args, r.n)
				}
				out[row*k.Width+o] = sum
			}
		}
	case *loop.ScatterSum:
		clear(r.data[k.Table])
		for row := range r.n {
			for _, id := range r.ids(k.Ids, row) {
				for o := range k.Width {
					r.data[k.Table][id*k.Width+o] += r.data[k.Grad][row*k.Width+o]
				}
			}
		}
	case *loop.Shuffle:
		r.step(k, k.Keys, k.In, k.Out)
	case *loop.Pairs:
		r.step(k, k.X, k.Labels, k.Out)
	case *loop.PairsGrad:
		r.step(k, k.Pairs.X, k.Pairs.Labels, k.Pairs.Out, k.DOut, k.DX)
	case *loop.MultiHot:
		clear(r.data[k.Out][:r.n*k.Limit])
		for row := range r.n {
			for _, id := range r.ids(k.Ids, row) {
				if i := row*k.Limit + id; k.Set {
					r.data[k.Out][i] = 1
				} else {
					r.data[k.Out][i]++
				}
			}
		}
	}
}

// step runs a kernel as the reference of lowering does.
func (r *reference) step(k loop.Kernel, bufs ...*loop.Buffer) {
	mem := &looptest.Memory{}
	for _, b := range bufs {
		if r.data[b] == nil { // not read: all windows have one point
			r.data[b] = make([]float64, b.Len(r.n))
		}
		block := looptest.Block{F: r.data[b]}
		if b.DType == loop.I32 {
			for _, v := range r.data[b] {
				block.I = append(block.I, int32(v))
			}
		}
		mem.Set(b, block)
	}
	if err := looptest.Run([]loop.Step{&loop.Run{Kernel: k}}, mem, r.n); err != nil {
		panic(err)
	}
}

func (r *reference) ids(b *loop.Buffer, row int) []int {
	from, to := row*b.Row(), (row+1)*b.Row()
	if b.Ragged {
		from, to = r.offsets[b][row], r.offsets[b][row+1]
	}
	var ids []int
	for _, v := range r.data[b][from:to] {
		ids = append(ids, int(v))
	}
	return ids
}

func (r *reference) stmt(s loop.Stmt, outer []int) {
	value := func(at []int) float64 {
		args := make([]float64, len(s.Srcs))
		for i, a := range s.Srcs {
			args[i] = r.get(a, at)
		}
		return scalar.Eval(s.Value, args, r.n)
	}
	store := func(at []int, v float64) {
		if s.Dst.Buf.DType == loop.I32 {
			v = math.Trunc(v)
		}
		if s.Dst.Buf.Class == loop.Local {
			if r.data[s.Dst.Buf] == nil {
				r.data[s.Dst.Buf] = make([]float64, 1)
			}
			r.data[s.Dst.Buf][0] = v
			return
		}
		i := r.index(s.Dst, at)
		if s.Accumulate {
			v += r.data[s.Dst.Buf][i]
		}
		r.data[s.Dst.Buf][i] = v
	}
	if s.Reduce == loop.Store {
		r.each(s.Inner, outer, func(at []int) { store(at, value(at)) })
		return
	}
	acc, best, count := 0.0, math.Inf(-1), 0
	r.each(s.Inner, outer, func(at []int) {
		v := value(at)
		switch s.Reduce {
		case loop.Sum:
			acc += v
		case loop.Max:
			best = math.Max(best, v)
			acc = best
		case loop.ArgMax:
			if v > best {
				best, acc = v, float64(count)
			}
		}
		count++
	})
	if s.Finish != nil {
		acc = scalar.Eval(s.Finish, []float64{acc}, r.n)
	}
	store(append(append([]int{}, outer...), make([]int, len(s.Inner))...), acc)
}
