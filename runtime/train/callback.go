package train

import "errors"

// ErrStop is returned by a callback (as it is or wrapped) to end the training.
// It is not a failure: Fit finishes as if the last epoch had been reached, and
// returns no error.
var ErrStop = errors.New("stop training")

// Callback follows a training run. Any error but [ErrStop] ends it with that
// error. Embed [NopCallback] to write only the methods you need.
type Callback interface {
	OnTrainBegin(s *State) error
	OnEpochBegin(s *State) error
	// OnBatchBegin comes before every batch; s.Logs is as after the one before.
	OnBatchBegin(s *State) error
	// OnBatchEnd comes after every optimizer step. After ErrStop the epoch is
	// cut short, but still validated and recorded.
	OnBatchEnd(s *State) error
	// OnValidationBegin comes before the validation of an epoch that has one.
	OnValidationBegin(s *State) error
	// OnValidationEnd comes after it; s.Logs holds the epoch's figures.
	OnValidationEnd(s *State) error
	// OnEpochEnd comes last in an epoch; s.Logs holds its figures, to which
	// State.Log adds.
	OnEpochEnd(s *State) error
	// OnTrainEnd comes last, also when the training was stopped or cancelled.
	OnTrainEnd(s *State) error
}

// NopCallback does nothing. It is there to be embedded.
type NopCallback struct{}

func (NopCallback) OnTrainBegin(*State) error      { return nil }
func (NopCallback) OnEpochBegin(*State) error      { return nil }
func (NopCallback) OnBatchBegin(*State) error      { return nil }
func (NopCallback) OnBatchEnd(*State) error        { return nil }
func (NopCallback) OnValidationBegin(*State) error { return nil }
func (NopCallback) OnValidationEnd(*State) error   { return nil }
func (NopCallback) OnEpochEnd(*State) error        { return nil }
func (NopCallback) OnTrainEnd(*State) error        { return nil }
