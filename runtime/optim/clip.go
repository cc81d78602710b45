package optim

import (
	"math"

	"github.com/nngen-go/nngen/runtime/nn"
)

// block is a part of a tensor whose squares are summed at once. The parts are
// the same for any number of workers, and so are the sums.
type block struct {
	active   int
	from, to int // in the tensor
	sum      float64
}

func cut(all []active) []block {
	var blocks []block
	for i, t := range all {
		for from := 0; from < t.Len(); from += chunk {
			blocks = append(blocks, block{active: i, from: from, to: min(from+chunk, t.Len())})
		}
	}
	return blocks
}

// norms finds the norms that gradients are clipped by.
func (u *update) norms(t *nn.Team) {
	s := u.settings
	if s.ClipNorm == 0 && s.GlobalClipNorm == 0 {
		return
	}
	u.run(t, u.sum)
	total := 0.0
	for i, next := 0, 0; i < len(u.active); i++ {
		sum := 0.0
		for ; next < len(u.blocks) && u.blocks[next].active == i; next++ {
			sum += u.blocks[next].sum
		}
		u.active[i].norm = float32(math.Sqrt(sum))
		total += sum
	}
	if s.GlobalClipNorm > 0 {
		norm, limit := float32(math.Sqrt(total)), float32(s.GlobalClipNorm)
		u.scale = float32(limit * min(1/norm, 1/limit))
		u.scale += norm - norm // not a number where the norm is not finite
	}
}

func (u *update) sumBlocks(w *nn.Worker) {
	from, to := w.Share(len(u.blocks))
	for i := from; i < to; i++ {
		b := &u.blocks[i]
		b.sum = sumSquares(u.active[b.active].Of(u.g)[b.from:b.to])
	}
}

// sumSquares is Σ x². The squares are exact in float64, so that no compiler can
// round them otherwise; four sums keep the processor busy.
func sumSquares(x []float32) float64 {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		x0, x1, x2, x3 := float64(x[0]), float64(x[1]), float64(x[2]), float64(x[3])
		a += float64(x0 * x0)
		b += float64(x1 * x1)
		c += float64(x2 * x2)
		d += float64(x3 * x3)
	}
	for _, v := range x {
		a += float64(float64(v) * float64(v))
	}
	return (a + b) + (c + d)
}

// clip returns the gradient g of a part of a tensor within the limits that the
// settings set: in the worker's room where it is another one.
//
//	clipnorm         g·limit / max(‖g‖, limit)
//	global_clipnorm  g·limit·min(1/‖all g‖, 1/limit)
//	clipvalue        min(max(g, -limit), limit)
//
// Source: Keras 3, optimizers/base_optimizer.py, _clip_gradients.
func (u *update) clip(t *active, w *worker, g []float32) []float32 {
	s := u.settings
	if s.ClipNorm == 0 && s.GlobalClipNorm == 0 && s.ClipValue == 0 {
		return g
	}
	if w.clipped == nil {
		w.clipped = make([]float32, u.longest)
	}
	room := w.clipped[:len(g)]
	switch {
	case s.ClipNorm > 0:
		limit := float32(s.ClipNorm)
		divisor := limit
		if !(t.norm <= limit) { // a norm that is not a number is passed on
			divisor = t.norm
		}
		clipNorm(room, g, limit, divisor)
	case s.GlobalClipNorm > 0:
		scale(room, g, u.scale)
	default:
		clipValue(room, g, -float32(s.ClipValue), float32(s.ClipValue))
	}
	return room
}

func clipNormGo(y, x []float32, limit, divisor float32) {
	x = x[:len(y)]
	for i := range y {
		y[i] = x[i] * limit / divisor
	}
}

func scaleGo(y, x []float32, factor float32) {
	x = x[:len(y)]
	for i := range y {
		y[i] = x[i] * factor
	}
}

func clipValueGo(y, x []float32, low, high float32) {
	x = x[:len(y)]
	for i := range y {
		v := x[i]
		if low > v { // not so for what is not a number, which is passed on
			v = low
		}
		if high < v {
			v = high
		}
		y[i] = v
	}
}
