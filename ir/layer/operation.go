package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer/operation"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "Operation",
	Doc:  "A function of tensors, as keras.ops has them: add, mean, reshape, einsum.",
	More: true,
	New:  func() Config { return &Operation{} },
})

// Operation is a row of [operation.Table], or an activation: `Operation: {op: mean,
// axis: 1}`. Its other arguments are those of the function. Inputs are the operands in
// Keras's order, but for those that are written down under their names: x - 1 is
// `Operation: {op: subtract, x2: 1}`.
type Operation struct {
	Op string `arg:"op,required" doc:"name of the function in keras.ops, or of its class in a saved model; the arguments are those of the function, and operands may be numbers: {op: subtract, x1: 1}"`

	row      operation.Row
	settings operation.Function
	written  map[string]spec.Value // operands
}

// operations is the table of functions with the activations that keras.ops has too.
var operations = Table[operation.Row]{Kind: "operation"}

func init() {
	for _, r := range operationRows() {
		operations.Entries = append(operations.Entries, Entry[operation.Row]{Name: r.Name, Aliases: others(r), Doc: r.Doc, New: func() operation.Row { return r }})
	}
	operations.Meant = map[string]string{
		"sub": `"subtract"`, "mul": `"multiply"`, "div": `"divide"`, "pow": `"power"`, "neg": `"negative"`, "lt": `"less"`, "gt": `"greater"`, "eq": `"equal"`,
		"concat": `"concatenate"`, "getitem": `"get_item"`, "index": `"get_item"`, "slice": `"get_item"`, "gather": `"take"`, "permute": `"transpose"`, "view": `"reshape"`, "mm": `"matmul"`, "bmm": `"matmul"`,
	}
}

// operationDocs documents the functions: operands first, then arguments.
func operationDocs() (docs []spec.EntryDoc) {
	for _, e := range operations.Entries {
		r := e.New()
		doc := spec.EntryDoc{Name: r.Name, Aliases: others(r), Doc: r.Doc}
		for _, n := range r.Operands {
			plain, list, optional := operation.Operand(n)
			if list || len(r.Operands) == 1 {
				continue // inputs alone
			}
			what := "an operand: an input, or a number or lists of numbers"
			if optional {
				what += "; may be left out"
			}
			doc.Args = append(doc.Args, spec.ArgDoc{Name: plain, Type: "any", Doc: what})
		}
		doc.Args = append(doc.Args, spec.DocOf(r.New())...)
		for i := range doc.Args {
			doc.Args[i].Positional = false
		}
		docs = append(docs, doc)
	}
	return docs
}

// others are the names of a row besides its first one.
func others(r operation.Row) []string {
	if r.Class == "" {
		return nil
	}
	return []string{r.Class}
}

// operationRows are the functions of the table, and the activations that it has not.
func operationRows() []operation.Row {
	rows := slices.Clone(operation.Table)
	for _, e := range activations.Entries {
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			if _, ok := operation.Find(name); ok || !slices.Contains(operation.Activations, name) {
				continue
			}
			rows = append(rows, operation.Row{
				Name: name, Class: operation.ClassOf(name), Doc: e.Doc, Operands: []string{"x"}, Apart: true,
				New: func() operation.Function { return &applied{e.New()} },
			})
		}
	}
	return rows
}

// applied is an activation as an operation. The layer builds it itself.
type applied struct{ activation }

// Args are the arguments of the activation.
func (a *applied) Args() []any { return []any{a.activation} }

// Build implements [operation.Function].
func (a *applied) Build(_ *operation.Site, x []*ir.Value) *ir.Value { return x[0] }

// decode reads what the function takes, and which operands are written down.
func (o *Operation) decode(args spec.Args, title string) (errs diag.List) {
	if v := args.Positional; v != nil {
		args.List, args.Positional = []spec.Arg{{Name: "op", Pos: args.Pos, Value: *v}}, nil
	}
	i := slices.IndexFunc(args.List, func(a spec.Arg) bool { return a.Name == "op" })
	if i < 0 {
		errs.Add(args.Pos, "%s: Operation needs the argument op: the name of a function of keras.ops, such as op: mean", title)
		return errs
	}
	at := args.List[i]
	if at.Value.Kind != spec.String {
		errs.Add(at.Value.Pos, "%s: op takes the name of a function of keras.ops, such as op: mean, not %s", title, at.Value.Describe())
		return errs
	}
	name := at.Value.Str
	call := spec.Call{Name: name, Pos: at.Value.Pos, Args: spec.Args{Owner: title}}
	if why, ok := operation.Refused(name); ok {
		errs.Add(at.Value.Pos, "%s: operation %s is not supported by nngen: %s", title, name, why)
		return errs
	}
	if slices.Contains(activations.Later, name) && slices.Contains(operation.Activations, name) {
		errs.Add(at.Value.Pos, "%s: operation %s is not supported by this version of nngen", title, name)
		return errs
	}
	e, unknown := operations.Find(call)
	if len(unknown) > 0 { // a list of all names would be a page
		errs.Add(at.Value.Pos, "%s: unknown operation %s%s nngen list operations prints the names", title, diag.Quote(name), ended(operations.meant(name)))
		return errs
	}
	o.Op, o.row, o.written = e.Name, e.New(), map[string]spec.Value{}
	o.settings = o.row.New()
	rest := spec.Args{Pos: args.Pos, Owner: title, Kind: o.row.Name}
	for j, a := range args.List {
		switch {
		case j == i:
		case len(o.row.Operands) > 1 && slices.ContainsFunc(o.row.Operands, func(n string) bool { plain, list, _ := operation.Operand(n); return plain == a.Name && !list }):
			if _, _, problem := operation.Constant(a.Value); problem != "" {
				errs.Add(a.Value.Pos, "%s: %s %s", title, a.Name, problem)
			}
			o.written[a.Name] = a.Value
		default:
			rest.List = append(rest.List, a)
		}
	}
	return append(errs, spec.Decode(rest, o.settings)...)
}

// canonical is what the settings mean.
func (o *Operation) canonical() map[string]any {
	tree := map[string]any{"op": o.row.Name}
	if a, ok := o.settings.(*applied); ok {
		tree["settings"] = Canonical(a.activation, false)
	} else {
		tree["settings"] = Canonical(o.settings, false)
	}
	for name, v := range o.written {
		shape, data, _ := operation.Constant(v)
		tree["operand "+name] = []any{shape, data}
	}
	return tree
}

// Results implements [Several].
func (o *Operation) Results() (names []string) {
	if s, ok := o.settings.(operation.Several); ok {
		for i := 1; i < s.Count(); i++ {
			names = append(names, fmt.Sprint(i))
		}
	}
	return names
}

// Stepwise implements [Stepper]: what is computed element by element, unless numbers
// that are written down differ from step to step.
func (o *Operation) Stepwise(x ir.Shape) bool {
	if !o.row.Apart {
		return false
	}
	for _, v := range o.written {
		if shape, _, _ := operation.Constant(v); len(shape) >= len(x)-1 {
			return false
		}
	}
	return true
}

// Build implements [Config].
func (o *Operation) Build(c *Context, in []*ir.Value) *ir.Value {
	for _, x := range in {
		if !c.oneLength(x) {
			return c.poison()
		}
	}
	x, ok := o.operands(c, in)
	if !ok {
		return c.poison()
	}
	s := &operation.Site{
		B: c.B, Row: o.row, Name: c.Named, From: from, Result: c.Result, Bound: bound,
		Logits: func(y, x *ir.Value) { c.Logits[y] = x },
		Fail: func(argument, format string, args ...any) *ir.Value {
			if argument == "" {
				return c.Errorf(format, args...)
			}
			return c.ErrorAt(argument, format, args...)
		},
	}
	if a, ok := o.settings.(*applied); ok {
		if x[0].DType != ir.F32 {
			x[0] = c.Named(op.MapOf(c.B, scalar.Arg(0), "numbers", x[0]), "numbers")
		}
		return a.apply(c, x[0])
	}
	y := o.settings.Build(s, x)
	if y.Valid() && y == x[0] { // a value of its own, whose name is the layer's
		return op.MapOf(c.B, scalar.Arg(0), o.row.Name, y)
	}
	return y
}

// operands are what the function is applied to: what is written down, and inputs in
// the places that are left.
func (o *Operation) operands(c *Context, in []*ir.Value) (x []*ir.Value, ok bool) {
	left := in
	var missing []string
	for _, n := range o.row.Operands {
		plain, list, optional := operation.Operand(n)
		v, written := o.written[plain]
		switch {
		case list:
			x, left = append(x, left...), nil
		case written:
			shape, data, _ := operation.Constant(v)
			x = append(x, op.ConstOf(c.B, shape, data))
		case len(left) > 0:
			x, left = append(x, left[0]), left[1:]
		case !optional:
			missing = append(missing, plain)
		}
	}
	names := strings.Join(o.row.Operands, ", ")
	switch {
	case len(missing) > 0 && len(in) == 0:
		c.Errorf("%s reads nothing", o.row.Name)
	case len(missing) > 0:
		c.Errorf("%s takes the operands %s, but %s is neither an input nor written down; write inputs: [a, b], or %s: 2", o.row.Name, names, strings.Join(missing, " and "), missing[0])
	case len(left) > 0:
		c.Errorf("%s takes the operands %s, and has %d inputs for them", o.row.Name, names, len(in))
	default:
		return x, true
	}
	return nil, false
}
