package keras

import (
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// OptimizerVariable is a variable of an optimizer of Keras 3. A .keras file has it as
// optimizer/vars/N, N being its place in the list of [OptimizerVariables]; a legacy
// .h5 file in the same order under its name.
type OptimizerVariable struct {
	// Name is what [optim.Optimizer.State] calls it: "iteration", "learning_rate",
	// "u_product", or the weight's name and the slot's, "hidden/kernel/momentum". It is
	// "" for what Keras keeps and never reads, whose elements are 0.
	Name  string
	Shape []int // none for a scalar; iteration and learning_rate are scalars in Keras
	// Weight and Slot are the parts of Name of what belongs to a weight, of what is
	// never read as well: "hidden/kernel", "momentum".
	Weight, Slot string
}

// passes are the slots of the optimizers in the order in which Keras makes them: those
// of one pass stand next to each other for every weight, and a pass comes after all
// weights of the one before. A slot is passed over where the settings have none.
// Source: build of the classes, Keras 3, optimizers/*.
var passes = map[string][][]string{
	"sgd":       {{"momentum"}},
	"rmsprop":   {{"velocity"}, {"momentum"}, {"average_gradient"}},
	"adam":      {{"momentum", "velocity"}, {"velocity_hat"}},
	"adamw":     {{"momentum", "velocity"}, {"velocity_hat"}},
	"adagrad":   {{"accumulator"}},
	"adadelta":  {{"accumulated_grad", "accumulated_delta_var"}},
	"adamax":    {{"momentum", "norm"}},
	"nadam":     {{"momentum", "velocity"}},
	"ftrl":      {{"accumulator", "linear"}},
	"lion":      {{"momentum"}},
	"lamb":      {{"momentum", "velocity"}},
	"adafactor": {{"row", "column", "velocity"}},
}

// OptimizerVariables lists the variables of an optimizer in Keras's order. Weights are
// those that train, in the order of the model's trainable_variables; the rule has the
// settings, some of which ask for variables of their own. The list is nil for a rule
// that Keras has not.
//
// First come iteration and, unless a schedule gives it, learning_rate; then the moving
// average of every weight, the accumulated gradient of every weight, what the rule
// keeps of each, and at the end what it keeps for all of them. Source: Keras 3,
// optimizers/base_optimizer.py, __init__ and build.
func OptimizerVariables(rule optim.Rule, weights []nn.Segment) (list []OptimizerVariable) {
	order, known := passes[rule.Name()]
	if !known {
		return nil
	}
	list = append(list, OptimizerVariable{Name: "iteration"})
	settings := rule.Common()
	if settings.Schedule == nil {
		list = append(list, OptimizerVariable{Name: "learning_rate"})
	}
	if settings.GradientAccumulationSteps > 0 {
		order = append([][]string{{"gradient_accumulator"}}, order...)
	}
	if settings.UseEMA {
		order = append([][]string{{"average"}}, order...)
	}
	has := map[string]bool{"average": true, "gradient_accumulator": true}
	for _, slot := range rule.Slots() {
		has[slot] = true
	}
	for _, pass := range order {
		for _, w := range weights {
			for _, slot := range pass {
				if has[slot] {
					list = append(list, slotOf(rule, w, slot))
				}
			}
		}
	}
	if r, ok := rule.(optim.GlobalRule); ok {
		for _, name := range r.Globals() {
			list = append(list, OptimizerVariable{Name: name})
		}
	}
	return list
}

// slotOf is what an optimizer keeps of one weight. Adafactor has all of its slots in
// Keras: of a weight of one axis or none the sums by rows and columns are scalars, of
// others the whole velocity is there, and neither is read. Source: Keras 3,
// optimizers/adafactor.py, build.
func slotOf(rule optim.Rule, w nn.Segment, slot string) OptimizerVariable {
	v := OptimizerVariable{Name: w.Name + "/" + slot, Shape: w.Shape, Weight: w.Name, Slot: slot}
	whole, ok := rule.(optim.TensorRule)
	if !ok || slot == "average" || slot == "gradient_accumulator" {
		return v
	}
	shape, read := whole.SlotShape(slot, w.Shape)
	switch {
	case read:
		v.Shape = shape
	case slot == "velocity":
		v.Name = ""
	default:
		v.Name, v.Shape = "", nil
	}
	return v
}
