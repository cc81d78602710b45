package train

import (
	"context"
	"errors"
)

// epoch runs one epoch. It returns ErrStop if a callback asked for it.
func (f *fitting[X, Y]) epoch(ctx context.Context, epoch int) error {
	s := &f.state
	s.Epoch, s.Batch, s.Logs, s.ended = epoch, 0, nil, false
	if err := f.call(Callback.OnEpochBegin); err != nil {
		return err
	}
	if f.progress != nil {
		f.progress.begin(epoch, s.Batches)
	}
	f.meter.reset()
	f.batch.nonzero = false
	f.feed.begin(epoch, f.session.Seed, f.session.Step)
	stop, err := f.pass(ctx)
	if err != nil {
		return err
	}
	f.logs = append(f.logs[:0], f.meter.results()...)
	s.Logs = f.logs
	if f.validation != nil && (epoch+1)%f.validateEvery == 0 {
		if err := f.validate(ctx); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return err
		}
	}
	s.History.add(epoch, s.Logs)
	s.ended = true
	err = f.call(Callback.OnEpochEnd)
	f.logs = s.Logs // Log may have made it longer
	if err != nil && !errors.Is(err, ErrStop) {
		return err
	}
	if f.progress != nil {
		f.progress.end(f.feed.done, s.Batches, s.Logs)
	}
	if err != nil {
		return err
	}
	return stop
}

// pass takes one optimizer step for every batch. A callback's wish to stop is
// returned apart from errors: the epoch is still completed.
func (f *fitting[X, Y]) pass(ctx context.Context) (stop, err error) {
	s := &f.state
	defer f.feed.end()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.Batch = f.feed.done
		if err := f.feed.next(f.batch, s.Epoch, f.session.Seed, f.session.Step); err != nil {
			return nil, err
		}
		if f.batch.n == 0 {
			break
		}
		if err := f.callEach(Callback.OnBatchBegin); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return nil, err
		}
		if err := f.step(); err != nil {
			return nil, err
		}
		if f.progress != nil || len(f.callbacks) > 0 {
			s.Logs = f.meter.results()
		}
		if f.progress != nil {
			f.progress.step(f.feed.done, s.Logs)
		}
		if err := f.callEach(Callback.OnBatchEnd); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return nil, err
		}
		if stop != nil {
			return stop, nil
		}
	}
	switch {
	case f.feed.done == 0:
		return nil, errors.New("train: the training data has no rows")
	case f.feed.steps == 0:
		s.Batches = f.feed.done
	case f.feed.done < f.feed.steps:
		s.Printf("the training data ran out after %d of %d steps: the next epoch begins from the start", f.feed.done, f.feed.steps)
	}
	return nil, nil
}

// validate evaluates the validation rows and adds their figures to the logs.
func (f *fitting[X, Y]) validate(ctx context.Context) error {
	stop := f.call(Callback.OnValidationBegin)
	if stop != nil && !errors.Is(stop, ErrStop) {
		return stop
	}
	if err := f.validation.run(ctx, f.session.Seed); err != nil {
		return err
	}
	f.state.Logs = append(f.state.Logs, f.validation.meter.results()...)
	f.logs = f.state.Logs
	if err := f.call(Callback.OnValidationEnd); err != nil {
		return err
	}
	return stop
}
