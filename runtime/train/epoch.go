package train

import (
	"context"
	"errors"
)

// epoch runs one epoch, or the rest of one where a training goes on in the
// middle of it.
func (f *fitting) epoch(ctx context.Context, epoch int) error {
	s := &f.state
	s.Epoch = epoch
	if s.ended = false; !f.midway {
		s.Batch, s.Logs = 0, nil
		f.meter.reset()
		f.feed.begin(epoch, f.session.Seed, f.session.Step)
		if err := f.call(Callback.OnEpochBegin); err != nil || f.stop {
			return err
		}
	}
	f.midway, f.begun = false, true
	if f.progress != nil {
		f.progress.Begin(epoch, s.Batches)
	}
	if err := f.pass(ctx); err != nil {
		return err
	}
	f.logs = append(f.logs[:0], f.meter.results()...)
	s.Logs = f.logs
	if f.validation != nil && (epoch+1)%f.validateEvery == 0 {
		if err := f.validate(ctx); err != nil {
			return err
		}
	}
	s.History.add(epoch, s.Logs)
	s.ended, f.begun = true, false
	err := f.call(Callback.OnEpochEnd)
	f.logs = s.Logs // Log may have made it longer
	if err == nil && f.progress != nil {
		f.progress.End(f.feed.done, s.Batches, f.progress.of(s.Logs))
	}
	return err
}

// pass takes one optimizer step for every batch. Where a callback wishes to
// stop, the epoch is still completed.
func (f *fitting) pass(ctx context.Context) error {
	s := &f.state
	for !f.stop {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.Batch = f.feed.done
		if err := f.feed.next(f.batch, s.Epoch, f.session.Seed, f.session.Step); err != nil {
			return err
		}
		if f.batch.n == 0 {
			if f.feed.done == 0 {
				return errors.New("train: the training data has no rows")
			}
			f.ranOut()
			break
		}
		if err := f.call(Callback.OnBatchBegin); err != nil {
			return err
		}
		if err := f.step(); err != nil {
			return err
		}
		if f.progress != nil || len(f.callbacks) > 0 {
			s.Logs = f.meter.results()
		}
		if f.progress != nil {
			f.progress.Step(f.feed.done, f.progress.of(s.Logs))
		}
		if err := f.call(Callback.OnBatchEnd); err != nil {
			return err
		}
	}
	f.feed.end()
	return nil
}

// ranOut notes how many batches there are, or that there are too few.
func (f *fitting) ranOut() {
	if f.feed.steps == 0 {
		f.state.Batches = f.feed.done
	} else if f.feed.done < f.feed.steps {
		f.state.Printf("the training data ran out after %d of %d steps: the next epoch begins from the start", f.feed.done, f.feed.steps)
	}
}

// validate evaluates the validation rows and adds their figures to the logs.
func (f *fitting) validate(ctx context.Context) error {
	if err := f.call(Callback.OnValidationBegin); err != nil {
		return err
	}
	if err := f.validation.run(ctx, f.session.Seed); err != nil {
		return err
	}
	f.state.Logs = append(f.state.Logs, f.validation.meter.results()...)
	f.logs = f.state.Logs
	return f.call(Callback.OnValidationEnd)
}
