package pass

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// pass is one row of the table.
type pass struct {
	name string
	why  string
	// after names the passes of which every row before this one must have run;
	// TestOrder holds the table to it.
	after []string
	// always: correctness needs it, Options.Off does not switch it off.
	always bool
	run    func(u *unit) error
}

// table lists the passes in the order in which they run.
var table = []pass{
	{name: "fold", run: onGraph(fold), why: "constants and identities first: everything later has less to look at"},
	{name: "cse", run: onGraph(cse), after: []string{"fold"}, why: "one value per computation, so that a single use is seen to be one"},
	{name: "layout", run: onGraph(layout), after: []string{"cse"}, why: "before autodiff: gradients are then of what is computed with channels last"},
	{name: "gathersum", run: onGraph(gatherSum), after: []string{"cse"}, why: "before autodiff: the gradient is then the scatter that belongs to it"},
	{name: "deadcode", always: true, run: onGraph(deadCode), after: []string{"gathersum"}, why: "what nobody asks for needs no gradient and no name"},
	{name: "name", always: true, run: onGraph(name), after: []string{"deadcode"}, why: "gradients are called after the values that they belong to"},
	{name: "autodiff", always: true, run: differentiate, after: []string{"name"}, why: "gradients of the small, named graph"},
	{name: "stretched", run: onGraph(stretched), after: []string{"autodiff"}, why: "gradients are stretched along what was averaged; the broadcast that is left is folded into its readers"},
	{name: "fold", run: onGraph(fold), after: []string{"autodiff"}, why: "the chain rule multiplies by ones and adds zeros"},
	{name: "cse", run: onGraph(cse), after: []string{"autodiff"}, why: "gradients repeat what the forward pass has computed"},
	{name: "deadcode", always: true, run: onGraph(deadCode), after: []string{"autodiff"}, why: "gradients with respect to data, which nobody asks for"},
	{name: "fuse", run: onGraph(fuse), after: []string{"autodiff", "cse", "deadcode"}, why: "only after autodiff are all uses of a value known"},
	{name: "deadcode", always: true, run: onGraph(deadCode), after: []string{"fuse"}, why: "what was fused into its only user"},
	{name: "name", always: true, run: onGraph(name), after: []string{"fuse"}, why: "buffers are called as their values are"},
	{name: "lower", always: true, run: lower, after: []string{"fuse", "deadcode", "name"}, why: "from values to kernels over buffers"},
	{name: "canonical", always: true, run: canonicalForm, after: []string{"lower"}, why: "a reduction over nothing is a store, which merges as one"},
	{name: "schedule", run: schedule, after: []string{"canonical"}, why: "layer by layer, and backward with what is shared out by rows first: workers then wait for one another once"},
	{name: "merge", run: merge, after: []string{"schedule"}, why: "kernels that have become neighbours share one loop over the rows"},
	{name: "idle", run: idleTurns, after: []string{"merge"}, why: "what a masked step leaves out is seen in kernels that are merged: a number that only one of them uses is no buffer"},
	{name: "canonical", always: true, run: canonicalForm, after: []string{"merge"}, why: "what shares a loop now is brought into the form that nobody simplifies after"},
	{name: "past", run: stepsSoFar, after: []string{"canonical"}, why: "loops are as they stay: one over the steps is a loop of its own, or part of one over more"},
	{name: "temporaries", run: absorbTemporaries, after: []string{"past"}, why: "within a nest, before it becomes a part of a loop"},
	{name: "blocks", run: blocksOfSteps, after: []string{"canonical", "temporaries"}, why: "matrices of queries and keys are computed up to the diagonal, as the steps so far are"},
	{name: "overlay", run: overlay, after: []string{"canonical"}, why: "an elementwise result takes the place of what dies in it"},
	{name: "plan", always: true, run: planArena, after: []string{"canonical", "overlay"}, why: "lifetimes are final: every buffer gets its place"},
}

// Names are the passes, in the order in which they first run.
func Names() []string {
	var names []string
	for _, p := range table {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// Options steers a compilation.
type Options struct {
	// Off names passes that are left out: "fuse", "merge", ... Passes that the
	// program would be wrong without cannot be.
	Off map[string]bool
	// Dump, where set, is given the text form after every pass: stage is
	// "train/fuse", "program" at the end.
	Dump func(stage, text string)
	// Machine is the processor that the program is planned for; zero: machine.Server().
	Machine machine.Machine
}

// Source is the graphs of one network, not yet optimised; Compile leaves them
// as they are.
type Source struct {
	Predict, Evaluate, Train *ir.Graph // Evaluate and Train may be nil together
	Step                     *ir.Graph // there if the header has a Stream
	Adapts                   []*ir.Graph
}

// unit is one graph on its way to a plan.
type unit struct {
	header  *loop.Program
	options Options
	graph   *ir.Graph
	plan    *loop.Plan
	// over maps a buffer to the dying one whose place it takes.
	over map[*loop.Buffer]*loop.Buffer
}

func onGraph(f func(g *ir.Graph) error) func(u *unit) error {
	return func(u *unit) error { return everywhere(u.graph, f) }
}

// differentiate adds gradients to the training graph and to no other.
func differentiate(u *unit) error {
	if u.graph.Loss == nil || u.plan.Name != trainPlan {
		return nil
	}
	return Autodiff(u.graph)
}

// The plans that a team of workers runs, of which trainPlan has a backward phase, and
// that of a step.
const (
	evaluatePlan = "evaluate"
	trainPlan    = "train"
	stepPlan     = "step"
)

// adaptPlan begins the name of a plan that computes what reaches a layer.
const adaptPlan = "adapt "

// teamed reports that a team of workers runs the plan. Predictions have one
// worker each.
func (u *unit) teamed() bool { return u.plan.Name == evaluatePlan || u.plan.Name == trainPlan }

// Compile turns the graphs of a network into its program. Header describes the
// network (segments, ports, layers, training); its plans are filled in a copy,
// and the i-th of header.Adapts is given the plan of src.Adapts[i]. Mistakes
// that a model can make, such as a parameter without a gradient, are a
// diag.List with positions; any other error is a mistake of the compiler.
func Compile(header *loop.Program, src Source, o Options) (*loop.Program, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Machine == (machine.Machine{}) {
		o.Machine = machine.Server()
	}
	if src.Predict == nil || (src.Evaluate == nil) != (src.Train == nil) {
		return nil, fmt.Errorf("pass: the graphs of predict, evaluate and train belong together")
	}
	if (src.Step == nil) != (header.Stream == nil) {
		return nil, fmt.Errorf("pass: a graph of a step belongs to a network that streams")
	}
	if len(src.Adapts) != len(header.Adapts) {
		return nil, fmt.Errorf("pass: %d graphs for %d layers to adapt", len(src.Adapts), len(header.Adapts))
	}
	p := *header
	p.Adapts = nil
	var units []*unit
	plan := func(name string, g *ir.Graph) (*loop.Plan, error) {
		u, err := compile(&p, name, g, o)
		if err != nil {
			return nil, err
		}
		units = append(units, u)
		return u.plan, nil
	}
	var err error
	if p.Predict, err = plan("predict", src.Predict); err != nil {
		return nil, err
	}
	if src.Evaluate != nil {
		if p.Evaluate, err = plan(evaluatePlan, src.Evaluate); err != nil {
			return nil, err
		}
		if p.Train, err = plan(trainPlan, src.Train); err != nil {
			return nil, err
		}
	}
	if src.Step != nil {
		s := *header.Stream
		if s.Plan, err = plan(stepPlan, src.Step); err != nil {
			return nil, err
		}
		p.Stream = &s
	}
	for i, g := range src.Adapts {
		a := *header.Adapts[i]
		if a.Plan, err = plan(adaptPlan+a.Layer, g); err != nil {
			return nil, err
		}
		p.Adapts = append(p.Adapts, &a)
	}
	if rows := microBatch(&p, o.Machine); rows != p.Batch {
		p.Batch = rows
		for _, u := range units {
			if err := planArena(u); err != nil {
				return nil, err
			}
		}
	}
	bound(&p)
	if o.Dump != nil {
		o.Dump("program", p.String())
	}
	if err := loop.Verify(&p); err != nil {
		return nil, err
	}
	return &p, nil
}

// check reports a name in Off that is no pass, or no optional one.
func (o Options) check() error {
	var names []string
	for n, off := range o.Off {
		if off {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		i := slices.IndexFunc(table, func(p pass) bool { return p.name == n })
		if i < 0 || table[i].always {
			return fmt.Errorf("pass: %q cannot be switched off; these can: %s", n, strings.Join(Optional(), ", "))
		}
	}
	return nil
}

// Optional lists the passes that Options.Off may name, in table order.
func Optional() []string {
	var names []string
	for _, p := range table {
		if !p.always && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// compile runs the table over a copy of one graph.
func compile(header *loop.Program, planName string, g *ir.Graph, o Options) (*unit, error) {
	u := &unit{header: header, options: o, graph: Clone(g), plan: &loop.Plan{Name: planName}}
	if err := ir.Verify(u.graph); err != nil {
		return nil, err
	}
	u.dump("build")
	for _, p := range table {
		if o.Off[p.name] {
			continue
		}
		if err := p.run(u); err != nil {
			return nil, err
		}
		if err := everywhere(u.graph, ir.Verify); err != nil {
			return nil, fmt.Errorf("after pass %s: %w", p.name, err)
		}
		u.dump(p.name)
	}
	return u, nil
}

func (u *unit) dump(stage string) {
	switch {
	case u.options.Dump == nil:
	case len(u.plan.Forward) > 0:
		u.options.Dump(u.plan.Name+"/"+stage, u.plan.String())
	default:
		u.options.Dump(u.plan.Name+"/"+stage, u.graph.String())
	}
}
