package looptest

import (
	"cmp"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// column is the access to a number for each row.
func column(b *loop.Buffer) loop.Access { return loop.Access{Buf: b, Strides: []int{1}} }

// meeting runs kernels of which a row reads others.
type meeting struct{ *machine }

// rowOf reads a row of a matrix.
func (m meeting) rowOf(b *loop.Buffer, width, r int) ([]float64, error) {
	list := make([]float64, width)
	for i := range list {
		x, err := m.load(cell(b, width), []int{r, i})
		if err != nil {
			return nil, err
		}
		list[i] = x
	}
	return list, nil
}

// shuffle sorts the rows by their keys: place i of the order is the row of rank i.
func (m meeting) shuffle(k *loop.Shuffle) error {
	keys, order := make([]float64, m.n), make([]int, m.n)
	for r := range m.n {
		key, err := m.load(column(k.Keys), []int{r})
		if err != nil {
			return err
		}
		keys[r], order[r] = key, r
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	for rank, r := range order {
		to, from := r, rank
		if k.Inverse {
			to, from = rank, r
		}
		row, err := m.rowOf(k.In, k.Width, from)
		if err != nil {
			return err
		}
		for i, x := range row {
			if err := m.store(cell(k.Out, k.Width), []int{to, i}, x, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// pair are two rows that are compared: the second, which sum the pair is in, and the
// product of both vectors.
type pair struct {
	q, sum  int
	product float64
}

// meetings lists those of row r.
func (m meeting) meetings(k *loop.Pairs, r int) (list []pair, err error) {
	mine, err := m.rowOf(k.X, k.Width, r)
	if err != nil {
		return nil, err
	}
	label, err := m.load(column(k.Labels), []int{r})
	if err != nil {
		return nil, err
	}
	for q := range m.n {
		other, err := m.load(column(k.Labels), []int{q})
		if err != nil {
			return nil, err
		}
		at := pair{q: q}
		if other != label {
			at.sum = 1
		} else if q == r && !k.Itself {
			continue
		}
		row, err := m.rowOf(k.X, k.Width, q)
		if err != nil {
			return nil, err
		}
		for i, x := range row {
			at.product += x * mine[i]
		}
		list = append(list, at)
	}
	return list, nil
}

func (m meeting) pairs(k *loop.Pairs) error {
	for r := range m.n {
		list, err := m.meetings(k, r)
		if err != nil {
			return err
		}
		var sums [2]float64
		for _, p := range list {
			sums[p.sum] += math.Exp(scalar.Eval(k.Terms[p.sum], []float64{p.product}, m.n))
		}
		for i, sum := range sums {
			value := loop.NoRows
			if slices.ContainsFunc(list, func(p pair) bool { return p.sum == i }) {
				value = math.Log(sum)
			}
			if err := m.store(cell(k.Out, 2), []int{r, i}, value, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m meeting) pairsGrad(k *loop.PairsGrad) error {
	for r := range m.n {
		list, err := m.meetings(&k.Pairs, r)
		if err != nil {
			return err
		}
		sum := make([]float64, k.Pairs.Width)
		for _, p := range list {
			args, c := []float64{p.product}, 0.0
			for _, row := range []int{r, p.q} {
				total, err := m.load(cell(k.Pairs.Out, 2), []int{row, p.sum})
				if err != nil {
					return err
				}
				d, err := m.load(cell(k.DOut, 2), []int{row, p.sum})
				if err != nil {
					return err
				}
				c += d * math.Exp(scalar.Eval(k.Pairs.Terms[p.sum], args, m.n)-total)
			}
			other, err := m.rowOf(k.Pairs.X, k.Pairs.Width, p.q)
			if err != nil {
				return err
			}
			for i, x := range other {
				sum[i] += c * scalar.Eval(k.Slopes[p.sum], args, m.n) * x
			}
		}
		for i, x := range sum {
			if err := m.store(cell(k.DX, k.Pairs.Width), []int{r, i}, x, false); err != nil {
				return err
			}
		}
	}
	return nil
}
