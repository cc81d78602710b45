package exporter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Optimizer is the state of an optimizer between two steps.
type Optimizer struct {
	rule  optim.Rule
	step  int
	state map[string][]float32 // by the names of optim.Optimizer.State
}

// NewOptimizer reads a state as [optim.Optimizer.State] gives it. Segments are those
// of the model.
func NewOptimizer(rule optim.Rule, segments []nn.Segment, state []nn.Segment, values []float32) (*Optimizer, error) {
	o, err := optim.New(rule, segments)
	if err != nil {
		return nil, err
	}
	if err := o.Restore(state, values); err != nil {
		return nil, err
	}
	s := &Optimizer{rule: rule, step: o.Step, state: map[string][]float32{}}
	all, block := o.State()
	for _, g := range all {
		s.state[g.Name] = g.Of(block)
	}
	return s, nil
}

// optimizer is the state of an optimizer as a file has it.
func (w *weights) optimizer(o *Optimizer, format Format) []container.Group {
	var trained []nn.Segment
	for _, s := range w.trained(w.root) {
		trained = append(trained, nn.Segment{Name: s.Name, Shape: s.Shape})
	}
	class := keras.Snake(find(w.catalog.Optimizers, o.rule.Name()).Aliases[0])
	g := container.Group{Path: "optimizer", Name: class}
	if format == H5 {
		g = container.Group{Path: "optimizer_weights"}
	}
	for i, v := range keras.OptimizerVariables(o.rule, trained) {
		as := strconv.Itoa(i)
		if format == H5 {
			as = class + "/" + v.Name
			if v.Weight != "" {
				as = class + "/" + strings.ReplaceAll(v.Weight, "/", "_") + "_" + v.Slot
			}
		}
		switch v.Name {
		case "iteration":
			g.Tensors = append(g.Tensors, container.NewCounter(as, int64(o.step)))
		case "learning_rate":
			g.Tensors = append(g.Tensors, container.NewTensor(as, nil, []float32{float32(o.rule.Common().LearningRate)}))
		case "":
			t := container.NewTensor(as, v.Shape, nil)
			g.Tensors = append(g.Tensors, container.NewTensor(as, v.Shape, make([]float32, t.Len())))
		default:
			values := o.state[v.Name]
			if values == nil {
				w.errs.Add(w.model.Pos, "the state of the optimizer has no %s", fmt.Sprintf("%q", v.Name))
				continue
			}
			g.Tensors = append(g.Tensors, container.NewTensor(as, v.Shape, values))
		}
	}
	return []container.Group{g}
}
