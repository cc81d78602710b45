package train

import "fmt"

// step trains on the rows of f.batch, in as many micro-batches as it takes, or
// at once where that must be.
func (f *fitting) step() error {
	e, b := f.engine, f.batch
	if err := checkCarried(e.Network, "training", b.n, -1); err != nil {
		return err
	}
	micro := e.MicroBatch()
	if f.grower != nil {
		if err := f.grower.Grow(b.n); err != nil { // which the first, the largest, does
			return fmt.Errorf("train: %w", err)
		}
		micro = b.n
	}
	for first := 0; first < b.n; first += micro {
		n := min(micro, b.n-first)
		if err := f.loader.load(b, first, n, f.feed.rows.kind()); err != nil {
			return err
		}
		if f.classes != nil {
			if err := reweight(f.classes, e.Network, n); err != nil {
				return err
			}
		}
		loss := e.Train(n, Step{Seed: f.session.Seed, Index: f.session.Step, First: first, Total: b.n})
		f.meter.share(loss, e.Losses())
		observe(f.meter, e.Network, n)
		if b.n > micro {
			f.sum.add(f.team, e.Gradients(), first == 0)
		}
	}
	for _, h := range f.held {
		copy(h.of, h.copy)
	}
	f.meter.endBatch(b.n)
	gradients := e.Gradients()
	if b.n > micro {
		gradients = f.sum.total
	}
	if err := f.session.Optimizer.ApplyShared(f.team, e.Params()[:len(gradients)], gradients); err != nil {
		return err
	}
	f.session.Step++
	return nil
}
