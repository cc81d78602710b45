package build

import (
	"strings"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// answer says what the output means, of which the data section names so many
// classes.
func (p *plan) answer(g *built, classes int) loop.Answer {
	if len(g.outputs) != 1 || len(g.outputs[0].Shape) != 2 {
		return loop.Answer{}
	}
	y, loss, fromLogits := g.outputs[0], "", false
	if len(p.compile.losses) == 1 {
		loss, fromLogits = p.compile.losses[0].name, layer.FromLogits(p.compile.losses[0].loss)
	}
	activation := ""
	if m, ok := y.Op.(*op.Map); ok {
		activation = m.Word
	}
	return answerOf(y.Shape[1], classes, loss, fromLogits, activation)
}

// answerOf derives what so many units mean from the number of named classes, the
// loss and the last activation. Without classes or a loss that knows some, they
// are values. They are probabilities where two things come together: the
// activation gives what probabilities can be (each from 0 to 1, or all together
// 1), and the loss is smallest for the true ones. A cross-entropy that is told
// of logits makes probabilities of them itself, except after the activation
// that it would apply: it then looks at what that was applied to, as Keras does.
func answerOf(units, classes int, loss string, fromLogits bool, activation string) loop.Answer {
	binary, categorical := loss == "binary_crossentropy", strings.HasSuffix(loss, "categorical_crossentropy")
	proper := loss == "" || binary || categorical || loss == "mean_squared_error"
	each := activation == "sigmoid" || activation == "hard_sigmoid"
	choice := loop.Answer{Kind: loop.Choice, Classes: max(units, 2)}
	switch {
	case units == 1 && (binary || classes == 2):
		switch {
		case binary && fromLogits && activation != "sigmoid":
			choice.Probabilities = loop.BySigmoid
		case each && proper:
			choice.Probabilities = loop.Given
		}
		return choice
	case units == 1 || classes != units && !categorical:
		return loop.Answer{}
	case binary && activation != "softmax":
		labels := loop.Answer{Kind: loop.Labels, Classes: units}
		switch {
		case fromLogits && activation != "sigmoid":
			labels.Probabilities = loop.BySigmoid
		case each:
			labels.Probabilities = loop.Given
		}
		return labels
	}
	switch {
	case activation == "softmax" && proper && !binary:
		choice.Probabilities = loop.Given
	case categorical && fromLogits && activation != "sigmoid" && activation != "softmax":
		choice.Probabilities = loop.BySoftmax
	}
	return choice
}
