package build

import (
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// answerOf derives what so many units mean from the number of named classes, the
// loss and the last activation. Without classes or a loss that knows some, they
// are values. They are probabilities where two things come together: the
// activation gives what probabilities can be (each from 0 to 1, or all together
// 1), and the loss is smallest for the true ones, or as a focal one for some in the
// same order. A cross-entropy that is told
// of logits makes probabilities of them itself, except after the activation
// that it would apply: it then looks at what that was applied to, as Keras does.
func answerOf(units, classes int, loss string, fromLogits bool, activation string) loop.Answer {
	binary := loss == "binary_crossentropy" || loss == "binary_focal_crossentropy"
	categorical := strings.HasPrefix(loss, "categorical_") && loss != "categorical_hinge" || loss == "sparse_categorical_crossentropy"
	proper := loss == "" || binary || categorical || loss == "mean_squared_error" || loss == "kl_divergence"
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
