package train

import (
	"errors"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// ErrStop is returned by a callback (as it is or wrapped) to end the training.
// It is not a failure: Fit finishes as if the last epoch had been reached, and
// returns no error.
var ErrStop = errors.New("stop training")

// Callback follows a training run. Any error but [ErrStop] ends it with that
// error. Embed [NopCallback] to write only the methods you need.
type Callback interface {
	OnTrainBegin(s *State) error
	OnEpochBegin(s *State) error
	// OnBatchEnd comes after every optimizer step. After ErrStop the epoch is
	// cut short, but still validated and recorded.
	OnBatchEnd(s *State) error
	// OnEpochEnd comes after the validation; s.Logs holds the epoch's figures.
	OnEpochEnd(s *State) error
	// OnTrainEnd comes last, also when the training was stopped or cancelled.
	OnTrainEnd(s *State) error
}

// State is what a callback sees. It is valid during the call alone.
type State struct {
	Epoch, Epochs  int          // the current epoch, counted from 0 as in Keras; how many there will be
	Batch, Batches int          // the current batch, counted from 0; how many the epoch has, -1 if not known
	Logs           []NamedValue // figures so far: the running ones of the epoch after a batch, with validation at the end of an epoch
	History        *History     // epochs completed
	Optimizer      *optim.Optimizer
	Segments       []nn.Segment // describes Params
	Params         []float32    // the model's parameters; OnTrainBegin, OnEpochBegin, OnEpochEnd and OnTrainEnd may change them
}

// Value returns the figure of that name in s.Logs.
func (s *State) Value(name string) (float64, bool) { return find(s.Logs, name) }

// NopCallback does nothing. It is there to be embedded.
type NopCallback struct{}

func (NopCallback) OnTrainBegin(*State) error { return nil }
func (NopCallback) OnEpochBegin(*State) error { return nil }
func (NopCallback) OnBatchEnd(*State) error   { return nil }
func (NopCallback) OnEpochEnd(*State) error   { return nil }
func (NopCallback) OnTrainEnd(*State) error   { return nil }
