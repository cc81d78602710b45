package layer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// rows is the number of rows that the harness feeds.
const rows = 3

// network builds a description, and once more from its own printed form: the
// settings must survive that.
func network(t *testing.T, text string) *build.Network {
	t.Helper()
	m, err := spec.Parse("model.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := spec.Parse("again.json", spec.WriteJSON(m))
	if err != nil {
		t.Fatalf("%v in\n%s", err, spec.WriteJSON(m))
	}
	copied, err := build.Build(again)
	if err != nil {
		t.Fatal(err)
	}
	if copied.Header.Hash != n.Header.Hash || copied.Header.ModelID != n.Header.ModelID {
		t.Errorf("written down and read again the description means something else:\n%s", spec.WriteJSON(m))
	}
	return n
}

// shaped checks the shape of one row of the output.
func shaped(t *testing.T, n *build.Network, want ...int) {
	t.Helper()
	if got := n.Predict.Outputs[0].Shape; !got.Equal(append(ir.Shape{ir.Batch}, want...)) {
		t.Errorf("output %v, want [n] + %v", got, want)
	}
}

// world is everything that a run of a network is given, drawn at random.
type world struct{ ir.Context[float64] }

func draw(n *build.Network) *world {
	w := &world{ir.Context[float64]{Rows: rows, Step: 7, Feed: map[string]*ir.Tensor[float64]{}, Params: map[string]*ir.Tensor[float64]{}}}
	r := rand.New(rand.NewPCG(1, 2))
	random := func(shape ir.Shape, positive bool) *ir.Tensor[float64] {
		t := ir.NewTensor[float64](shape)
		for i := range t.F {
			if t.F[i] = r.NormFloat64(); positive {
				t.F[i] = 0.5 + r.Float64()
			}
		}
		return t
	}
	g := n.Train
	if g == nil {
		g = n.Predict
	}
	for _, v := range g.Inputs {
		in := v.Op.(*op.Input)
		shape := v.Shape.Concrete(rows)
		switch {
		case v.Shape.Ragged():
			w.Feed[in.Port] = &ir.Tensor[float64]{Shape: shape, I: []int32{1, 0, 1, 1, 2}, Offsets: []int{0, 3, 3, 5}}
		case v.DType == ir.I32:
			ids := &ir.Tensor[float64]{Shape: shape, I: make([]int32, shape.Elements())}
			for i := range ids.I {
				ids.I[i] = r.Int32N(int32(in.Limit))
			}
			w.Feed[in.Port] = ids
		case in.Kind == op.Weight, in.Kind == op.InvTotal, in.Kind == op.Share, in.Kind == op.Target:
			w.Feed[in.Port] = random(shape, true)
		default:
			w.Feed[in.Port] = random(shape, false)
		}
	}
	for _, s := range n.Header.Segments {
		w.Params[s.Name] = random(s.Shape, strings.Contains(s.Name, "variance"))
	}
	return w
}

// eval computes every value of a graph.
func (w *world) eval(g *ir.Graph) map[*ir.Value]*ir.Tensor[float64] {
	values := map[*ir.Value]*ir.Tensor[float64]{}
	for _, v := range g.Values {
		args := make([]*ir.Tensor[float64], len(v.Args))
		for i, a := range v.Args {
			args[i] = values[a]
		}
		values[v] = op.Eval(&w.Context, v, args)
	}
	return values
}

// predict is the first output.
func (w *world) predict(n *build.Network) []float64 { return w.eval(n.Predict)[n.Predict.Outputs[0]].F }

// differentiable compares the gradient of the training loss with respect to
// every trainable parameter with central differences, and sees that frozen ones
// have none.
func differentiable(t *testing.T, n *build.Network) {
	t.Helper()
	w := draw(n)
	g := pass.Clone(n.Train)
	if err := pass.Autodiff(g); err != nil {
		t.Fatal(err)
	}
	values := w.eval(g)
	grads := map[string][]float64{}
	for _, gr := range g.Grads {
		grads[gr.Param.Op.(*op.Param).Segment] = values[gr.Value].F
	}
	const h = 1e-4
	for _, s := range n.Header.Segments {
		if _, ok := grads[s.Name]; ok != (s.Role == block.Trainable) {
			t.Errorf("%s is %v; it has a gradient: %v", s.Name, s.Role, ok)
		}
		if s.Role != block.Trainable {
			continue
		}
		p := w.Params[s.Name].F
		for i := range p {
			at := p[i]
			loss := func(x float64) float64 { p[i] = x; return w.eval(n.Train)[n.Train.Loss].F[0] }
			// The five-point formula: its error falls with the fourth power of h
			// (Abramowitz and Stegun, 25.3.6).
			want := (8*(loss(at+h)-loss(at-h)) - loss(at+2*h) + loss(at-2*h)) / (12 * h)
			p[i] = at
			if got := grads[s.Name][i]; math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s[%d]: gradient %v, differences say %v", s.Name, i, got, want)
			}
		}
	}
}

// near compares numbers.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-12*(1+math.Abs(want[i])) {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

// model writes a description around layers, with a loss that any output has.
func model(input string, layers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: case\ninputs: {x: %s}\nlayers:\n", input)
	for _, l := range layers {
		b.WriteString("  - " + l + "\n")
	}
	b.WriteString("compile: {loss: mean_squared_error, optimizer: sgd}\n")
	return b.String()
}

// fails builds a broken description and looks for a part of its message.
func fails(t *testing.T, text, want string) {
	t.Helper()
	m, err := spec.Parse("model.yaml", []byte(text))
	if err == nil {
		_, err = build.Build(m)
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q in it for\n%s", err, want, text)
	}
}
