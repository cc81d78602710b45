package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

const compileExample = "compile: {optimizer: rmsprop, loss: binary_crossentropy, metrics: [accuracy]}"

var compileMistakes = map[string]string{
	"learning_rate":       "the learning rate belongs under the optimizer; write optimizer: {rmsprop: {learning_rate: 0.001}}",
	"lr":                  "the learning rate belongs under the optimizer; write optimizer: {rmsprop: {learning_rate: 0.001}}",
	"momentum":            "momentum belongs under the optimizer; write optimizer: {sgd: {learning_rate: 0.01, momentum: 0.9}}",
	"weight_decay":        "weight_decay belongs under the optimizer; write optimizer: {adamw: {weight_decay: 0.004}}",
	"clipnorm":            "clipnorm belongs under the optimizer; write optimizer: {adam: {clipnorm: 1.0}}",
	"clipvalue":           "clipvalue belongs under the optimizer; write optimizer: {adam: {clipvalue: 0.5}}",
	"global_clipnorm":     "global_clipnorm belongs under the optimizer; write optimizer: {adam: {global_clipnorm: 1.0}}",
	"use_ema":             "use_ema belongs under the optimizer; write optimizer: {adam: {use_ema: true}}",
	"run_eagerly":         "run_eagerly has no meaning here: the model is compiled to Go; take the line out",
	"jit_compile":         "jit_compile has no meaning here: the model is compiled to Go; take the line out",
	"steps_per_execution": "steps_per_execution has no meaning here: the model is compiled to Go; take the line out",
	"auto_scale_loss":     "auto_scale_loss has no meaning here: losses are computed in float32; take the line out",
	"epochs":              "epochs belongs under fit: write fit: {epochs: ...}",
	"batch_size":          "batch_size belongs under fit: write fit: {batch_size: ...}",
}

// compileReader reads the compile section of a model.
type compileReader struct {
	*document.Reader
	m    *Model
	deep bool // the layers have mistakes: their names are not known for sure
	// aliases are names of models, each with the layer that gives its output.
	aliases map[string]string
}

// outputNames gives a map from outputs with the layers for the models that it
// names.
func (r *compileReader) outputNames(v Value) Value {
	v.Map = slices.Clone(v.Map)
	for i, e := range v.Map {
		if layer, ok := r.aliases[e.Name]; ok {
			v.Map[i].Name = layer
		}
	}
	return v
}

func (r *compileReader) compile(a Arg) *Compile {
	if !r.IsMap("compile", a.Value, compileExample) {
		return nil
	}
	c := &Compile{Pos: a.Pos, Optimizer: Call{Name: "rmsprop", Pos: a.Pos, Args: Args{Pos: a.Pos, Owner: "compile", Kind: "rmsprop"}}}
	before, lossGiven := len(r.Errs), false
	r.Section("compile", a.Value, []document.Key{
		{Name: "optimizer", Take: func(a Arg) { c.Optimizer = r.optimizer(a.Value) }},
		{Name: "loss", Take: func(a Arg) {
			lossGiven = true
			c.Losses = r.perOutput("loss", a.Value, false)
		}},
		{Name: "loss_weights", Take: func(a Arg) { c.LossWeights = r.lossWeights(a) }},
		{Name: "metrics", Take: func(a Arg) { c.Metrics = r.perOutput("metrics", a.Value, true) }},
		{Name: "weighted_metrics", Take: func(a Arg) { c.WeightedMetrics = r.perOutput("weighted_metrics", a.Value, true) }},
	}, compileMistakes)
	if !lossGiven && len(r.Errs) == before {
		r.Fail(a.Pos, "compile has no loss; write loss: with, for example, binary_crossentropy, sparse_categorical_crossentropy or mean_squared_error")
	}
	return c
}

// call reads a name with its arguments in the compile section.
func (r *compileReader) call(what string, v Value) (Call, bool) {
	if v.Kind == Null {
		r.Fail(v.Pos, "compile: %s is empty; %s", what, map[string]string{
			"optimizer":        "write the name of one, such as rmsprop, or take the line out",
			"loss":             "write the name of one, such as mean_squared_error",
			"metrics":          "write metrics: [accuracy], or take the line out",
			"weighted_metrics": "write weighted_metrics: [accuracy], or take the line out",
		}[what])
		return Call{}, false
	}
	c, errs := CallOf(v, "compile", what)
	r.Errs = append(r.Errs, errs...)
	return c, len(errs) == 0
}

// optimizer answers other names of the learning rate here, so that they are
// reported with the other mistakes of the file.
func (r *compileReader) optimizer(v Value) Call {
	c, _ := r.call("optimizer", v)
	c.Args.List = slices.Clone(c.Args.List)
	for i, a := range c.Args.List {
		switch a.Name {
		case "lr": // Keras 2's name
			if slices.ContainsFunc(c.Args.List, func(b Arg) bool { return b.Name == "learning_rate" }) {
				r.Fail(a.Pos, "compile: lr is learning_rate, which is given as well; take one of them out")
			}
			c.Args.List[i].Name = "learning_rate"
		case "learn_rate", "eta":
			r.Fail(a.Pos, "compile: %s is called learning_rate; write optimizer: {%s: {learning_rate: %s}}", document.QuotedName(a.Name), document.Plain(c.Name), a.Value.Brief())
		case "decay":
			r.Fail(a.Pos, "compile: optimizers of Keras 3 have no decay; take it out")
		}
	}
	return c
}

// perOutput reads a loss or metrics: one for every output, or a map from the
// names of outputs. Several says that a list may stand for each.
func (r *compileReader) perOutput(what string, v Value, several bool) []NamedCall {
	if v.Kind == Map && len(v.Map) > 0 && outputMap(r.m, r.outputNames(v)) {
		v = r.outputNames(v)
		var all []NamedCall
		for _, e := range v.Map {
			if !r.isOutput(what, e) {
				continue
			}
			for _, n := range r.calls(what, e.Value, several) {
				n.Output, n.Pos = e.Name, e.Pos
				all = append(all, n)
			}
		}
		return all
	}
	return r.calls(what, v, several)
}

func (r *compileReader) calls(what string, v Value, several bool) []NamedCall {
	items := []Value{v}
	if v.Kind == List {
		if !several {
			write := "loss: {first_output: mean_squared_error, second_output: binary_crossentropy}"
			if len(v.List) == 1 {
				write = "loss: " + v.List[0].Brief()
			}
			r.Fail(v.Pos, "compile: loss takes one name, or a map from outputs to names, not a list; write %s", write)
			return nil
		}
		items = v.List
		if len(items) > document.MaxInputs {
			r.Fail(v.Pos, "compile: %s has %d entries; at most %d are allowed", what, len(items), document.MaxInputs)
			return nil
		}
	}
	var calls []NamedCall
	for _, item := range items {
		if c, ok := r.call(what, r.TextArgs(item, "name")); ok {
			if slices.ContainsFunc(calls, func(n NamedCall) bool { return n.Call.Name == c.Name && sameArgs(n.Call.Args, c.Args) }) {
				r.Fail(item.Pos, "compile: %s is in %s twice; take one out", document.QuotedName(c.Name), what)
				continue
			}
			calls = append(calls, NamedCall{Call: c, Pos: item.Pos})
		}
	}
	return calls
}

// lossWeights reads a number for every output, in Keras's order of checks
// (trainers/compile_utils.py, CompileLoss.build): one for an output alone, or a
// map that leaves none out.
func (r *compileReader) lossWeights(a Arg) []LossWeight {
	v, known := a.Value, !r.deep && len(r.m.Layers) > 0
	var outputs []string
	if known {
		for _, o := range r.m.OutputRefs() {
			outputs = append(outputs, o.Name)
		}
	}
	example := func(of func(output string) string) string {
		var parts []string
		for _, o := range outputs[:min(len(outputs), 8)] {
			parts = append(parts, document.Plain(o)+": "+of(o))
		}
		return "loss_weights: {" + strings.Join(parts, ", ") + "}"
	}
	if x, ok := v.Number(); ok {
		if len(outputs) > 1 {
			r.Fail(v.Pos, "compile: loss_weights is one number, and the model has %d outputs; write %s", len(outputs), example(func(string) string { return v.Flow() }))
		}
		return []LossWeight{{Weight: x, Pos: v.Pos}}
	}
	if v.Kind != Map || len(v.Map) == 0 {
		hint := ""
		if known {
			hint = "; write " + example(func(o string) string {
				if i := slices.Index(outputs, o); v.Kind == List && len(v.List) == len(outputs) && v.List[i].Kind != Map {
					return v.List[i].Flow()
				}
				return "1"
			})
		}
		r.Fail(v.Pos, "compile: loss_weights takes a number for every output, not %s%s", v.Describe(), hint)
		return nil
	}
	before := len(r.Errs)
	v = r.outputNames(v)
	var weights []LossWeight
	for _, e := range v.Map {
		x, ok := e.Value.Number()
		switch {
		case !r.isOutput("loss_weights", e):
		case !ok:
			r.Fail(e.Value.Pos, "compile: loss_weights of output %s takes a number, not %s%s", diag.Quote(e.Name), e.Value.Describe(),
				document.Instead(e.Name, e.Value, func(w Value) bool { _, ok := w.Number(); return ok }))
		default:
			weights = append(weights, LossWeight{Output: e.Name, Weight: x, Pos: e.Pos})
		}
	}
	for _, o := range outputs {
		if _, ok := v.Get(o); !ok && len(r.Errs) == before {
			r.Fail(a.Pos, "compile: loss_weights has no number for output %s; write %s", diag.Quote(o), example(func(o string) string {
				if e, ok := v.Get(o); ok {
					return e.Value.Brief()
				}
				return "1"
			}))
		}
	}
	return weights
}

func sameArgs(a, b Args) bool {
	if a.Positional != nil && b.Positional != nil {
		return a.Positional.Same(*b.Positional)
	}
	return a.Positional == nil && b.Positional == nil && document.SameEntries(a.List, b.List)
}

// outputMap tells a map from outputs, {head: huber}, from a name with
// arguments, {huber: {delta: 2}}: a layer's name decides, and what cannot be
// arguments.
func outputMap(m *Model, v Value) bool {
	names := m.Names()
	for _, e := range v.Map {
		if slices.Contains(names, e.Name) {
			return true
		}
	}
	if _, config := v.Get("class_name"); config {
		return false // Keras's own form of a name with arguments, which is answered
	}
	if typeEntry(v) >= 0 {
		return false // {type: huber, delta: 2}, which is answered as well
	}
	first := v.Map[0].Value
	return first.Kind == String || first.Kind == List || len(v.Map) > 1 && first.Kind != Null
}

// isOutput reports a key that names no output of the model.
func (r *compileReader) isOutput(what string, e Arg) bool {
	if r.deep || len(r.m.Layers) == 0 {
		return true
	}
	var outputs []string
	for _, o := range r.m.OutputRefs() {
		outputs = append(outputs, o.Name)
	}
	if slices.Contains(outputs, e.Name) {
		return true
	}
	quoted := make([]string, len(outputs))
	for i, o := range outputs {
		quoted[i] = diag.Quote(o)
	}
	have := "the output is "
	if len(outputs) > 1 {
		have = "the outputs are "
	}
	r.Fail(e.Pos, "compile: %s names %s, which is not an output of the model; %s", what, diag.Quote(e.Name), have+strings.Join(quoted[:min(len(quoted), 8)], ", "))
	return false
}
