package gosrc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// engineFields prints the fields of the engine.
func (e trainText) engineFields() string {
	floats, ints := e.trainArena()
	fields := ""
	if e.grows() {
		fields = "a []float32 // the arena\n"
		if ints > 0 {
			fields += "ai []int32 // the arena of integers\n"
		}
	} else if floats > 0 { // the first field of a large object begins a cache line, and so do those after it
		fields = fmt.Sprintf("a [%d]float32 // the arena, first: it begins a cache line\n", floats)
	}
	if ints > 0 && !e.grows() {
		fields += fmt.Sprintf("ai [%d]int32 // the arena of integers\n", ints)
	}
	fields += "inputs\n"
	for i, p := range e.p.Targets {
		fields += e.rowField(e.targetField(i), p)
	}
	fields += e.rowField("weight", loop.Port{})
	if len(e.p.Carried) > 0 {
		fields += fmt.Sprintf("carried [%d]float32 // what rows have left for those of the next batch\n", carriedAt(e.p, len(e.p.Carried)))
	}
	masks := ""
	if e.results() > len(e.p.Outputs) {
		masks = ", masks and states after them"
	}
	fields += fmt.Sprintf("outputs [%d][]float32 // rows of the last Train or Evaluate%s\nlosses [%d]float64\n", e.results(), masks, len(e.p.Outputs))
	fields += whereMixed(e.p, "mixed bool // targets are those that the last Train has mixed\n")
	sparse := false
	for _, p := range e.p.Targets {
		sparse = sparse || p.DType == loop.I32
	}
	if sparse {
		fields += fmt.Sprintf("class [%d]float32 // class numbers as a metric reads them\n", e.mostClassNumbers())
	}
	fields += `
	params, grads *Params
	team                    *§nn.Team // nil: one worker
	trainPart, evaluatePart func(t *§nn.Worker)
	n                       int // rows and step that the team is at
	step                    §train.Step
`
	if e.workFloats() > 0 {
		fields += "work [][]float32 // scratch of each worker\n"
	}
	fields += e.kept().where("kept []panels // of Evaluate; nil: parameters change\n")
	return fields
}

// engineDecl prints the implementation of train.Engine.
func (e trainText) engineDecl(f *file) {
	work, scratch, room := "", "", ""
	if e.grows() {
		room = "e.room(1)\n"
	}
	if e.workFloats() > 0 {
		work = "e.work = [][]float32{make([]float32, workFloats)}\n"
		scratch = "for len(e.work) < t.Workers() {\ne.work = append(e.work, make([]float32, workFloats))\n}\n"
		f.add("// workFloats is the scratch that the kernels of a worker need.\nconst workFloats = %d", e.workFloats())
	}
	f.add(`// trainShare is how many rows are worth sharing out among workers: as many as
// keep one of them busy for some microseconds.
const trainShare = %d`, e.worthRows(e.p.Train))
	f.add(`// engine is a training step and the memory that it works in. It implements
// train.Engine.
type engine struct {
	%s}

var _ §train.Engine[Input, Target] = (*engine)(nil)

func newEngine(p *Params) *engine {
	e := &engine{params: p, grads: new(Params)}
	e.trainPart, e.evaluatePart = e.trainRows, e.evaluateRows
	%s%sreturn e
}

func (e *engine) MicroBatch() int        { return batchRows }
func (e *engine) Segments() []§nn.Segment { return segments }
func (e *engine) Params() []float32      { return e.params.flat() }
func (e *engine) Gradients() []float32   { return e.grads.flat()[:trainable] }
func (e *engine) Losses() []float64      { return e.losses[:] }
func (e *engine) OutputNames() []string  { return []string{%s} }
func (e *engine) BatchStatistics() bool  { return %v }
func (e *engine) Weight(row int) float32 { return e.weight[row] }

// Reweight changes the weight of a loaded row.
func (e *engine) Reweight(row int, weight float32) { e.weight[row] = weight }

// Share gives the engine the workers of one Fit or Evaluate; nil: none beside
// the caller.
func (e *engine) Share(t *§nn.Team) {
	e.team = t
	%s}`, e.engineFields(), work, room, quotedNames(e.p.Outputs), e.p.Training.BatchStatistics, scratch)
	if e.grows() {
		e.growEngine(f)
	}
	e.loadMethod(f)
	e.runMethods(f)
	e.rowMethods(f)
	e.countsMethod(f)
	e.carryMethods(f)
}

// loadMethod prints how the engine takes an example.
func (e trainText) loadMethod(f *file) {
	load := ""
	for i, p := range e.p.Targets {
		if p.DType == loop.I32 && p.Limit > 0 {
			load += e.targetCheck(i)
		}
	}
	for i := range e.p.Targets {
		load += copyIn("e."+e.targetField(i), "y", e.p.Targets, e.ports.targets, i) + "\n"
	}
	check := ""
	if checked(e.p.Inputs) {
		check = "if err := x.Check(); err != nil {\nreturn err\n}\n"
	}
	f.add(`// Load copies an example into a row. Rows are loaded in order, from 0.
func (e *engine) Load(row int, x *Input, y *Target, weight float32) error {
	%s%se.weight[row] = weight
	e.load(row, x)
	return nil
}`, check, load)
	if !slices.ContainsFunc(e.p.Inputs, func(p loop.Port) bool { return p.Ragged }) {
		f.add(`// ParallelLoad says that Load may be called for several rows at once.
func (e *engine) ParallelLoad() {}`)
	}
}

// quotedNames are the names of ports as elements of a list.
func quotedNames(ports []loop.Port) string {
	var s []string
	for _, p := range ports {
		s = append(s, quote(p.Name))
	}
	return strings.Join(s, ", ")
}

// targetCheck prints the check of class numbers.
func (e trainText) targetCheck(i int) string {
	p := e.p.Targets[i]
	what := ""
	if len(e.p.Targets) > 1 {
		what = " " + strings.Trim(quote(p.Name), `"`)
	}
	msg := func(class string) string {
		return fmt.Sprintf("return §fmt.Errorf(%s, %s)", quote(fmt.Sprintf("target%s is class %%d, not one from 0 to %d", strings.ReplaceAll(what, "%", "%%"), p.Limit-1)), class)
	}
	if len(p.Shape) == 0 {
		class := operandOf("y", e.p.Targets, e.ports.targets, i)
		return fmt.Sprintf("if class := %s; class < 0 || class >= %d {\n%s\n}\n", class, p.Limit, msg("class"))
	}
	return fmt.Sprintf("for _, class := range %s {\nif class < 0 || class >= %d {\n%s\n}\n}\n", flatOf("y", e.p.Targets, e.ports.targets, i), p.Limit, msg("class"))
}

// enginePass prints how a pass over the rows of the engine begins.
func (e trainText) enginePass(f *file) {
	uses := e.asked
	fields := "a: e.a[:],\n"
	if uses["allInts"] || uses["ownInts"] || uses["atInts"] || uses["vectorInts"] {
		fields += "ai: e.ai[:],\n"
	}
	fields += "u: units, n: e.n, r0: r0, r1: r1, rows: r1-r0,\n"
	for i, p := range e.p.Inputs {
		name := e.inField(i)
		fields += fmt.Sprintf("%s: e.%s[:],\n", name, name)
		if p.Ragged {
			fields += fmt.Sprintf("%sOffsets: e.%sOffsets[:],\n", name, name)
		}
	}
	for i := range e.p.Targets {
		fields += fmt.Sprintf("%[1]s: e.%[1]s[:],\n", e.targetField(i))
	}
	fields += "weight: e.weight[:],\n"
	if len(e.p.Carried) > 0 {
		fields += "carried: e.carried[:],\n"
	}
	fields += e.kept().where("kept: e.kept,\n")
	if uses["work"] {
		fields += "work: e.work[t.Index()],\n"
	}
	f.add(`// pass is one over the loaded rows, as a worker sees it, in an arena that has units
// times the room of its layout.
func (e *engine) pass(t *§nn.Worker, units int) pass {
	r0, r1 := t.Share(e.n)
	return pass{
		%sp: e.params, g: e.grads,
		step: e.step, invTotal: 1 / float32(e.step.Total), share: float32(e.n) / float32(e.step.Total),
		t: t,
	}
}`, fields)
}

func (e trainText) runMethods(f *file) {
	store := "if t.Solo() {\ne.outputs = rows\n}"
	if e.results() == 1 {
		store = "if t.Solo() {\ne.outputs[0] = rows\n}"
	}
	units, evaluated := "1", e.tested.times("e.n")
	if e.grows() {
		if units = "e.units()"; !e.tested.rows {
			evaluated = units
		}
		f.add(`// units is how many times batchRows rows the batch begins.
func (e *engine) units() int { return (e.n + batchRows - 1) / batchRows }`)
	}
	// The losses are numbers in the arena.
	losses := func(p *loop.Plan) string {
		text, at := "", func(b *loop.Buffer) string { return strconv.Itoa(b.Offset) }
		switch {
		case p == e.p.Evaluate && e.tested.rows:
			at = func(b *loop.Buffer) string { return times("n", e.tested.at[b]) }
		case e.grows():
			at = func(b *loop.Buffer) string { return times("e.units()", b.Offset) }
		}
		for i, b := range p.Losses {
			text += fmt.Sprintf("e.losses[%d] = float64(e.a[%s])\n", i, at(b))
		}
		if len(p.Losses) == 1 && p.Losses[0] == p.Loss {
			return text + "return e.losses[0]"
		}
		return text + fmt.Sprintf("return float64(e.a[%s])", at(p.Loss))
	}
	update := ""
	if len(e.p.Train.Updates) > 0 {
		update = fmt.Sprintf("state := e.pass(nil, %s)\nupdateState(&state)\n", units)
	}
	carry := ""
	if len(e.p.Carried) > 0 {
		carry = "e.carry()\n"
	}
	e.enginePass(f)
	f.add(`// Train runs forward and backward over the first n rows and returns their share
// of the batch's loss.
func (e *engine) Train(n int, s §train.Step) float64 {
	e.run(n, s, e.trainPart)
	%[5]s%[4]s%[1]s%[2]s
}

// Evaluate runs the network over the first n rows as Predict does and returns
// their share of the loss.
func (e *engine) Evaluate(n int, s §train.Step) float64 {
	e.run(n, s, e.evaluatePart)
	%[6]s%[4]s%[3]s
}

// run has the workers do their parts, or the caller all of it.
func (e *engine) run(n int, s §train.Step, part func(*§nn.Worker)) {
	e.n, e.step = n, s
	if n < trainShare {
		part(nil)
	} else {
		e.team.Run(part)
	}
}`, update, losses(e.p.Train), losses(e.p.Evaluate), carry, whereMixed(e.p, "e.mixed = true\n"), whereMixed(e.p, "e.mixed = false\n"))
	f.add(`// trainRows is the part of a worker in Train.
func (e *engine) trainRows(t *§nn.Worker) {
	s := e.pass(t, %s)
	rows := forward(&s)
	backward(&s)
	%s
}

// evaluateRows is the part of a worker in Evaluate.
func (e *engine) evaluateRows(t *§nn.Worker) {
	s := e.pass(t, %s)
	rows := evaluate(&s)
	%s
}`, units, store, evaluated, store)
}

// worthRows is how many rows of a plan are so much work that handing a part of
// it to another core pays.
func (e *phases) worthRows(p *loop.Plan) int {
	flops := 0
	runs, _ := p.Flat()
	turns := p.Turns()
	for i, r := range runs {
		flops += turns[i] * (r.Kernel.Flops(2) - r.Kernel.Flops(1))
		switch k := r.Kernel.(type) { // a row holds some tens of ids
		case *loop.GatherSum:
			flops += 64 * k.Width
		case *loop.ScatterSum:
			flops += 64 * k.Width
		}
	}
	return max(2, e.cfg.Machine.ShareMulAdds/max(flops, 1))
}

// adapterDecl prints the layers that are fitted to their input.
func (e trainText) adapterDecl(f *file) {
	if len(e.p.Adapts) == 0 {
		f.add("// Adapt finds no layer that is fitted to the training rows.\nfunc (e *engine) Adapt() []§train.Adapter { return nil }")
		return
	}
	body := ""
	for i, a := range e.p.Adapts {
		body += fmt.Sprintf(`if e.params.%[1]s%[2]s == 0 {
		places := [3][2]int{%[6]s, %[7]s, %[8]s}
		list = append(list, &adapter{%[3]s, %[4]d, %[5]d, e.%[9]s, places, e.params})
	}
	`, e.fields[a.Count], strings.Repeat("[0]", len(e.p.Segments[a.Count].Shape)), quote(a.Layer), a.Width, a.Groups, e.place(a.Mean), e.place(a.Variance), e.place(a.Count), e.adapts[i].name)
	}
	f.add(`// Adapt returns the layers that have not yet been fitted to the training rows.
func (e *engine) Adapt() []§train.Adapter {
	var list []§train.Adapter
	%sreturn list
}`, body)
	for i, fn := range e.adapts {
		f.add("// %[1]s is what reaches layer %[2]s, for the first n rows.\nfunc (e *engine) %[1]s(n int) []float32 {\ne.n = n\ns := e.pass(nil, %[3]s)\nreturn %[1]s(&s)\n}", fn.name, mention(e.p.Adapts[i].Layer), planned(e.p.Adapts[i].Plan).times("n"))
	}
	f.add(`// adapter is a layer that is fitted to its input. It implements train.Adapter.
type adapter struct {
	name          string
	width, groups int
	rows          func(n int) []float32
	places        [3][2]int // of mean, variance and count in the block
	params        *Params
}

func (l *adapter) Name() string         { return l.name }
func (l *adapter) Width() int           { return l.width }
func (l *adapter) Groups() int          { return l.groups }
func (l *adapter) Rows(n int) []float32 { return l.rows(n) }

// Set stores what has been learned about the input.
func (l *adapter) Set(mean, variance []float32, count int) {
	w := l.params.flat()
	copy(w[l.places[0][0]:l.places[0][1]], mean)
	copy(w[l.places[1][0]:l.places[1][1]], variance)
	w[l.places[2][0]] = float32(count)
}`)
}

// place is where a segment lies in the block: {from, to}.
func (e trainText) place(segment int) string {
	s := e.p.Segments[segment]
	return fmt.Sprintf("{%d, %d}", s.Offset, s.Offset+s.Len())
}
