package train

import (
	"fmt"
	"io"
	"slices"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/weights"
)

// State is what a callback sees. It is valid during the call alone.
type State struct {
	Epoch, Epochs  int          // the current epoch, counted from 0 as in Keras; the one to end before
	Batch, Batches int          // the current batch, counted from 0; how many the epoch has, -1 if not known
	Step           uint64       // optimizer steps taken
	Logs           []NamedValue // figures so far: the running ones of the epoch after a batch, with validation at the end of an epoch
	History        *History     // epochs completed
	Optimizer      *optim.Optimizer
	Segments       []nn.Segment // describes Params
	Params         []float32    // the model's parameters; all methods may change them but those of a batch
	Err            error        // in OnTrainEnd: of a context that was cancelled; else nil

	figures  []string                 // names that Logs will have at the end of an epoch
	rising   map[string]bool          // figures of which it is known whether more is better
	metadata func() map[string]string // of weights files; may be nil
	message  func(text string)        // prints a line; nil: silent
	ended    bool                     // the epoch is recorded: Log reaches the history
	save     func(path string) error  // writes a checkpoint
}

// Value returns the figure of that name in s.Logs.
func (s *State) Value(name string) (float64, bool) { return find(s.Logs, name) }

// Log adds a figure to s.Logs or changes it; in OnEpochEnd also in the history
// and in the progress line. Called in OnTrainBegin it announces a figure, so
// that callbacks after this one can monitor it.
func (s *State) Log(name string, value float64) {
	if !slices.Contains(s.figures, name) {
		s.figures = append(s.figures, name)
	}
	i := slices.IndexFunc(s.Logs, func(v NamedValue) bool { return v.Name == name })
	if i < 0 {
		s.Logs = append(s.Logs, NamedValue{Name: name})
		i = len(s.Logs) - 1
	}
	s.Logs[i].Value = value
	if s.ended {
		s.History.set(name, value)
	}
}

// Printf writes a line to the call's Progress, without breaking the progress
// line. Without Progress it does nothing.
func (s *State) Printf(format string, args ...any) {
	if s.message != nil {
		s.message(fmt.Sprintf(format, args...))
	}
}

// SaveWeights writes the parameters to a file that the model's Open reads, in
// one stroke. In the methods of a batch they are those after the last step.
func (s *State) SaveWeights(path string) error {
	return weights.SaveFile(path, func(w io.Writer) error {
		_, err := weights.Write(w, s.meta(), s.Segments, s.Params)
		return err
	})
}

// meta is the metadata of the model's files.
func (s *State) meta() map[string]string {
	if s.metadata == nil {
		return nil
	}
	return s.metadata()
}
