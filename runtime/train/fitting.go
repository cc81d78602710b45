package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
)

// fitting is one call of Fit: everything it needs, allocated beforehand.
type fitting[X, Y any] struct {
	engine     Engine[X, Y]
	session    *Session
	epochs     int
	rows       source[X, Y]
	batch      *batch[X, Y]
	meter      *meter
	validation *evaluation[X, Y] // nil: none
	team       *nn.Team
	loader     *loader[X, Y]
	sum        *gradientSum // over micro-batches; nil where a batch is one
	callbacks  []Callback
	progress   *progress // nil: silent
	state      State
}

func newFitting[X, Y any](e Engine[X, Y], s *Session, c Compiled, d data.Dataset[X, Y], cfg Config[X, Y]) (*fitting[X, Y], error) {
	size, err := pick("batch size", cfg.BatchSize, c.BatchSize, 32)
	if err != nil {
		return nil, err
	}
	epochs, err := pick("number of epochs", cfg.Epochs, c.Epochs, 1)
	if err != nil {
		return nil, err
	}
	micro := e.MicroBatch()
	if size > micro && e.BatchStatistics() {
		return nil, fmt.Errorf("train: a batch of %d rows is above the %d that this network was compiled for; it has BatchNormalization, whose statistics need the whole batch at once: set a batch size of at most %d, or generate the package with batch_size: %d", size, micro, micro, size)
	}
	training, held, err := divide(c, d, cfg)
	if err != nil {
		return nil, err
	}
	for i, callback := range cfg.Callbacks {
		if callback == nil {
			return nil, fmt.Errorf("train: callback %d is nil", i)
		}
	}
	f := &fitting[X, Y]{engine: e, session: s, epochs: epochs, callbacks: cfg.Callbacks}
	f.rows, err = newSource("training", training, c.Shuffle && !cfg.NoShuffle, s.Seed)
	if err != nil {
		return nil, err
	}
	f.batch = newBatch[X, Y](size)
	f.meter, err = newMeter(e.OutputNames(), c)
	if err != nil {
		return nil, err
	}
	if held != nil {
		f.validation, err = newEvaluation(e, c, "validation", held, size)
		if err != nil {
			return nil, err
		}
		f.validation.prefix()
	}
	if size > micro {
		f.sum = newGradientSum(len(e.Gradients()))
	}
	optimizer, err := chooseOptimizer(s.Optimizer, c, cfg.Optimizer, e.Segments())
	if err != nil {
		return nil, err
	}
	s.Optimizer = optimizer
	if cfg.Progress != nil {
		f.progress = newProgress(cfg.Progress, epochs)
	}
	f.state = State{
		Epochs:    epochs,
		Batches:   batches(f.rows.len(), size),
		Optimizer: optimizer,
		Segments:  e.Segments(),
		Params:    e.Params(),
	}
	return f, nil
}

// share has the workers of a team do their part of everything.
func (f *fitting[X, Y]) share(t *nn.Team) {
	f.engine.Share(t)
	f.team, f.loader = t, newLoader(f.engine, t)
	if f.validation != nil {
		f.validation.loader = f.loader
	}
}

// epoch runs one epoch. It returns ErrStop if a callback asked for it.
func (f *fitting[X, Y]) epoch(ctx context.Context, epoch int) error {
	f.state.Epoch, f.state.Batch, f.state.Logs = epoch, 0, nil
	if err := f.call(Callback.OnEpochBegin); err != nil {
		return err
	}
	if f.progress != nil {
		f.progress.begin(epoch, f.state.Batches)
	}
	f.meter.reset()
	stop, err := f.pass(ctx, epoch)
	if err != nil {
		return err
	}
	f.state.Logs = f.meter.results()
	if f.validation != nil {
		if err := f.validation.run(ctx, f.session.Seed); err != nil {
			return err
		}
		f.state.Logs = append(f.state.Logs, f.validation.meter.results()...)
	}
	f.state.History.add(epoch, f.state.Logs)
	if f.progress != nil {
		f.progress.end(f.state.Batches, f.state.Logs)
	}
	if err := f.call(Callback.OnEpochEnd); err != nil {
		return err
	}
	return stop
}

// pass takes one optimizer step for every batch. A callback's wish to stop is
// returned apart from errors: the epoch is still completed.
func (f *fitting[X, Y]) pass(ctx context.Context, epoch int) (stop, err error) {
	f.batch.nonzero = false
	f.rows.begin(epoch, f.session.Step)
	defer f.rows.end()
	count := 0
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := f.rows.next(f.batch); err != nil {
			return nil, err
		}
		if f.batch.n == 0 {
			break
		}
		if err := f.step(); err != nil {
			return nil, err
		}
		f.state.Batch = count
		count++
		if f.progress == nil && len(f.callbacks) == 0 {
			continue
		}
		f.state.Logs = f.meter.results()
		if f.progress != nil {
			f.progress.step(count, f.state.Logs)
		}
		err := f.callEach(Callback.OnBatchEnd)
		if errors.Is(err, ErrStop) {
			return err, nil
		}
		if err != nil {
			return nil, err
		}
	}
	if count == 0 {
		return nil, errors.New("train: the training data has no rows")
	}
	f.state.Batches = count
	return nil, nil
}

// step trains on the rows of f.batch, in as many micro-batches as it takes.
func (f *fitting[X, Y]) step() error {
	e, b := f.engine, f.batch
	micro := e.MicroBatch()
	for first := 0; first < b.n; first += micro {
		n := min(micro, b.n-first)
		if err := f.loader.load(b, first, n, f.rows.kind()); err != nil {
			return err
		}
		loss := e.Train(n, Step{Seed: f.session.Seed, Index: f.session.Step, First: first, Total: b.n})
		f.meter.share(loss, e.Losses())
		observe(f.meter, e, n)
		if b.n > micro {
			f.sum.add(f.team, e.Gradients(), first == 0)
		}
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
	e.Prepare()
	return nil
}

// call calls every callback outside the batch loop, where it may change the
// parameters.
func (f *fitting[X, Y]) call(method func(Callback, *State) error) error {
	if len(f.callbacks) == 0 {
		return nil
	}
	err := f.callEach(method)
	f.engine.Prepare()
	return err
}

// callEach calls every callback, even if one of them stops the training, and
// returns the first error that is not ErrStop, else ErrStop if there was one.
func (f *fitting[X, Y]) callEach(method func(Callback, *State) error) error {
	var stop error
	for _, c := range f.callbacks {
		if err := method(c, &f.state); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return err
		}
	}
	return stop
}
