package layer

import (
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/spec"
)

// MaxParameters bounds the parameters of a model: 1 GiB of float32s.
const MaxParameters = 1 << 28

// Net is what the layers of one graph share.
type Net struct {
	B *ir.Builder
	// Training selects the training behaviour of Dropout and BatchNormalization.
	Training bool
	// Trains says that the network has a loss, in all of its graphs.
	Trains bool
	// Lengths says of ids that the data section gives rows of different lengths
	// where their length would be written: "beside tokens".
	Lengths map[*ir.Value]string
	// Logits maps the result of a sigmoid or softmax to what it was applied
	// to: a cross-entropy is computed on that, as Keras's TensorFlow back end
	// does, which neither overflows nor loses digits.
	Logits map[*ir.Value]*ir.Value
	// Masks says which steps of a value count; see [MaskOf]. It holds those
	// of the inputs of the layer that is built.
	Masks map[*ir.Value]*ir.Value
	// Counted is the mask of the output whose loss is built; nil where it has none.
	// A loss that leaves steps out itself sets it.
	Counted *ir.Value
	// Sums is set where that loss adds up the steps of a row, Apart where its
	// number of losses counts.
	Sums, Apart bool
	// Steps is how many losses a row of it has.
	Steps int
	// Penalties are the regularised parameters, in Keras's order.
	Penalties []Penalty
	// Activities are the regularised results of layers.
	Activities []Penalty
	Adapts     []Adapt
	// Mixings are the layers that mix rows of a batch, in the order in which they do;
	// Mixes says, where none does, that training has some.
	Mixings []Mixing
	Mixes   bool
	// Streaming is set in a graph of one step of a sequence; nil in others.
	Streaming *Streaming
	// Carry is set in graphs whose stateful layers go on where the batch before has
	// ended; nil: they begin with 0.
	Carry *Carrying
	// BatchStatistics names the layers that take statistics over the batch, or mix its
	// rows.
	BatchStatistics []string
	// WholeLoss is set where a loss is one of all rows of a batch.
	WholeLoss bool

	// Files is the folder of the description; may be nil.
	Files fs.FS
	// Weights are what segments hold that a layer reads from a file.
	Weights map[string][]float32
	// Origins are the files that segments have come from.
	Origins []Origin

	parameters int
}

// NewNet begins the layers of b's graph.
func NewNet(b *ir.Builder, training bool) *Net {
	return &Net{B: b, Training: training, Logits: map[*ir.Value]*ir.Value{}, Masks: map[*ir.Value]*ir.Value{}}
}

// Penalty is a trainable parameter with a regularizer, or what a layer gives.
type Penalty struct {
	Param       *ir.Value
	Regularizer Regularizer
	Pos         diag.Pos
}

// Origin is a file that a layer has read weights from.
type Origin struct {
	Layer string
	File  string // its path in the folder of the description
	// Tensors puts the values of segments into the order of the file: its tensors, by
	// name.
	Tensors func(values func(segment string) []float32) (map[string][]float32, error)
}

// Adapt is a Normalization layer whose statistics are fitted on the training
// rows before training: what reaches it, the axes with statistics of their own,
// ascending, and the segments that receive them.
type Adapt struct {
	Layer                 string
	Input                 *ir.Value
	Kept                  []int
	Mean, Variance, Count string
}

// Context is where one layer builds itself.
type Context struct {
	*Net
	Name      string // the layer's name in the description
	First     string // the layer whose parameters it has: itself, but for a second use
	Kind      string // its class: "Dense"
	Trainable bool   // trainable: false freezes its parameters
	Args      spec.Args
	// Part begins the names of parameters and values of a layer that is inside of
	// another: "forward_".
	Part string
	// Apart is how many steps each of several sequences has that a stateful layer goes
	// over as one: no gradient flows from one to that before. 0: it is one sequence.
	Apart int
	// Beside is, inside of TimeDistributed, how many sequences of a row a recurrent
	// layer goes over at the same time: [n, steps, beside, features], with states [n,
	// beside, units]; 0: one, without an axis.
	Beside int
	// Assign, where set, gives what a training step makes of the layer's kernel before
	// anything reads it, and so in place of it.
	Assign func(kernel *ir.Value) *ir.Value
	// Results are those after the first, by name; see [Several].
	Results map[string]*ir.Value

	constraints map[string]spec.Call // by argument; see Constrain
	differs     bool                 // that a second use asks for other shapes has been reported
}

// Result hands over a result after the first, under one of the names that
// [Several] gives.
func (c *Context) Result(name string, v *ir.Value) { c.Results[name] = c.Named(v, name) }

// Errorf reports a mistake of the layer, at its position.
func (c *Context) Errorf(format string, args ...any) *ir.Value {
	return c.B.Errorf("layer %s: %s", diag.Quote(c.Name), fmt.Sprintf(format, args...))
}

// ErrorAt reports a mistake of one argument, where it is written.
func (c *Context) ErrorAt(argument, format string, args ...any) *ir.Value {
	pos, _ := arg(c.Args, argument)
	return c.errorPos(pos, format, args...)
}

func (c *Context) errorPos(pos diag.Pos, format string, args ...any) *ir.Value {
	bad := c.Errorf(format, args...)
	c.B.Errors[len(c.B.Errors)-1].Pos = pos
	return bad
}

// report appends errors found while resolving an argument.
func (c *Context) report(errs diag.List) {
	for _, e := range errs {
		// What several gates have in common is one mistake.
		if !slices.ContainsFunc(c.B.Errors, func(o *diag.Error) bool { return *o == *e }) {
			c.B.Errors = append(c.B.Errors, e)
		}
	}
}

// Named gives a value inside the layer its name: "hidden.pre".
func (c *Context) Named(v *ir.Value, part string) *ir.Value {
	return c.B.Named(v, c.Name+"."+c.Part+part)
}

// Param is a parameter of the layer, frozen where the layer is, filled by the
// initializer that call names. With a regularizer, its penalty joins the loss
// while it is trainable, as in Keras.
func (c *Context) Param(name string, shape ir.Shape, init, regularizer spec.Call) *ir.Value {
	in, out := fans(shape)
	return kernelOf(c, name, shape, in, out, init, regularizer)
}

// kernelOf is Param of a tensor whose units have so many inputs, and whose inputs
// feed so many units: its shape does not say which of its axes are which.
func kernelOf(c *Context, name string, shape ir.Shape, fanIn, fanOut int, init, regularizer spec.Call) *ir.Value {
	role := block.Trainable
	if !c.Trainable {
		role = block.Frozen
	}
	v := c.param(name, shape, role, fanIn, fanOut, init)
	if c.Assign != nil && name == "kernel" {
		v = c.Assign(v)
	}
	if regularizer.Name != "" {
		_, r, errs := regularizers.Resolve(regularizer)
		c.report(errs)
		if len(errs) == 0 && c.Trainable && v.Valid() && !second(c) {
			c.Penalties = append(c.Penalties, Penalty{v, r, regularizer.Pos})
		}
	}
	return v
}

// State is a parameter that training writes and no optimizer touches.
func (c *Context) State(name string, shape ir.Shape, init spec.Call) *ir.Value {
	in, out := fans(shape)
	return c.param(name, shape, block.State, in, out, init)
}

// second reports that the layer uses the parameters of another one once more.
func second(c *Context) bool { return c.First != "" && c.First != c.Name }

// shared is a parameter of the layer that is used once more.
func shared(c *Context, name string, shape ir.Shape) *ir.Value {
	v := c.B.Param(c.First+"/"+name, c.poison)
	switch {
	case !v.Valid() && !c.differs:
		c.differs = true
		return c.Errorf("it shares the weights of layer %s, which has no %s with what it reads itself", diag.Quote(c.First), name)
	case c.differs:
		return c.poison()
	case !v.Shape.Equal(shape):
		c.differs = true
		return c.Errorf("it shares the weights of layer %s, whose %s is %v, but with its own input it would be %v; let both read values of one shape", diag.Quote(c.First), name, v.Shape, shape)
	}
	return v
}

func (c *Context) param(name string, shape ir.Shape, role block.Role, fanIn, fanOut int, init spec.Call) *ir.Value {
	within := name
	name = c.Part + name
	if second(c) {
		return shared(c, name, shape)
	}
	n := 1
	for _, d := range shape {
		if d > MaxParameters/n {
			return c.Errorf("%s %v has more than %d parameters", name, shape, MaxParameters)
		}
		n *= d
	}
	if c.parameters+n > MaxParameters {
		return c.Errorf("with its %s %v the model has more than %d parameters", name, shape, MaxParameters)
	}
	c.parameters += n
	var held block.Constraint
	if role == block.Trainable {
		held = constraintOn(c, within, shape)
	}
	_, settings, errs := initializers.Resolve(init)
	var filled block.Init
	if len(errs) == 0 {
		var err error
		if filled, err = settings.Init(shape, fanIn, fanOut); err != nil {
			errs.Add(init.Pos, "layer %s: %s %v: %v", diag.Quote(c.Name), name, shape, err)
		}
	}
	if len(errs) > 0 {
		c.report(errs)
		return c.poison()
	}
	return c.Named(op.ParamOf(c.B, op.Param{Segment: c.Name + "/" + name, Shape: shape, Role: role, Init: filled, Constraint: held}), name)
}

// poison is the result of a layer whose mistake has been reported already.
func (c *Context) poison() *ir.Value { return Poison(c.B) }

// Poison is an invalid value that stands for one whose mistake has been
// reported already.
func Poison(b *ir.Builder) *ir.Value {
	reported := b.Errors
	bad := b.Errorf("reported already")
	b.Errors = reported
	return bad
}

// floats reports ids and ragged rows where a layer computes with numbers.
func (c *Context) floats(x *ir.Value) bool {
	if !x.Valid() {
		return false
	}
	switch {
	case x.Shape.Ragged():
		c.Errorf("%s takes rows of one length, but %s holds ids, a different number in every row (%v); put a CategoryEncoding layer before it", c.Kind, from(x), x.Type)
	case x.DType != ir.F32:
		c.Errorf("%s takes numbers, but %s holds ids (%v); put an Embedding or CategoryEncoding layer before it, or give the input dtype: float32", c.Kind, from(x), x.Type)
	default:
		return true
	}
	return false
}

// ids reports numbers where a layer takes ids, and bounds ids to limit.
func (c *Context) ids(x *ir.Value, limit int) bool {
	if !x.Valid() {
		return false
	}
	if x.DType != ir.I32 {
		hint := ""
		if in, ok := x.Op.(*op.Input); ok {
			hint = fmt.Sprintf("; for ids write inputs: {%s: {shape: %s, dtype: int32}}", in.Port, Flow(x.Shape.Row()))
		}
		c.Errorf("%s takes ids (int32), but %s holds numbers (%v)%s", c.Kind, from(x), x.Type, hint)
		return false
	}
	bound(x, limit)
	return true
}

// bound lowers the limit of the inputs that ids come from: ids address memory
// and are checked before any kernel runs.
func bound(x *ir.Value, limit int) {
	for v := range before(x) {
		if in, ok := v.Op.(*op.Input); ok && v.DType == ir.I32 && (in.Limit == 0 || in.Limit > limit) {
			in.Limit = limit
		}
	}
}

// before gives x and everything that it is computed from, once each.
func before(x *ir.Value) iter.Seq[*ir.Value] {
	return func(yield func(*ir.Value) bool) {
		seen := map[*ir.Value]bool{x: true}
		for stack := []*ir.Value{x}; len(stack) > 0; {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !yield(v) {
				return
			}
			for _, a := range v.Args {
				if !seen[a] {
					seen[a] = true
					stack = append(stack, a)
				}
			}
		}
	}
}

// from says where a value comes from, for messages.
func from(x *ir.Value) string {
	if _, ok := x.Op.(*op.Input); ok {
		return "input " + diag.Quote(x.Name)
	}
	return "layer " + diag.Quote(x.Layer)
}

// Flow writes a shape as a description does: [28, 28], or [null].
func Flow(s []int) string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = fmt.Sprint(d)
		if d < 0 {
			parts[i] = "null"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// axis resolves the argument axis, counted as in Keras with the batch as axis
// 0, to an axis of x after the batch.
func (c *Context) axis(x *ir.Value, axis int) (int, bool) { return namedAxis(c, "axis", x, axis) }

// namedAxis is axis of an argument of that name.
func namedAxis(c *Context, argument string, x *ir.Value, axis int) (int, bool) {
	rank := len(x.Shape)
	at := axis
	if at < 0 {
		at += rank
	}
	switch {
	case at == 0:
		c.ErrorAt(argument, "axis %d is the batch; the axes of %v after it are 1 to %d", axis, x.Shape, rank-1)
	case at < 0 || at >= rank:
		c.ErrorAt(argument, "axis %d does not exist: %s gives %v; its axes after the batch are 1 to %d, or -1 for the last", axis, from(x), x.Shape, rank-1)
	default:
		return at, true
	}
	return 0, false
}

// aligned reshapes a parameter [C] so that it broadcasts along one axis of a
// tensor of the given rank.
func aligned(b *ir.Builder, p *ir.Value, axis, rank int) *ir.Value {
	if !p.Valid() || axis == rank-1 {
		return p
	}
	shape := make(ir.Shape, rank-axis)
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = p.Shape.Elements()
	return op.ReshapeTo(b, p, shape)
}
