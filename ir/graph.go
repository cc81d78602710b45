package ir

import "github.com/nngen-go/nngen/ir/diag"

// Value is one SSA value: the result of Op applied to Args.
type Value struct {
	ID   int
	Op   Op
	Args []*Value
	Type

	// Name is what the emitted code calls the value: the layer's name for a
	// layer's result, "hidden.pre" for something inside it. Empty: a temporary.
	Name string
	// GradOf is the value whose gradient this is; nil in the forward program.
	GradOf *Value
	// Layer is the name of the layer that the value belongs to, as the user
	// wrote it; Pos is where.
	Layer string
	Pos   diag.Pos
}

// Op is one primitive: its rules side by side. Lowering to loops is the
// business of package op, which knows loops.
type Op interface {
	// Name is the primitive: "contract", "map", "reduce", ...
	Name() string
	// String is the name with its attributes, as the text form prints it.
	String() string
	// Infer gives the type of the result, or says why the operands do not fit.
	Infer(args []Type) (Type, error)
	// Eval32 and Eval64 are the interpreter's rule in single and double precision.
	Eval32(c *Context[float32], v *Value, args []*Tensor[float32]) *Tensor[float32]
	Eval64(c *Context[float64], v *Value, args []*Tensor[float64]) *Tensor[float64]
	// VJP builds the gradient of every argument from dy, the gradient of v;
	// nil for an argument through which none flows.
	VJP(b *Builder, v, dy *Value) []*Value
}

// Graph is a program over values. Values are in topological order.
type Graph struct {
	Name   string
	Values []*Value

	Inputs  []*Value // op.Input, features first, then targets, weight, scalars
	Params  []*Value // op.Param, in the order of the parameter block
	Outputs []*Value // what Predict returns
	// Losses holds one scalar per output: this call's share of the batch loss.
	Losses []*Value
	// Loss is their sum plus regularisation; nil in a predict graph.
	Loss    *Value
	Updates []Update // what a training step writes itself
	Grads   []Grad   // filled by autodiff
}

// Update assigns a new value to a parameter at the end of a training step: to State,
// or to weights before the optimizer moves them. The gradient of the loss with respect
// to such weights is that with respect to New, which the network reads.
type Update struct{ State, New *Value }

// Grad is the gradient of the loss with respect to a trainable parameter.
type Grad struct{ Param, Value *Value }

// Roots are the values that must be computed, in a fixed order.
func (g *Graph) Roots() []*Value {
	roots := append([]*Value(nil), g.Outputs...)
	roots = append(roots, g.Losses...)
	if g.Loss != nil {
		roots = append(roots, g.Loss)
	}
	for _, u := range g.Updates {
		roots = append(roots, u.New)
	}
	for _, gr := range g.Grads {
		roots = append(roots, gr.Value)
	}
	return roots
}

// Replacement says which value takes the place of another.
type Replacement map[*Value]*Value

// In makes every use of a replaced value in a list one of what replaces it.
func (r Replacement) In(vs []*Value) {
	for i, v := range vs {
		if by, ok := r[v]; ok {
			vs[i] = by
		}
	}
}

// Replace makes every use of a replaced value, roots included, a use of what
// replaces it.
func (g *Graph) Replace(r Replacement) {
	if len(r) == 0 {
		return
	}
	one := func(v **Value) {
		if by, ok := r[*v]; ok {
			*v = by
		}
	}
	for _, v := range g.Values {
		r.In(v.Args)
	}
	r.In(g.Outputs)
	r.In(g.Losses)
	one(&g.Loss)
	for i := range g.Updates {
		one(&g.Updates[i].New)
	}
	for i := range g.Grads {
		one(&g.Grads[i].Value)
	}
}
