package train

import (
	"context"
	"fmt"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
)

// Evaluate computes the loss and the metrics of the network of e on d, in
// batches of at most batch rows (0: the description's size), without training.
// The loss is the mean of the batch losses weighted by their rows. It uses the
// session's workers for the time of the call.
func Evaluate[X, Y any](ctx context.Context, e Engine[X, Y], s *Session, c Compiled, d data.Dataset[X, Y], batch int) (Result, error) {
	return evaluate(ctx, bare(e), s, c, untyped(d), batch)
}

func evaluate(ctx context.Context, e engine, s *Session, c Compiled, d *dataset, batch int) (Result, error) {
	size, err := pick("batch size", batch, c.BatchSize, 32)
	if err != nil {
		return Result{}, err
	}
	v, err := newEvaluation(e, c, "evaluation", d, size)
	if err != nil {
		return Result{}, err
	}
	team := nn.NewTeam(s.Workers)
	defer team.Close()
	e.Share(team)
	defer e.Share(nil)
	v.loader = newLoader(e, team)
	if err := v.run(ctx, 0); err != nil {
		return Result{}, err
	}
	var r Result
	for _, f := range v.meter.results() {
		if f.Name == "loss" {
			r.Loss = f.Value
		} else {
			r.Metrics = append(r.Metrics, f)
		}
	}
	return r, nil
}

// evaluation computes figures without training.
type evaluation struct {
	engine engine
	loader *loader
	rows   source
	batch  *batch
	steps  int // batches at most; 0: all
	meter  *meter
}

func newEvaluation(e engine, c Compiled, kind string, d *dataset, size int) (*evaluation, error) {
	rows, err := newSource(kind, d, false, c.WeightColumn)
	if err != nil {
		return nil, err
	}
	if err := checkCarried(e.Network, kind, size, rows.len()); err != nil {
		return nil, err
	}
	m, err := newMeter(e.OutputNames(), c)
	if err != nil {
		return nil, err
	}
	return &evaluation{engine: e, rows: rows, batch: newBatch(size, rows.len()), meter: m}, nil
}

// prefix names the figures as those of the validation.
func (v *evaluation) prefix() {
	for i := range v.meter.logs {
		v.meter.logs[i].Name = "val_" + v.meter.logs[i].Name
	}
}

// run goes over the rows once.
func (v *evaluation) run(ctx context.Context, seed uint64) error {
	e, b := v.engine, v.batch
	micro := e.MicroBatch()
	var grower Grower
	if w, ok := e.Network.(WholeLoss); ok && w.WholeLoss() {
		grower, _ = e.Network.(Grower)
	}
	v.meter.reset()
	v.rows.begin(0, 0, 0)
	defer v.rows.end()
	seen := 0
	for step := 0; v.steps == 0 || step < v.steps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.rows.next(b); err != nil {
			return err
		}
		if b.n == 0 {
			break
		}
		if err := checkCarried(e.Network, v.rows.kind(), b.n, -1); err != nil {
			return err
		}
		if grower != nil {
			if err := grower.Grow(b.n); err != nil {
				return fmt.Errorf("train: %w", err)
			}
			micro = b.n
		}
		for first := 0; first < b.n; first += micro {
			n := min(micro, b.n-first)
			if err := v.loader.load(b, first, n, v.rows.kind()); err != nil {
				return err
			}
			loss := e.Evaluate(n, Step{Seed: seed, First: first, Total: b.n})
			v.meter.share(loss, e.Losses())
			observe(v.meter, e.Network, n)
		}
		v.meter.endBatch(b.n)
		seen += b.n
	}
	if seen == 0 {
		return fmt.Errorf("train: the %s data has no rows", v.rows.kind())
	}
	return nil
}
