package train

import (
	"fmt"
	"math"
)

// TerminateOnNaN ends a training whose loss is no longer a finite number.
// Source: Keras 3, callbacks/terminate_on_nan.py.
type TerminateOnNaN struct {
	NopCallback
	RaiseError bool // Fit returns an error; else it ends as if all was done
}

// OnBatchEnd looks at the loss.
func (c *TerminateOnNaN) OnBatchEnd(s *State) error {
	loss, ok := s.Value("loss")
	if !ok || !math.IsNaN(loss) && !math.IsInf(loss, 0) {
		return nil
	}
	if c.RaiseError {
		return fmt.Errorf("train: the loss is %v in batch %d of epoch %d", loss, s.Batch, s.Epoch)
	}
	s.Printf("Batch %d: Invalid loss, terminating training", s.Batch)
	return ErrStop
}
