package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// nested is a layer that is an argument of another: `layer: {LSTM: {units: 8}}`.
type nested struct {
	Info
	Config
	args      spec.Args
	trainable bool
}

// nestedOf finds the layer that a call names and decodes its settings.
func nestedOf(call spec.Call) (n nested, errs diag.List) {
	title := call.Args.Owner
	owner := title + ": "
	class := spec.LayerClass(call.Name)
	l := spec.Layer{Type: class}
	if class != call.Name {
		l.As = call.Name
	}
	info, ok := Find(class)
	switch {
	case call.Name == "":
		errs.Add(call.Pos, "%slayer is null; write layer: {LSTM: {units: 8}}", owner)
	case !ok:
		errs.Add(call.Pos, "%s%s", owner, Unknown(l))
	case class == "Operation":
		errs.Add(call.Pos, "%sOperation is no layer inside of another: its axes are those of the whole; put it beside that layer", owner)
	case info.Merge:
		errs.Add(call.Pos, "%s%s joins several inputs, and a layer inside of another reads one", owner, class)
	}
	if len(errs) > 0 {
		return n, errs
	}
	n = nested{Info: info, Config: info.New(), trainable: true, args: call.Args}
	n.args.Kind, n.args.List = class, nil
	for _, a := range call.Args.List {
		switch a.Name {
		case "name": // that of its weights is the outer layer's
		case "trainable":
			if n.trainable = a.Value.Bool; a.Value.Kind != spec.Bool {
				errs.Add(a.Value.Pos, "%strainable takes true or false, not %s", owner, a.Value.Describe())
			}
		case "activity_regularizer":
			if a.Value.Kind != spec.Null {
				errs.Add(a.Pos, "%sactivity_regularizer of a layer inside of another is not supported, and inside of TimeDistributed it has no effect in Keras; leave it out, or put ActivityRegularization after the outer layer", owner)
			}
		case "inputs":
			errs.Add(a.Pos, "%sa layer inside of another reads what that one reads; write inputs there", owner)
		default:
			n.args.List = append(n.args.List, a)
		}
	}
	return n, append(errs, Decode(n.args, n.Config, title)...)
}

// context is where the layer builds itself. What it has is called part and its
// name.
func (n nested) context(c *Context, part string) *Context {
	inner := *c
	inner.Part += part
	inner.Kind, inner.Args, inner.Trainable = n.Name, n.args, c.Trainable && n.trainable
	inner.Results = map[string]*ir.Value{}
	inner.Constrain(n.Config)
	return &inner
}
