package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var circleEntry = Entry[Loss]{
	Name: "circle", Aliases: []string{"Circle"},
	Doc: "how near each vector is to those of its own label in its batch and how far from the rest; end with UnitNormalization (Sun et al., 2020)",
	New: func() Loss { return &circle{Gamma: 80, Margin: 0.4, RemoveDiagonal: true} },
}

// circle is the loss of vectors [n, units] of length 1 and labels [n], any whole
// numbers: softplus(log Σ exp a + log Σ exp b) with d = 1 - the product of two vectors,
//
//	a = -γ·(m + d)·(m - d)          of each other row of the same label
//	b =  γ·(1 + m - d)·(1 - m - d)  of each row of another label
//
// where factors in front of the last are 0 at least, and so is d. Rows without both have
// a loss of 0 and do not count in a mean, as in Keras. It depends on what else is in a
// batch, in Evaluate too: figures of another batch size are others. Source: Keras 3,
// losses/losses.py, circle.
type circle struct {
	Gamma          float64 `arg:"gamma" doc:"how much larger differences of similarity count"`
	Margin         float64 `arg:"margin" doc:"how far apart vectors of one label may be, and how much farther than 1 - margin those of others are to be"`
	RemoveDiagonal bool    `arg:"remove_diagonal" doc:"whether a row is not compared with itself"`
	reduced
}

func (l *circle) Target(output ir.Shape) (ir.Type, int, error) {
	if len(output) != 2 {
		return ir.Type{}, 0, fmt.Errorf("compares the vectors of rows, [n, units], not %v; put a layer after it that leaves one vector of each row, such as Flatten or GlobalAveragePooling1D, and UnitNormalization", output)
	}
	return ir.Type{Shape: ir.Shape{ir.Batch}, DType: ir.I32}, 0, nil
}

// wholeBatch says that every row reads all others.
func (l *circle) wholeBatch(ir.Shape) bool { return true }

// AnyLabel says that targets are any whole numbers, and outputs no values of classes.
func (l *circle) AnyLabel() {}

// AnyLabel reports whether the targets of a loss are any whole numbers, which tell rows
// apart, and its outputs vectors to compare with one another.
func AnyLabel(l Loss) bool {
	_, ok := l.(interface{ AnyLabel() })
	return ok
}

// PerSample counts the rows with a loss above 0. A sum over no rows is so far below all
// others that its softplus is 0.
func (l *circle) PerSample(n *Net, y, labels *ir.Value) *ir.Value {
	if !y.Valid() || !labels.Valid() {
		return y
	}
	b := n.B
	d := scalar.Call("max", difference(scalar.Num(1), scalar.Arg(0)), scalar.Num(0))
	scaled := func(by float64, weight, distance scalar.Expr) scalar.Expr {
		return product(product(scalar.Num(by), scalar.Call("max", weight, scalar.Num(0))), distance)
	}
	pairs := b.Apply(&op.Pairs{
		Terms: [2]scalar.Expr{
			scaled(-l.Gamma, sum(d, scalar.Num(l.Margin)), difference(scalar.Num(l.Margin), d)),
			scaled(l.Gamma, difference(scalar.Num(1+l.Margin), d), difference(scalar.Num(1-l.Margin), d)),
		},
		Itself: !l.RemoveDiagonal,
	}, y, labels)
	both := op.Sum(b, pairs, false, 1)
	x := scalar.Expr(scalar.Arg(0))
	softplus := sum(scalar.Call("max", x, scalar.Num(0)), scalar.Call("log1p", scalar.Call("exp", scalar.Call("neg", scalar.Call("abs", x)))))
	losses := op.MapOf(b, softplus, "circle", both)
	n.Counted = op.MapOf(b, scalar.Call("gt", scalar.Arg(0), scalar.Num(0)), "some", losses)
	return rows(n, losses)
}
