package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// stepText prints step.go: sequences that are given step by step.
type stepText struct{ *phases }

// stepPhase prints the function that runs the plan of a step, beside the calls of a
// prediction.
func (e *phases) stepPhase(predicted []kernelCall) error {
	if e.p.Stream == nil {
		return nil
	}
	plan := e.p.Stream.Plan
	calls, _, err := e.callsOf(plan)
	if err != nil {
		return err
	}
	_, e.stepWork = workOf(calls)
	e.unlike = unlike(predicted, calls)
	e.step, err = e.phase(phaseSpec{
		name: "step", doc: "step runs the network on one step of a sequence and returns its outputs, and after them what the states become.",
		plan: plan, layout: planned(plan), calls: calls, results: true,
	})
	return err
}

// unlike is a layer of which a step computes something in machine code and a prediction
// in Go, or the other way round, which round differently; adds up sums of as many
// products in another order; or computes something that no part of the prediction is
// like. It is "" where there is none. Where a layer has several products of the same
// size, which may have orders of their own, the first of a step is that of the
// prediction, and so on: one follows from the other.
func unlike(predicted, step []kernelCall) string {
	type part struct{ layer, kind string }
	ordersOf := func(calls []kernelCall) map[part][]string {
		orders := map[part][]string{}
		for _, c := range calls {
			for _, kind := range rounding(c.Run.Kernel) {
				p := part{c.Layer, kind}
				orders[p] = append(orders[p], c.fn.Order())
			}
		}
		return orders
	}
	whole, one := ordersOf(predicted), ordersOf(step)
	for _, c := range step {
		for _, kind := range rounding(c.Run.Kernel) {
			p := part{c.Layer, kind}
			other := func(order string) bool { return order != one[p][0] }
			alike := len(whole[p]) > 0 && !slices.ContainsFunc(slices.Concat(whole[p], one[p]), other)
			if !alike && !slices.Equal(whole[p], one[p]) {
				return c.Layer
			}
		}
	}
	return ""
}

// rounding is what a kernel computes of which machine code and Go may round
// differently: sums, and functions other than the arithmetic that IEEE 754 defines.
func rounding(k loop.Kernel) (kinds []string) {
	n, ok := k.(*loop.Nest)
	if c, product := k.(*loop.Contract); product {
		return []string{fmt.Sprintf("%d sums of %d", loop.Points(c.N, 1), loop.Points(c.K, 1))}
	} else if !ok {
		return []string{k.Family()}
	}
	for _, s := range n.Body {
		if s.Reduce == loop.Sum {
			kinds = append(kinds, "sum")
		}
		for _, e := range []scalar.Expr{s.Value, s.Finish} {
			if approximate(e) {
				kinds = append(kinds, "function")
			}
		}
	}
	return kinds
}

// approximate reports an expression with a function that is not rounded correctly.
func approximate(e scalar.Expr) bool {
	a, ok := e.(scalar.Apply)
	return ok && (!exact[a.Fn] || slices.ContainsFunc(a.Args, approximate))
}

// exact are the functions whose result is the one that IEEE 754 defines, or is one
// of the operands.
var exact = map[string]bool{
	"add": true, "sub": true, "mul": true, "div": true, "neg": true, "abs": true, "max": true, "min": true, "sqrt": true,
	"sign": true, "floor": true,
	"select": true, "eq": true, "lt": true, "le": true, "gt": true, "ge": true,
}

// blocked is a program of which a step of a sequence goes over the steps so far, if
// there can be fewer of them than all.
func blocked(p *loop.Program) *loop.Program {
	if p.Stream == nil || p.Stream.Limit() > loop.StepBlock {
		return p
	}
	return inFull(p)
}

// inFull is a program of which a step goes over all steps of a sequence, or the
// program itself if it is.
func inFull(p *loop.Program) *loop.Program {
	if p.Stream == nil {
		return p
	}
	plan, limited := p.Stream.Plan.InFull()
	if !limited {
		return p
	}
	whole, stream := *p, *p.Stream
	stream.Plan, whole.Stream = plan, &stream
	return &whole
}

// entire is the call in the place of one that goes over the steps so far, once these
// are all but a part of a block. Of calls that a whole number of blocks is all there is
// to, it is nil.
func entire(e *phases, plan *loop.Plan, r *loop.Run) (*kernelCall, error) {
	all := loop.InFull(r.Kernel)
	if all == r.Kernel || e.p.Stream.Limit()%loop.StepBlock == 0 {
		return nil, nil
	}
	whole := *r
	whole.Kernel = all
	c, err := e.callOf(plan, &whole, nil)
	return &c, err
}

// soFar prints a call that goes over the steps so far. Those that follow one another
// share a choice.
func (w *phaseWriter) soFar(c kernelCall) {
	limit := w.em.p.Stream.Limit()
	w.declare(shape.Upto, fmt.Sprintf("%s := min((int(s.position[0])+%d)/%[2]d*%[2]d, %d) // steps so far, in blocks", shape.Upto, loop.StepBlock, limit))
	if c.entire != nil && w.entire == nil {
		w.line("if %s < %d {", shape.Upto, limit)
	}
	w.line("%s", gotree.Call(c.fn.Name, w.operands(c)))
	if c.entire != nil {
		w.entire = append(w.entire, gotree.Call(c.entire.fn.Name, w.operands(*c.entire)))
	}
}

// endSoFar ends such a choice.
func (w *phaseWriter) endSoFar() {
	if w.entire == nil {
		return
	}
	w.line("} else {")
	w.lines = append(w.lines, w.entire...)
	w.line("}")
	w.entire = nil
}

// stateAt is where a state lies among the values of a State, the number of steps so
// far being the last; that of as many as there are is their number.
func (e *program) stateAt(state int) int {
	at, last := 0, 0
	for i, p := range e.p.Stream.States {
		n := size(p.Shape)
		if p.DType == loop.I32 {
			last = n
		} else if i < state {
			at += n
		}
	}
	all := e.p.Stream.States
	switch {
	case state == len(all):
		return at + last
	case all[state].DType == loop.I32:
		return e.stateAt(len(all)) - last
	}
	return at
}

// counted reports that a sequence has so many steps at most, and which of the values of
// a State is their number.
func (e *program) counted() (limit, at int) {
	s := e.p.Stream
	if s == nil || s.Limit() == 0 {
		return 0, 0
	}
	return s.Limit(), e.stateAt(slices.IndexFunc(s.States, func(p loop.Port) bool { return p.DType == loop.I32 }))
}

// returned are the results of a plan without the states that it leaves where they are.
func returned(outputs []*loop.Buffer) []*loop.Buffer {
	return slices.DeleteFunc(slices.Clone(outputs), func(b *loop.Buffer) bool { return b.Class == loop.State })
}

// streamDoc says in the documentation of the package how sequences can be given.
func (e *program) streamDoc() string {
	switch {
	case e.p.Stream != nil:
		doc := "Step takes sequences step by step, each with a State of its own; a State is for one goroutine at a time."
		if limit, _ := e.counted(); limit > 0 {
			doc += fmt.Sprintf(" They have up to %d steps.", limit)
		}
		return doc
	case e.p.NoStream != "":
		return "Sequences are given as a whole: " + e.p.NoStream + "."
	}
	return ""
}

func (e stepText) input() gotree.Ports {
	return gotree.Ports{Type: "StepInput", List: e.p.Stream.Inputs, Fields: e.ports.stepInputs}
}

func (e stepText) output() gotree.Ports {
	return gotree.Ports{Type: "StepOutput", List: e.p.Stream.Outputs, Fields: e.ports.stepOutputs}
}

func (e stepText) stepFile() *file {
	f := e.newFile()
	in, out := e.input(), e.output()
	words := modelText(e).portWords
	f.add("%s", portTypes("StepInput", docComment("StepInput is one step of a sequence: "+words(in.List)+"."), in.List, in.Fields))
	flatMethods(f, "StepInput", in.List, in.Fields)
	f.add("%s", portTypes("StepOutput", docComment("StepOutput is what the network makes of the steps so far: "+words(out.List)+"."), out.List, out.Fields))
	flatMethods(f, "StepOutput", out.List, out.Fields)
	e.stateType(f)
	e.stateFiles(f)
	e.stepMethod(f, in, out)
	fillMethod(f, out, rowsType(len(returned(e.p.Stream.Plan.Outputs))))
	limit, _ := e.counted()
	if checked(in.List) {
		e.checkMethod(f, in, "")
	}
	if checked(in.List) || limit > 0 {
		fillNaNMethod(f, out)
	}
	return f
}

// room is the memory of a step, by the field of a pass.
func (e stepText) room() []struct {
	field string
	n     int
} {
	plan := e.p.Stream.Plan
	return []struct {
		field string
		n     int
	}{{"a", plan.ArenaFloats}, {"ai", plan.ArenaInts}, {"work", e.stepWork}}
}

// stateType prints the type of what steps leave.
func (e stepText) stateType(f *file) {
	states := e.p.Stream.States
	total := e.stateAt(len(states))
	var list []string
	for i, p := range states {
		list = append(list, fmt.Sprintf("%s at %d", plain(p.Name), e.stateAt(i)))
	}
	memory := ""
	for _, r := range e.room() {
		if r.n > 0 {
			memory += fmt.Sprintf("%s [%d]%s\n", r.field, r.n, roomType(r.field))
		}
	}
	if memory != "" {
		memory = "\n// The working memory of Step; nothing is left in it.\n" + memory
	}
	f.add(`// State is what the steps of a sequence so far have left for the next one. A copy
// goes on from where it was made.
type State struct {
	%svalues [%d]float32
	%s}`, docComment("values are "+strings.Join(list, ", ")+"."), total, memory)
	if limit, at := e.counted(); limit > 0 {
		f.add("// SequenceLength is how many steps a sequence has at most.\nconst SequenceLength = %d", limit)
		f.add(`// Position is the number of steps so far: 0 before the first, up to SequenceLength.
func (s *State) Position() int { return int(s.values[%d]) }`, at)
	}
	f.add(`// NewState begins a sequence.
func (m *Model) NewState() *State { return new(State) }

// Reset begins another sequence.
func (s *State) Reset() { clear(s.values[:]) }`)
}

// stateFiles prints what writes and reads states.
func (e stepText) stateFiles(f *file) {
	var list strings.Builder
	for i, p := range e.p.Stream.States {
		fmt.Fprintf(&list, "{Name: %s, Shape: %s, Offset: %d},\n", quote(p.Name), intsLiteral(p.Shape), e.stateAt(i))
	}
	f.add("// stateTensors describes the values of a State for files.\nvar stateTensors = []§safetensors.Tensor{\n%s}", list.String())
	f.add(`// WriteTo writes the state (safetensors) and returns the number of bytes.
func (s *State) WriteTo(w §io.Writer) (int64, error) {
	return §safetensors.WriteState(w, %s, ModelID, stateTensors, s.values[:])
}

// Save writes the state to a file as WriteTo does. The file is replaced as a whole or
// not at all.
func (s *State) Save(path string) error {
	err := §safetensors.ReplaceFile(path, func(w §io.Writer) error {
		_, err := s.WriteTo(w)
		return err
	})
	if err != nil {
		return §fmt.Errorf("%s: state: %%w", err)
	}
	return nil
}`, quote(e.p.Name), e.cfg.Package)
	position := ""
	if limit, at := e.counted(); limit > 0 {
		position = fmt.Sprintf(`if p := s.values[%[1]d]; !(p >= 0 && p <= SequenceLength && p == float32(int(p))) {
		return nil, §fmt.Errorf("%[2]s: %%s: the state is after %%v steps; a sequence has 0 to %%d", name, p, SequenceLength)
	}
	`, at, e.cfg.Package)
	}
	f.add(`// OpenState reads a state from a file that Save wrote. A state of another model is an
// error. The weights may be others.
func (m *Model) OpenState(path string) (*State, error) {
	file, err := §os.Open(path)
	if err != nil {
		return nil, §fmt.Errorf("%[1]s: %%w", err)
	}
	defer file.Close()
	return stateOf(file, path)
}

// ReadState is OpenState for what r holds, which must be nothing else.
func (m *Model) ReadState(r §io.Reader) (*State, error) { return stateOf(r, "state") }

func stateOf(r §io.Reader, name string) (*State, error) {
	s := new(State)
	if err := §safetensors.ReadState(r, ModelID, stateTensors, s.values[:]); err != nil {
		return nil, §fmt.Errorf("%[1]s: %%s: %%w", name, err)
	}
	%[2]sreturn s, nil
}`, e.cfg.Package, position)
}

// stepMethod prints Step, or StepInto for a large output.
func (e stepText) stepMethod(f *file, in, out gotree.Ports) {
	var body strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&body, format+"\n", args...) }
	name, dst, sig, end := "Step", "out", "(s *State, x *StepInput) (out StepOutput)", "return out\n"
	if large(out.List) {
		name, dst, sig, end = "StepInto", "dst", "(dst *StepOutput, s *State, x *StepInput)", ""
	}
	doc := name + " takes the next step of the sequence of s. The output has the bits that Predict gives for the whole sequence"
	doc += ": where that is one for every step, those of this step, and else those that it has for the steps so far. It allocates nothing, and may be called from any number of goroutines, each with states of its own."
	if checked(in.List) {
		line("if x.Check() != nil {\n%s.fillNaN()\nreturn%s\n}", dst, strings.TrimPrefix(strings.TrimSuffix(end, "\n"), "return"))
		doc += " Where an id is out of range, which Check reports, every value of the output is NaN, and the state stays as it was."
	}
	fields := ""
	limit, at := e.counted()
	if limit > 0 {
		line("at := [1]int32{int32(s.values[%d])}\nif at[0] >= SequenceLength {\n%s.fillNaN()\nreturn%s\n}", at, dst, strings.TrimPrefix(strings.TrimSuffix(end, "\n"), "return"))
		fields = "position: at[:], "
		doc += " After SequenceLength steps every value of the output is NaN, and the state stays as it was."
	}
	for _, r := range e.room() {
		if r.n > 0 {
			fields += fmt.Sprintf("%[1]s: s.%[1]s[:], ", r.field)
		}
	}
	fields += "u: 1, " + e.ownRows("1") + e.rowInputs(in, line)
	line("rows := step(&pass{%sfrom: s, p: m.params})", fields)
	line("%s.fill(rows, 0)", dst)
	row, results := len(out.List), e.p.Stream.Plan.Outputs
	for i := range e.p.Stream.States {
		if results[len(out.List)+i].Class == loop.State {
			continue // written in place, or counted
		}
		line("copy(s.values[%d:], rows[%d])", e.stateAt(i), row)
		row++
	}
	if limit > 0 {
		line("s.values[%d]++", at)
	}
	f.add("%sfunc (m *Model) %s%s {\n%s%s}", docComment(doc), name, sig, body.String(), end)
}
