package train

import (
	"context"
	"errors"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
)

// Fit trains the network of e on d, as Keras's Model.fit does: for every epoch
// it goes over the rows in batches, in an order drawn anew from the session's
// seed, takes one optimizer step per batch, and then evaluates the validation
// rows. The loss of an epoch is the mean of its batch losses weighted by their
// rows; metrics are those of the outputs seen in training, before each step.
//
// The sections of the description in c hold wherever cfg is silent. The session
// s is brought up to date, so that a further call goes on where this one ended.
//
// The session's workers share the work for the time of the call; the results
// have the same bits for any number of them.
//
// Fit returns the record of the completed epochs, also together with an error.
// When ctx is cancelled it stops between two steps and returns ctx.Err(); the
// parameters are then those after the last step.
func Fit[X, Y any](ctx context.Context, e Engine[X, Y], s *Session, c Compiled, d data.Dataset[X, Y], cfg Config[X, Y]) (*History, error) {
	return fit(ctx, bare(e), s, c, untyped(d), plain(cfg, d))
}

func fit(ctx context.Context, e engine, s *Session, c Compiled, d *dataset, cfg config) (*History, error) {
	f, err := newFitting(e, s, c, d, cfg)
	if err != nil {
		return &History{}, err
	}
	h := f.state.History
	team := nn.NewTeam(s.Workers)
	defer team.Close()
	f.share(team)
	defer e.Share(nil)
	defer f.feed.close()
	from, err := f.interrupted()
	if err != nil {
		return h, err
	}
	if from == nil || from.begins { // else its parameters are adapted
		if err := f.adapt(ctx); err != nil {
			return h, err
		}
	}
	err = f.call(Callback.OnTrainBegin)
	if err == nil && from != nil {
		err = f.restore(from)
	}
	f.hold()
	for epoch := f.first; err == nil && (f.midway || !f.stop) && epoch < f.epochs; epoch++ {
		err = f.epoch(ctx, epoch)
	}
	if f.progress != nil {
		f.progress.Leave()
	}
	if err == nil { // the moving average, where the optimizer keeps one
		if err := s.Optimizer.Finalize(e.Params()[:len(e.Gradients())]); err != nil {
			return h, err
		}
	}
	if err == nil || errors.Is(err, ctx.Err()) {
		f.state.Err = err
		if end := f.call(Callback.OnTrainEnd); err == nil || end != nil {
			err = end
		}
	}
	return h, err
}
