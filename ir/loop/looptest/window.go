package looptest

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// taps calls f with every tap of the window at an output position that lies
// inside the image.
func (m *machine) taps(k *loop.Window, outer []int, f func(point []int) error) error {
	return m.each(k.Taps, func(tap []int) error {
		for _, s := range k.Space {
			at := outer[s.Outer]*s.Stride + tap[s.Tap]*s.Dilation - s.Pad
			if at < 0 || at >= s.Size {
				return nil
			}
		}
		return f(slices.Concat(outer, tap))
	})
}

// reduce gives the result of one window, the point that it came from (Max) and
// the number of points.
func (m *machine) reduce(k *loop.Window, outer []int) (result float64, at []int, count int, err error) {
	err = m.taps(k, outer, func(point []int) error {
		x, err := m.load(k.In, point)
		if err != nil {
			return err
		}
		switch {
		case k.Reduce == loop.Sum:
			result += x
		case count == 0 || x > result || math.IsNaN(x) && !math.IsNaN(result):
			result, at = x, point
		}
		count++
		return nil
	})
	return result, at, count, err
}

func (m *machine) window(k *loop.Window) error {
	return m.each(k.Outer, func(outer []int) error {
		result, _, count, err := m.reduce(k, outer)
		if err != nil {
			return err
		}
		if k.Mean {
			result /= float64(count)
		}
		return m.store(k.Out, slices.Concat(outer, make([]int, len(k.Taps))), result, false)
	})
}

func (m *machine) windowGrad(k *loop.WindowGrad) error {
	w := &k.Window
	clear(m.mem.Block(k.DIn.Buf, m.n).F)
	return m.each(w.Outer, func(outer []int) error {
		dy, err := m.load(k.DOut, slices.Concat(outer, make([]int, len(w.Taps))))
		if err != nil {
			return err
		}
		if w.Reduce == loop.Max {
			_, at, _, err := m.reduce(w, outer)
			if err != nil {
				return err
			}
			return m.store(k.DIn, at, dy, true)
		}
		if w.Mean {
			count := 0
			if err := m.taps(w, outer, func([]int) error { count++; return nil }); err != nil {
				return err
			}
			dy /= float64(count)
		}
		return m.taps(w, outer, func(point []int) error { return m.store(k.DIn, point, dy, true) })
	})
}
