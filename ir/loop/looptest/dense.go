package looptest

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

func (m *machine) contract(k *loop.Contract) error {
	kept := slices.Concat(k.B, k.M, k.N)
	point := make([]int, len(kept)+len(k.K)) // one for all products: there are millions
	return m.each(kept, func(outer []int) error {
		copy(point, outer)
		within := point[len(outer):]
		sum := 0.0
		err := m.each(k.K, func(inner []int) error {
			copy(within, inner)
			if !k.Inside(point) {
				return nil
			}
			x, err := m.load(k.Lhs, point)
			if err != nil {
				return err
			}
			y, err := m.load(k.Rhs, point)
			if err != nil {
				return err
			}
			sum += x * y
			return nil
		})
		if err != nil {
			return err
		}
		clear(within)
		if k.Epilogue != nil {
			args, err := m.operands([]float64{sum}, k.Extra, point)
			if err != nil {
				return err
			}
			sum = scalar.Eval(k.Epilogue, args, m.n)
		}
		return m.store(k.Out, point, sum, k.Accumulate)
	})
}

func (m *machine) nest(k *loop.Nest) error {
	return m.each(k.Outer, func(outer []int) error {
		for _, s := range k.Body {
			if err := m.statement(s, slices.Clone(outer)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *machine) statement(s loop.Stmt, outer []int) error {
	count, best, result := 0, 0, 0.0
	point := slices.Concat(outer, make([]int, len(s.Inner)))
	values := make([]float64, 0, len(s.Srcs))
	err := m.each(s.Inner, func(inner []int) error {
		copy(point[len(outer):], inner)
		args, err := m.operands(values, s.Srcs, point)
		if err != nil {
			return err
		}
		x := scalar.Eval(s.Value, args, m.n)
		switch {
		case s.Reduce == loop.Store:
			return m.store(s.Dst, point, x, s.Accumulate)
		case s.Reduce == loop.Sum:
			result += x
		case count == 0 || s.Reduce == loop.ArgMax && x > result:
			result, best = x, count
		case s.Reduce == loop.Max:
			result = max(result, x)
		}
		count++
		return nil
	})
	if err != nil || s.Reduce == loop.Store {
		return err
	}
	if s.Reduce == loop.ArgMax {
		result = float64(best)
	}
	if s.Finish != nil {
		result = scalar.Eval(s.Finish, []float64{result}, m.n)
	}
	return m.store(s.Dst, slices.Concat(outer, make([]int, len(s.Inner))), result, s.Accumulate)
}
