package train_test

import (
	"fmt"
	"os"

	"github.com/nngen-go/nngen/runtime/train"
)

// A callback that stops when the validation loss has not fallen for two epochs.
type patience struct {
	train.NopCallback
	best float64
	bad  int
}

func (p *patience) OnEpochEnd(s *train.State) error {
	loss, _ := s.Value("val_loss")
	if s.Epoch == 0 || loss < p.best {
		p.best, p.bad = loss, 0
		return nil
	}
	if p.bad++; p.bad == 2 {
		return train.ErrStop
	}
	return nil
}

func ExampleCallback() {
	var stop train.Callback = &patience{}
	for epoch, loss := range []float64{0.5, 0.4, 0.41, 0.42} {
		s := &train.State{Epoch: epoch, Logs: []train.NamedValue{{Name: "val_loss", Value: loss}}}
		fmt.Println(epoch, stop.OnEpochEnd(s))
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 2 <nil>
	// 3 stop training
}

func ExampleHistory_WriteCSV() {
	h := &train.History{
		Epochs: []int{0, 1},
		Columns: []train.Column{
			{Name: "accuracy", Values: []float64{0.81, 0.86}},
			{Name: "loss", Values: []float64{0.44, 0.3}},
		},
	}
	if err := h.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch,accuracy,loss
	// 0,0.81,0.44
	// 1,0.86,0.3
}

func ExampleResult_String() {
	fmt.Println(train.Result{Loss: 0.0934, Metrics: []train.NamedValue{{Name: "accuracy", Value: 0.9712}}})
	// Output: accuracy: 0.9712 - loss: 0.0934
}
