package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// Loss is the settings of a loss function.
type Loss interface {
	// Target is what the loss is given for outputs of this shape: its type, and
	// for class numbers their limit. The error says what is wrong with such an
	// output.
	Target(output ir.Shape) (t ir.Type, limit int, err error)
	// PerSample is the loss of every row, [n]: the mean over its steps, or where
	// n.Counted says which of them count, and where n.Sums is set, their sum. The
	// target has the type that Target gave.
	PerSample(n *Net, output, target *ir.Value) *ir.Value
	// Reduction is how the losses of rows become that of a batch.
	Reduction() Reduction
}

// whichCrossentropy tells the three apart.
const whichCrossentropy = `"sparse_categorical_crossentropy" (targets are class numbers), "categorical_crossentropy" (one-hot) or "binary_crossentropy" (one unit)`

// whichFocal tells the two apart.
const whichFocal = `"binary_focal_crossentropy" (each unit says yes or no) or "categorical_focal_crossentropy" (one-hot)`

// losses are those of Keras 3, losses/losses.py.
var losses = Table[Loss]{
	Kind: "loss",
	Entries: []Entry[Loss]{
		binaryCrossentropyEntry, categoricalCrossentropyEntry, sparseCategoricalCrossentropyEntry,
		meanSquaredErrorEntry, meanAbsoluteErrorEntry, huberEntry,
		meanAbsolutePercentageErrorEntry, meanSquaredLogarithmicErrorEntry, logCoshEntry, cosineSimilarityEntry,
		hingeEntry, squaredHingeEntry, categoricalHingeEntry, klDivergenceEntry, poissonEntry,
		binaryFocalCrossentropyEntry, categoricalFocalCrossentropyEntry, generalizedCrossEntropyEntry,
		diceEntry, tverskyEntry, ctcEntry, circleEntry,
	},
	Meant: map[string]string{
		"rmse": `"mean_squared_error" (its root is the metric root_mean_squared_error)`, "root_mean_squared_error": `"mean_squared_error" (its root is a metric)`,
		"l2": `"mean_squared_error"`, "l2_loss": `"mean_squared_error"`, "l1": `"mean_absolute_error"`, "l1_loss": `"mean_absolute_error"`, "smooth_l1": `"huber"`, "huber_loss": `"huber"`,
		"cce": `"categorical_crossentropy"`, "scce": `"sparse_categorical_crossentropy"`, "sparse_cce": `"sparse_categorical_crossentropy"`, "nll": whichCrossentropy,
		"sigmoid_cross_entropy": `"binary_crossentropy"`, "binary_cross_entropy": `"binary_crossentropy"`, "bce_with_logits": `{binary_crossentropy: {from_logits: true}}`,
		"categorical_cross_entropy": `"categorical_crossentropy"`, "sparse_categorical_cross_entropy": `"sparse_categorical_crossentropy"`, "softmax_cross_entropy": whichCrossentropy,
		"softmax_crossentropy": whichCrossentropy, "cross_entropy": whichCrossentropy, "crossentropy": whichCrossentropy, "ce": whichCrossentropy, "xent": whichCrossentropy,
		"log_loss": whichCrossentropy, "logloss": whichCrossentropy, "focal": whichFocal, "focal_loss": whichFocal, "focal_crossentropy": whichFocal,
		"ctc_loss": `"ctc"`, "connectionist_temporal_classification": `"ctc"`, "kl": `"kl_divergence"`, "kldiv": `"kl_divergence"`, "kullback_leibler": `"kl_divergence"`, "jaccard": `{tversky: {alpha: 1, beta: 1}}`,
	},
}

// ResolveLoss finds the loss that call names and decodes its settings. The name
// is the documented one.
func ResolveLoss(call spec.Call) (name string, l Loss, errs diag.List) {
	e, l, errs := losses.Resolve(call)
	if s, ok := l.(interface{ settle() }); ok {
		s.settle()
	}
	return e.Name, l, errs
}

// FromLogits reports whether a loss has been told that outputs are logits.
func FromLogits(l Loss) bool {
	switch l := l.(type) {
	case *binaryCrossentropy:
		return l.FromLogits
	case *categoricalCrossentropy:
		return l.FromLogits
	case *sparseCategoricalCrossentropy:
		return l.FromLogits
	case *binaryFocalCrossentropy:
		return l.FromLogits
	case *categoricalFocalCrossentropy:
		return l.FromLogits
	}
	return false
}

// epsilon is Keras's backend.epsilon(): probabilities are cut off to lie in
// [epsilon, 1-epsilon].
const epsilon = 1e-7

// clip is e, cut off to [epsilon, 1-epsilon]. No gradient flows where it cuts.
func clip(e scalar.Expr) scalar.Expr {
	return scalar.Call("min", scalar.Call("max", e, scalar.Num(epsilon)), scalar.Num(1-epsilon))
}

// alike is the target of a loss that compares element by element: of the
// output's shape, where a last axis of one unit needs no axis.
func alike(output ir.Shape) (ir.Type, int, error) {
	if len(output) < 2 {
		return ir.Type{}, 0, fmt.Errorf("needs outputs with at least one unit, not %v", output)
	}
	shape := output
	if output[len(output)-1] == 1 {
		shape = output[:len(output)-1]
	}
	return ir.Type{Shape: shape, DType: ir.F32}, 0, nil
}

// like gives a target that alike described the shape of the output.
func like(n *Net, target, output *ir.Value) *ir.Value {
	if !target.Valid() || !output.Valid() || target.Shape.Equal(output.Shape) {
		return target
	}
	return op.ReshapeTo(n.B, target, output.Shape)
}

// axesFrom are the axes of x from the first on.
func axesFrom(first int, x *ir.Value) []int {
	var axes []int
	for i := first; i < len(x.Shape); i++ {
		axes = append(axes, i)
	}
	return axes
}

// smooth moves a target towards rest: target·(1-by) + rest·by.
func smooth(target scalar.Expr, by, rest float64) scalar.Expr {
	if by == 0 {
		return target
	}
	return scalar.Call("add", scalar.Call("mul", target, scalar.Num(1-by)), scalar.Num(rest*by))
}
