package build

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// TestAnswers goes through every loss, last activation, from_logits, number of
// units and of classes. It does not repeat the rule but what follows from it.
func TestAnswers(t *testing.T) {
	losses := []string{"", "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "mean_squared_error", "mean_absolute_error", "huber"}
	activations := []string{"", "sigmoid", "softmax", "hard_sigmoid", "log_softmax", "relu", "tanh", "exponential", "softplus"}
	probable := 0
	for _, loss := range losses {
		for _, activation := range activations {
			for _, fromLogits := range []bool{false, true} {
				for _, units := range []int{1, 2, 3} {
					for _, classes := range []int{0, 2, 3} {
						name := fmt.Sprintf("%s after %q, from_logits %v, %d units, %d classes", loss, activation, fromLogits, units, classes)
						a := answerOf(units, classes, loss, fromLogits, activation)
						entropy := strings.HasSuffix(loss, "crossentropy")
						each := activation == "sigmoid" || activation == "hard_sigmoid"
						switch {
						case a.Probabilities == loop.Never:
						case a.Kind == loop.Values:
							t.Errorf("%s: probabilities of values", name)
						case loss == "mean_absolute_error" || loss == "huber":
							t.Errorf("%s: a median is no probability", name)
						case a.Probabilities == loop.Given && !each && activation != "softmax":
							t.Errorf("%s: nothing keeps the values from 0 to 1", name)
						case a.Probabilities == loop.Given && a.Kind == loop.Choice && units > 1 && activation != "softmax":
							t.Errorf("%s: the values do not sum to 1", name)
						case a.Probabilities.Logits() && (!entropy || !fromLogits || activation == "sigmoid" && a.Probabilities == loop.BySigmoid):
							t.Errorf("%s: no logits", name)
						case (a.Probabilities == loop.BySoftmax) != (strings.Contains(loss, "categorical") && a.Probabilities.Logits()):
							t.Errorf("%s: %s is not the function of the loss", name, a.Probabilities)
						}
						if a.Probabilities != loop.Never {
							probable++
						}
						if !entropy && classes == 0 && a != (loop.Answer{}) {
							t.Errorf("%s: %+v of a regression", name, a)
						}
						if a.Kind == loop.Choice && a.Classes != max(units, 2) || a.Kind == loop.Labels && a.Classes != units {
							t.Errorf("%s: %d classes", name, a.Classes)
						}
						if (a.Kind == loop.Labels) != (loss == "binary_crossentropy" && units > 1 && units == classes && activation != "softmax") {
							t.Errorf("%s: labels", name)
						}
					}
				}
			}
		}
	}
	if probable < 100 {
		t.Errorf("only %d of the cases have probabilities", probable)
	}
}

// TestAnswerOfModels takes the answer from descriptions.
func TestAnswerOfModels(t *testing.T) {
	choice := func(n int, p loop.Probabilities) loop.Answer {
		return loop.Answer{Kind: loop.Choice, Classes: n, Probabilities: p}
	}
	two := []string{"no", "yes"}
	three := []string{"a", "b", "c"}
	for _, c := range []struct {
		layer, loss string
		classes     []string
		want        loop.Answer
	}{
		{"{units: 1, activation: sigmoid}", "binary_crossentropy", two, choice(2, loop.Given)},
		{"{units: 1, activation: sigmoid}", "binary_crossentropy", nil, choice(2, loop.Given)},
		{"{units: 1, activation: sigmoid}", "{binary_crossentropy: {from_logits: true}}", two, choice(2, loop.Given)},
		{"1", "{BinaryCrossentropy: {from_logits: true}}", two, choice(2, loop.BySigmoid)},
		{"1", "bce", two, choice(2, loop.Never)},
		{"1", "mean_squared_error", two, choice(2, loop.Never)},
		{"{units: 1, activation: sigmoid}", "mse", two, choice(2, loop.Given)},
		{"1", "mean_squared_error", nil, loop.Answer{}},
		{"{units: 1, activation: sigmoid}", "mean_squared_error", nil, loop.Answer{}},
		{"{units: 3, activation: softmax}", "sparse_categorical_crossentropy", three, choice(3, loop.Given)},
		{"3", "{sparse_categorical_crossentropy: {from_logits: true}}", three, choice(3, loop.BySoftmax)},
		{"3", "{sparse_categorical_crossentropy: {from_logits: true}}", nil, choice(3, loop.BySoftmax)},
		{"3", "sparse_categorical_crossentropy", three, choice(3, loop.Never)},
		{"{units: 3, activation: softmax}", "categorical_crossentropy", nil, choice(3, loop.Given)},
		{"3", "{categorical_crossentropy: {from_logits: true}}", nil, choice(3, loop.BySoftmax)},
		{"3", "mean_squared_error", nil, loop.Answer{}},
		{"{units: 3, activation: sigmoid}", "binary_crossentropy", nil, loop.Answer{}},
	} {
		data := ""
		if c.classes != nil {
			data = "data: {train: {csv: a}, features: {p: {type: number}, q: {type: number}}, target: {column: t, classes: [" + strings.Join(c.classes, ", ") + "]}}\n"
		}
		src := data + "inputs: {x: {shape: [2]}}\nlayers: [{Dense: " + c.layer + "}]\ncompile: {loss: " + c.loss + "}\n"
		m, err := spec.Parse("m.yaml", []byte(src))
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		n, err := Build(m)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if got := n.Header.Answer; got != c.want {
			t.Errorf("%s: %+v, want %+v", src, got, c.want)
		}
		if names := n.Header.ClassNames(); c.classes != nil && !slices.Equal(names, c.classes) || len(names) != c.want.Classes {
			t.Errorf("%s: classes %q", src, names)
		}
	}
}
