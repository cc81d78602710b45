package train

import (
	"context"
	"fmt"
)

// adapt fits the layers that ask for it to the training rows, one layer after
// the other: the input of a later one may depend on an earlier one. Sample
// weights do not count, as in Keras.
func (f *fitting) adapt(ctx context.Context) error {
	for _, layer := range f.engine.Adapt() {
		m := newMoments(layer.Width(), layer.Groups())
		if err := f.visit(ctx, func(n int) { m.add(layer.Rows(n)) }); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return fmt.Errorf("adapting layer %q: %w", layer.Name(), err)
		}
		mean, variance := m.result()
		layer.Set(mean, variance, m.rows)
	}
	return nil
}

// visit loads all training rows in turn, in their order, and calls back after
// each micro-batch.
func (f *fitting) visit(ctx context.Context, loaded func(n int)) error {
	rows := f.feed.rows
	if s, ok := rows.(*indexed); ok {
		rows = &indexed{name: s.name, rows: s.rows}
	}
	b := newBatch(f.engine.MicroBatch(), rows.len())
	rows.begin(0, 0, 0)
	defer rows.end()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.next(b); err != nil {
			return err
		}
		if b.n == 0 {
			return nil
		}
		if err := f.loader.load(b, 0, b.n, rows.kind()); err != nil {
			return err
		}
		loaded(b.n)
	}
}

// moments gathers mean and population variance of groups of elements: element i
// of a row belongs to group i mod groups. Sums are kept in float64 and relative
// to the first value of each group, so that a large mean costs no accuracy.
type moments struct {
	width, rows   int
	shift         []float64
	sum, sumOfSqs []float64
}

func newMoments(width, groups int) *moments {
	return &moments{
		width:    width,
		shift:    make([]float64, groups),
		sum:      make([]float64, groups),
		sumOfSqs: make([]float64, groups),
	}
}

// add takes in whole rows.
func (m *moments) add(x []float32) {
	if m.rows == 0 && len(x) > 0 {
		for g := range m.shift {
			m.shift[g] = float64(x[g])
		}
	}
	for ; len(x) >= m.width; x = x[m.width:] {
		for i, v := range x[:m.width] {
			g := i % len(m.shift)
			d := float64(v) - m.shift[g]
			m.sum[g] += d
			m.sumOfSqs[g] += float64(d * d)
		}
		m.rows++
	}
}

func (m *moments) result() (mean, variance []float32) {
	mean = make([]float32, len(m.shift))
	variance = make([]float32, len(m.shift))
	n := float64(m.rows) * float64(m.width/len(m.shift))
	for g := range mean {
		d := m.sum[g] / n
		mean[g] = float32(m.shift[g] + d)
		variance[g] = float32(max(0, m.sumOfSqs[g]/n-float64(d*d)))
	}
	return mean, variance
}
