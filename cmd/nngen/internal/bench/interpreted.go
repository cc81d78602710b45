package bench

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/weights"
)

// interpreted runs the graphs as they were built.
type interpreted struct {
	machine        *interp.Machine[float32]
	predict, train *ir.Graph
	one, batch     interp.Batch[float32]
	optimizers     map[string]*optim.Optimizer // by segment
	failed         error                       // of an optimizer
	steps          int
}

// interpreter prepares the interpreter with the weights in a file and with the
// random samples that the compiled program makes for itself.
func (m *Model) interpreter(weightsPath string) (*interpreted, error) {
	e := &interpreted{predict: m.Predict, train: m.Train, optimizers: map[string]*optim.Optimizer{}}
	e.machine = interp.New[float32](e.predict, e.train)
	f, err := weights.Open(weightsPath)
	if err != nil {
		return nil, err
	}
	for _, t := range f.Tensors {
		if p := e.machine.Params[t.Name]; p != nil {
			copy(p.F, t.Data)
		}
	}
	for _, s := range m.Program.Segments {
		if s.Role != block.Trainable {
			continue
		}
		// In its default settings, which cost as much time as any others.
		rule := optim.NewRule(m.Program.Training.Optimizer.Name)
		if e.optimizers[s.Name], err = optim.New(rule, []nn.Segment{{Name: s.Name, Shape: s.Shape}}); err != nil {
			return nil, err
		}
	}
	e.batch = sampleBatch(m.Program, m.rows())
	e.one = sampleBatch(m.Program, 1)
	return e, nil
}

// sampleBatch makes the first rows of the samples that program.go.tmpl
// makes: the same generator, asked in the same order.
func sampleBatch(p *loop.Program, rows int) interp.Batch[float32] {
	random := rand.New(rand.NewPCG(1, 1))
	feed := map[string]*ir.Tensor[float32]{}
	fill := func(ports []loop.Port) {
		for _, port := range ports {
			t := feed[port.Name]
			if t == nil {
				t = &ir.Tensor[float32]{Shape: append(ir.Shape{rows}, port.Shape...)}
				if port.Ragged {
					t.Shape, t.Offsets = ir.Shape{rows, ir.Ragged}, []int{0}
				}
				feed[port.Name] = t
			}
			count := port.Len()
			if port.Ragged {
				count = tokens
				t.Offsets = append(t.Offsets, len(t.I)+count)
			}
			for range count {
				if port.DType == loop.I32 {
					t.I = append(t.I, int32(random.Int64N(int64(max(port.Limit, 1)))))
				} else {
					t.F = append(t.F, float32(random.Float64()))
				}
			}
		}
	}
	for range rows {
		fill(p.Inputs)
		fill(p.Targets)
	}
	return interp.Batch[float32]{Rows: rows, Feed: feed}
}

// time runs a workload.
func (e *interpreted) time(w Workload, count int) (time.Duration, error) {
	start := time.Now()
	for range count {
		if err := w.interpret(e); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

func (e *interpreted) predictOne() error {
	_, err := e.machine.Run(e.predict, e.one)
	return err
}

func (e *interpreted) predictBatch() error {
	_, err := e.machine.Run(e.predict, e.batch)
	return err
}

func (e *interpreted) trainStep() error {
	e.batch.Step = uint64(e.steps)
	e.steps++
	_, err := e.machine.Train(e.train, e.batch, e.update)
	return errors.Join(err, e.failed)
}

// update applies the optimizer to one segment.
func (e *interpreted) update(segment string, params, grad []float32) {
	if err := e.optimizers[segment].Apply(params, grad); err != nil {
		e.failed = err
	}
}

// agrees compares the outputs of the first sample with those of the other
// engine: only engines that compute the same are worth timing. Where a number
// has left the range of float32 on the way, engines that sum in another order
// may differ between infinity and NaN.
func (e *interpreted) agrees(first []string) error {
	want := make([]float64, len(first))
	for i, text := range first {
		var err error
		if want[i], err = strconv.ParseFloat(text, 64); err != nil {
			return err
		}
	}
	r, err := e.machine.Run(e.predict, e.one)
	if err != nil {
		return err
	}
	var got []float32
	for _, t := range r.Outputs {
		got = append(got, t.F...)
	}
	if len(got) != len(want) {
		return fmt.Errorf("the engines disagree: %d and %d outputs", len(got), len(want))
	}
	for i := range got {
		if !finite(float64(got[i])) && !finite(want[i]) {
			continue
		}
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= 1e-4*(1+math.Abs(want[i]))) {
			return fmt.Errorf("the engines disagree on output %d: %v interpreted, %v compiled", i, got[i], want[i])
		}
	}
	return nil
}

// finite reports a number that is neither infinite nor NaN.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// allFinite reports whether all outputs are numbers.
func allFinite(first []string) bool {
	return !slices.ContainsFunc(first, func(text string) bool {
		v, err := strconv.ParseFloat(text, 64)
		return err != nil || !finite(v)
	})
}
