package looptest

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// row gives the ids of a row that count: every one, or every different one.
func (m *machine) row(b *loop.Buffer, r, limit int, set bool) ([]int, error) {
	ids, err := m.mem.ids(b, r, m.n)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, id := range ids {
		if id < 0 || int(id) >= limit {
			return nil, fmt.Errorf("buffer %q: row %d holds id %d of %d", b.Name, r, id, limit)
		}
		if !set || !slices.Contains(out, int(id)) {
			out = append(out, int(id))
		}
	}
	return out, nil
}

// cell is the access to element (row, column) of a matrix of the given width.
func cell(b *loop.Buffer, width int) loop.Access {
	return loop.Access{Buf: b, Strides: []int{width, 1}}
}

func (m *machine) gatherSum(k *loop.GatherSum) error {
	table, out := cell(k.Table, k.Width), cell(k.Out, k.Width)
	for r := range m.n {
		ids, err := m.row(k.Ids, r, k.Limit, k.Set)
		if err != nil {
			return err
		}
		for c := range k.Width {
			sum := 0.0
			for _, id := range ids {
				x, err := m.load(table, []int{id, c})
				if err != nil {
					return err
				}
				sum += x
			}
			if k.Epilogue != nil {
				args, err := m.operands([]float64{sum}, k.Extra, []int{r, c})
				if err != nil {
					return err
				}
				sum = scalar.Eval(k.Epilogue, args, m.n)
			}
			if err := m.store(out, []int{r, c}, sum, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *machine) scatterSum(k *loop.ScatterSum) error {
	table, grad := cell(k.Table, k.Width), cell(k.Grad, k.Width)
	if err := m.zero(table, k.Limit, k.Width); err != nil {
		return err
	}
	return m.eachID(k.Ids, k.Limit, k.Set, func(r, id int) error {
		for c := range k.Width {
			x, err := m.load(grad, []int{r, c})
			if err != nil {
				return err
			}
			if err := m.store(table, []int{id, c}, x, true); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *machine) multiHot(k *loop.MultiHot) error {
	out := cell(k.Out, k.Limit)
	if err := m.zero(out, m.n, k.Limit); err != nil {
		return err
	}
	return m.eachID(k.Ids, k.Limit, k.Set, func(r, id int) error {
		return m.store(out, []int{r, id}, 1, true)
	})
}

// eachID visits the ids that count, row by row.
func (m *machine) eachID(b *loop.Buffer, limit int, set bool, visit func(r, id int) error) error {
	for r := range m.n {
		ids, err := m.row(b, r, limit, set)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := visit(r, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *machine) zero(a loop.Access, rows, columns int) error {
	for r := range rows {
		for c := range columns {
			if err := m.store(a, []int{r, c}, 0, false); err != nil {
				return err
			}
		}
	}
	return nil
}
