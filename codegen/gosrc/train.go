package gosrc

import (
	"fmt"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/setting"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/train"
)

// trainText prints train.go.
type trainText struct{ *phases }

func (e trainText) trainFile() *file {
	f := e.newFile()
	f.add(`type (
	// Dataset is a sequence of examples that Fit can read again and again.
	Dataset = §data.Dataset[Input, Target]
	// Example is one sample with its target and its weight in the loss.
	Example = §data.Example[Input, Target]
	// Batch is what one training step learns from: X, Y, Weight and Step.
	Batch = §train.Batch[Input, Target]
	// FitConfig says how Fit trains; its zero value, as the description says:
	//
	%s
	FitConfig = §train.Config[Input, Target]
	// History holds the losses and metrics of every epoch of a Fit.
	History = §train.History
	// Result is a loss with its metrics.
	Result = §train.Result
	// Rule is how an optimizer moves weights against a gradient: Adam, SGD, ...
	Rule = §optim.Rule
	// Optimizer is a rule with what it remembers of the steps taken.
	Optimizer = §optim.Optimizer
	// LoadReport says what LoadMatching has copied and what it has left.
	LoadReport = §weights.Report
)
`, configFields())
	e.callbackTypes(f)
	f.add(`// Slices makes a data set of inputs and their targets.
func Slices(x []Input, y []Target) Dataset { return §data.Slices(x, y) }

// WeightedSlices is Slices with a weight for each sample.
func WeightedSlices(x []Input, y []Target, weight []float32) Dataset {
	return §data.WeightedSlices(x, y, weight)
}`)
	if err := e.compiledDecl(f); err != nil {
		e.fail("%w", err)
	}
	f.add(`// Fit trains the model. The zero FitConfig means: as the description says. When
// ctx is cancelled, Fit returns the history so far and the error of ctx. The
// optimizer is kept: another Fit goes on where this one stopped.
func (m *Model) Fit(ctx §context.Context, d Dataset, cfg FitConfig) (*History, error) {
	%[1]s%[2]sm.session.Metadata = m.metadata
	return §train.Fit(ctx, m.trainer(), &m.session, compiled, d, cfg)
}

// Evaluate computes the loss and the metrics over a data set.
func (m *Model) Evaluate(ctx §context.Context, d Dataset) (Result, error) {
	%[3]sreturn §train.Evaluate(ctx, m.trainer(), &m.session, compiled, d, compiled.BatchSize)
}

// trainer is the model's engine.
func (m *Model) trainer() *engine {
	if m.engine == nil {
		m.engine = newEngine(m.params)
	}
	return m.engine
}`, e.stratify(f), e.kept().changes(), e.kept().where(`e := m.trainer()
	e.kept = m.kept.get(panelRooms)
	defer func() { e.kept = nil }()
	`))
	e.freezeMethods(f)
	e.gradientsDecl(f)
	e.engineDecl(f)
	e.adapterDecl(f)
	return f
}

// configFields lists the fields of a FitConfig for its comment.
func configFields() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	t := reflect.TypeFor[train.Config[int, int]]()
	for i := range t.NumField() {
		kind := t.Field(i).Type.String()
		if strings.Contains(kind, "Dataset") {
			kind = "Dataset"
		}
		fmt.Fprintf(w, "%s\t%s\n", t.Field(i).Name, strings.NewReplacer("train.", "", "optim.", "").Replace(kind))
	}
	w.Flush()
	return "//\t" + strings.ReplaceAll(strings.TrimSpace(b.String()), "\n", "\n//\t")
}

// stratify prints how Fit cuts validation rows off class by class; "": it takes
// the last ones.
func (e trainText) stratify(f *file) string {
	if !e.p.Training.Stratify || len(e.p.Targets) != 1 {
		return ""
	}
	if !e.enc.Has() {
		e.enc.ClassOf(f.File) // which FitFeatures needs otherwise
	}
	return `rows, held, err := §train.Hold(compiled, cfg, d, classOf)
	if err != nil {
		return &History{}, err
	}
	if held != nil {
		d, cfg.ValidationData = rows, held
	}
	`
}

// compiledDecl prints the compile and fit sections of the description.
func (e trainText) compiledDecl(f *file) error {
	t := e.p.Training
	rule, err := setting.Rule(t.Optimizer)
	if err != nil {
		return err
	}
	fields := fmt.Sprintf("Loss: %s,\nOptimizer: func() §optim.Rule {\n%s\n},\n", quote(strings.Join(t.Losses, ", ")), rule)
	for _, m := range []struct {
		field   string
		outputs [][]loop.Setting
	}{{"Metrics", t.Metrics}, {"WeightedMetrics", t.WeightedMetrics}} {
		text, err := setting.Metrics(m.field, m.outputs)
		if err != nil {
			return err
		}
		fields += text
	}
	fields += fmt.Sprintf("BatchSize: %d,\nEpochs: %d,\n", t.BatchSize, t.Epochs)
	if t.ValidationSplit != 0 {
		fields += fmt.Sprintf("ValidationSplit: %s,\n", gokernel.Double.Number(t.ValidationSplit))
	}
	fields += fmt.Sprintf("Shuffle: %v,\n", t.Shuffle)
	if t.StepsPerEpoch != 0 {
		fields += fmt.Sprintf("StepsPerEpoch: %d,\n", t.StepsPerEpoch)
	}
	callbacks, err := setting.Callbacks(t.Callbacks)
	if err != nil {
		return err
	}
	if e.enc.Has() && e.p.Encoding.Weight != "" {
		fields += fmt.Sprintf("WeightColumn: %s,\n", quote(e.p.Encoding.Weight))
	}
	fields += setting.ClassWeight(t.ClassWeight) + callbacks
	f.add("// compiled holds the compile and fit sections of the description.\nvar compiled = §train.Compiled{\n%s}", fields)
	return nil
}

// gradientsDecl prints the entry points of custom training loops.
func (e trainText) gradientsDecl(f *file) {
	pkg, statistics := e.cfg.Package, ""
	if e.grows() {
		statistics = " The\n// statistics over the batch are those of all its rows: the engine makes room for\n// them."
	}
	f.add(`// Gradients fills g with the gradient of the batch's loss, which it returns,
// and brings the state up to date. With Apply it makes training loops of one's
// own.%[1]s
func (m *Model) Gradients(g *Params, b Batch) (loss float32, err error) {
	%[3]sif loss, err = §train.Gradients(m.trainer(), &m.session, g.flat(), b, trainShare); err != nil {
		err = §fmt.Errorf("%[2]s: Gradients: %%w", err)
	}
	return loss, err
}`, statistics, pkg, e.kept().changesState())
	f.add(`// NewOptimizer binds a rule to the parameters of this network; nil stands for
// the rule of the description.
func NewOptimizer(rule Rule) (*Optimizer, error) {
	if rule == nil {
		rule = compiled.Optimizer()
	}
	return §optim.New(rule, segments)
}

// Apply moves the parameters one step against the gradient.
func (m *Model) Apply(o *Optimizer, g *Params) error {
	if o == nil {
		return §errors.New("%[1]s: Apply: no optimizer: NewOptimizer makes one")
	}
	%[2]s	return o.Apply(m.params.flat()[:trainable], g.flat()[:trainable])
}

// Finalize ends a training loop of one's own, as the end of Fit does: where the
// optimizer keeps a moving average of the parameters, that takes their place.
func (m *Model) Finalize(o *Optimizer) error {
	if o == nil {
		return §errors.New("%[1]s: Finalize: no optimizer: NewOptimizer makes one")
	}
	%[2]sreturn o.Finalize(m.params.flat()[:trainable])
}`, pkg, e.kept().changes())
}

// callbackTypes prints the names under which a package offers the callbacks of
// runtime/train: its user imports nothing else.
func (e trainText) callbackTypes(f *file) {
	var types strings.Builder
	for _, c := range train.Callbacks() {
		types.WriteString("	// " + c.Type() + " " + c.Doc + ".\n	" + c.Type() + " = §train." + c.Type() + "\n")
	}
	f.add(`// What follows a Fit, for FitConfig.Callbacks: pointers to these.
type (
	// Callback follows a Fit, and may end it.
	Callback = §train.Callback
	// StatefulCallback is one whose memory BackupAndRestore keeps.
	StatefulCallback = §train.StatefulCallback
	// NopCallback does nothing: embed it to write only the methods needed.
	NopCallback = §train.NopCallback
	// FitState is what a callback is shown.
	FitState = §train.State
%s)

// ErrStop, returned by a callback, ends a Fit without an error.
var ErrStop = §train.ErrStop`, types.String())
}

// freezeMethods prints what freezes layers at run time.
func (e trainText) freezeMethods(f *file) {
	f.add(`// Freeze has Fit leave layers ("hidden") or tensors ("hidden/kernel") alone.
// Layers with trainable: false in the description are so always, and make the
// steps cheaper: their gradients are not computed.
func (m *Model) Freeze(names ...string) error { return m.session.Freeze(segments, names...) }

// Unfreeze takes Freeze back; without names, for everything.
func (m *Model) Unfreeze(names ...string) error { return m.session.Unfreeze(segments, names...) }

// Frozen names the tensors that Freeze holds.
func (m *Model) Frozen() []string { return m.session.Frozen() }`)
}
