package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
)

// testText prints the tests of a package, and its example.
type testText struct{ *phases }

// modelTest prints the test of a package: what package modeltest needs to know
// of the network.
func (e testText) modelTest() *file {
	f := e.newFile()
	what, made := "", "return New(Seed(1))"
	if e.enc.Learns() {
		what, made = " with a made-up encoding", "m := New(Seed(1))\nm.encoding = madeUp(t)\nreturn m"
	}
	f.add(`// newTest is a freshly initialised model%s.
func newTest(t *§testing.T) *Model {
	t.Helper()
	%s
}`, what, made)
	floats, ints := e.trainArena()
	losses, _ := lossesOf(e.p.Train)
	rows := max(e.p.Training.BatchSize, 1)
	var consts, indices []string
	for _, b := range e.consts {
		list := &consts
		if b.DType == loop.I32 {
			list = &indices
		}
		*list = append(*list, e.bufs[b]+"[:]")
	}
	if len(e.p.Carried) > 0 {
		consts = append(consts, fmt.Sprintf("make([]float32, %d)", carriedAt(e.p, len(e.p.Carried))))
	}
	var assigned []string
	for _, u := range e.p.Train.Updates {
		if s := e.p.Segments[u.State.Segment]; s.Role != block.State {
			assigned = append(assigned, fmt.Sprintf("{%d, %d, %d}", s.Offset, u.New.Offset, s.Len()))
		}
	}
	unless := func(zero bool, format string, args ...any) string {
		if zero {
			return ""
		}
		return fmt.Sprintf(format, args...)
	}
	read := e.weightsRead()
	fields := e.predictorFields() + fmt.Sprintf(`},
	New: New, Read: Read,
	Targets: %s,
	Engine: func(m *Model) §train.Engine[Input, Target] { return m.trainer() },
	Arena: func(m *Model) []float32 { return m.trainer().a[:] },
	Parts: func(m *Model, n int, s §train.Step) (trained, evaluated func(*§nn.Worker)) {
		e := m.trainer()
		e.n, e.step = n, s
		return e.trainPart, e.evaluatePart
	},
	Flat: (*Params).flat,
	Rule: compiled.Optimizer,
	Calls: float64Calls,
	Floats: %d%s, Loss: %d,
%s%s	Rows: %d,
	PredictWork: %d, BatchWork: %d, FitWork: %d,
%s`, portTable(e.p.Targets, nil), floats, unless(ints == 0, ", Ints: %d", ints), losses[len(losses)-1].Offset,
		unless(consts == nil, "\tConstants: [][]float32{%s},\n", strings.Join(consts, ", ")),
		unless(assigned == nil, "\tAssigned: [][3]int{%s},\n", strings.Join(assigned, ", "))+unless(indices == nil, "\tIndices: [][]int32{%s},\n", strings.Join(indices, ", ")),
		rows, flops(e.p.Predict, 1), inParts(e.p.Predict, rows, e.p.Batch), inParts(e.p.Train, rows, e.p.Batch),
		unless(read == 0, "\tWeightBytes: %d,\n", read))
	f.add(`// network is what the tests of package modeltest need to know.
var network = §modeltest.Network[*Model, Input, Output, Target, Params]{
	Predictor: §modeltest.Predictor[*Model, Input, Output]{
%s}`, fields)
	f.add("func TestModel(t *§testing.T) { network.Test(t) }")
	for _, name := range []string{"Predict", "PredictBatch", "TrainStep"} {
		f.add("func Benchmark%[1]s(b *§testing.B) { network.Benchmark%[1]s(b) }", name)
	}
	if e.enc.Has() {
		f.add("// targets makes up the targets of n samples.\nfunc targets(n int) []Target { return network.SampleTargets(n) }")
	}
	return f
}

// predictorFields are those of modeltest.Predictor.
func (e testText) predictorFields() string {
	var b strings.Builder
	field := func(format string, args ...any) { fmt.Fprintf(&b, format+",\n", args...) }
	field("Model: newTest")
	if large(e.p.Outputs) {
		field("Predict: (*Model).PredictInto")
	} else {
		field("Predict: func(m *Model, dst *Output, x *Input) { *dst = m.Predict(x) }")
	}
	field("PredictBatch: (*Model).PredictBatch")
	if e.row.floats > 0 {
		field(`Poison: func(m *Model) {
			s := m.batches.get()
			for i := range s.a {
				s.a[i] = float32(§math.NaN())
			}
			m.batches.put(s)
		}`)
	} else {
		field("Poison: func(*Model) {}")
	}
	field("BatchRows: batchRows")
	field("Inputs: %s", portTable(e.p.Inputs, e.distinct))
	if p := e.p.Inputs[0]; len(e.p.Inputs) == 1 && p.DType == loop.F32 && len(p.Shape) > 0 {
		field("InputsFrom: InputsFrom")
	}
	if e.enc.Classified() {
		values, scores := "out[:]", ""
		if how := e.p.Answer.Probabilities; how.Logits() {
			values = "p[:]"
		} else if how == loop.Never {
			scores = "Scores: true,\n"
		}
		body := "return " + values
		if values == "p[:]" {
			body = "p := out.Probabilities()\nreturn p[:]"
		}
		field(`Answer: &§modeltest.Answer[*Model, Input, Output]{
			Classify: func(m *Model, x *Input) (int, float32) {
				class, p := m.Classify(x)
				return int(class), p
			},
			Values: func(out *Output) []float32 { %s },
			Names: Classes[:],
			Parse: func(name string) (int, error) {
				class, err := ParseClass(name)
				return int(class), err
			},
			%s}`, body, scores)
	}
	if s := e.p.Stream; s != nil {
		step := "func(m *Model, dst *StepOutput, s *State, x *StepInput) { *dst = m.Step(s, x) }"
		if large(s.Outputs) {
			step = "(*Model).StepInto"
		}
		position := ""
		if s.Limit() > 0 {
			position = "\nPosition: (*State).Position,"
		}
		field(`Stream: §modeltest.StreamFuncs[*Model, State, StepInput, StepOutput]{
			New: (*Model).NewState, Reset: (*State).Reset,
			Step: %s,
			Write: (*State).WriteTo, Read: (*Model).ReadState, Save: (*State).Save, Open: (*Model).OpenState,%s
		}.Stream()`, step, position)
	}
	return b.String()
}

// portTable prints what a test needs to know of ports.
func portTable(ports []loop.Port, distinct func(i int) bool) string {
	var rows []string
	for i, p := range ports {
		var fields []string
		if p.Limit > 0 {
			fields = append(fields, fmt.Sprintf("Limit: %d", p.Limit))
		}
		if p.Least < 0 {
			fields = append(fields, fmt.Sprintf("Least: %d", p.Least))
		}
		if distinct != nil && distinct(i) {
			fields = append(fields, "Distinct: true")
		}
		if p.Loss != "" {
			fields = append(fields, "Loss: "+quote(p.Loss))
		}
		rows = append(rows, "{"+strings.Join(fields, ", ")+"}")
	}
	return "[]§modeltest.Port{" + strings.Join(rows, ", ") + "}"
}

// float64Test prints the training step as calls of kernels in double precision.
func (e testText) float64Test() *file {
	f := e.newFile()
	var b strings.Builder
	// In double precision no turn is idle, so that the test tells whether others do the same.
	trained := slices.DeleteFunc(slices.Clone(e.trained), func(c kernelCall) bool { return c.idle })
	for i, c := range trained {
		var more []string
		word := func(p *gokernel.Param) string {
			w := e.operandWord(p, &more)
			if part, ok := c.parts[p]; ok {
				move := part.Move
				if c.Steps != nil { // from row to row
					move = part.Of.Row()
				}
				w += fmt.Sprintf("@%d,%d", part.Base, move)
			}
			return w
		}
		if i == 0 || trained[i-1].loop != c.loop {
			if i > 0 && trained[i-1].loop != nil {
				b.WriteString("}\n")
			}
			switch l := c.loop; {
			case l == nil:
			case l.Reverse:
				fmt.Fprintf(&b, "for t := %d; t >= 0; t-- {\n", l.Axis.N-1)
			default:
				fmt.Fprintf(&b, "for t := range %d {\n", l.Axis.N)
			}
		}
		var words []string
		for _, p := range c.kernel.Params {
			words = append(words, word(p))
		}
		if c.kernel.Draws() {
			words = append(words, "f")
		}
		if c.kernel.Sized() {
			words = append(words, e.shapeWord(c.kernel))
		}
		if c.kernel.Upto {
			words = append(words, uptoWord(c))
		}
		switch {
		case c.kernel.Counted && c.Steps != nil:
			words = append(words, fmt.Sprintf("i%d", c.Steps.N))
		case c.kernel.Counted:
			words = append(words, "n")
		}
		if c.kernel.Shared {
			words = append(words, "t")
		}
		layer := c.Layer
		if i > 0 && trained[i-1].Layer == layer {
			layer = ""
		}
		if c.Steps != nil {
			words = append([]string{"each"}, words...)
		}
		operands := quote(strings.Join(words, " "))
		if c.loop != nil {
			operands = "§modeltest.Turn(t, " + operands + ")"
		}
		fmt.Fprintf(&b, "call(%s, %s[float64], %s)\n", quote(layer), c.fn.GoName(), strings.Join(append([]string{operands}, more...), ", "))
	}
	if n := len(trained); n > 0 && trained[n-1].loop != nil {
		b.WriteString("}\n")
	}
	f.add(`// float64Calls makes the calls of a training step, forward and backward, in double
// precision: see modeltest.Call.
func float64Calls(call §modeltest.Call) {
%s}`, b.String())
	return f
}

// shapeWord is the shape argument: numbers of fields, and their values.
func (e testText) shapeWord(k *gokernel.Kernel) string {
	var values []string
	if k.Family != nil {
		for i, v := range k.Sizes {
			values = append(values, fmt.Sprintf("%d:%d", i, v))
		}
		return "z" + strings.Join(values, ",")
	}
	all := gokernel.ShapeFields(e.kernels.Kernels())
	for _, f := range k.Shape.Fields {
		values = append(values, fmt.Sprintf("%d:%d", slices.Index(all, f.Name), f.Value))
	}
	return "z" + strings.Join(values, ",")
}

// operandWord is what modeltest passes for a parameter.
func (e testText) operandWord(p *gokernel.Param, more *[]string) string {
	b, length := p.Buf, ""
	if p.Form == gokernel.RowSlice {
		length = fmt.Sprintf("+%d", b.Row())
	}
	switch b.Class {
	case loop.Scalar:
		return map[string]string{"inv_total": "m", "share": "s"}[b.Name]
	case loop.Random:
		*more = append(*more, quote(b.Name))
		return fmt.Sprintf("e%d", len(*more)-1)
	case loop.Param:
		return fmt.Sprintf("p%d%s", e.p.Segments[b.Segment].Offset, length)
	case loop.Gradient:
		return fmt.Sprintf("g%d%s", e.p.Segments[b.Segment].Offset, length)
	case loop.Const:
		letter, number := "c", 0
		if b.DType == loop.I32 {
			letter = "l"
		}
		for _, other := range e.consts[:slices.Index(e.consts, b)] {
			if other.DType == b.DType {
				number++
			}
		}
		return fmt.Sprintf("%s%d%s", letter, number, length)
	case loop.Input:
		if p.Form == gokernel.Ragged {
			return fmt.Sprintf("x%d o%d", b.Port, b.Port)
		}
		return fmt.Sprintf("x%d", b.Port)
	case loop.State: // of 0
		return fmt.Sprintf("c%d+%d", len(e.consts), carriedAt(e.p, len(e.p.Carried)))
	case loop.Target:
		return fmt.Sprintf("y%d", b.Port)
	case loop.Weight:
		return "w"
	}
	arena := "a"
	if b.DType == loop.I32 {
		arena = "b"
	}
	if b.Rows {
		return fmt.Sprintf("%s%d*%d", arena, b.Offset, b.Row())
	}
	return fmt.Sprintf("%s%d%s", arena, b.Offset, length)
}

// weightsRead is the size of the weights where reading them takes longer than
// computing with them.
func (e testText) weightsRead() int {
	if bytes := e.weightBytes(); flops(e.p.Predict, 1) <= 2*bytes && bytes >= weightsDominate {
		return bytes
	}
	return 0
}

// flops counts the operations of a plan on n rows, a multiply-add as two.
func flops(p *loop.Plan, n int) int { return p.Flops(n) }

// inParts counts the operations of a plan on rows that it takes batch by batch.
func inParts(p *loop.Plan, rows, batch int) int {
	sum := rows / batch * flops(p, batch)
	if rest := rows % batch; rest > 0 {
		sum += flops(p, rest)
	}
	return sum
}

// weightsDominate is the size from which reading the weights may take longer
// than computing with them: the nearest cache holds less.
const weightsDominate = 64 << 10

// weightBytes is the size of the parameters that every prediction reads: not
// the tables of which it reads the rows of ids.
func (e testText) weightBytes() int {
	all, _ := e.total()
	runs, _ := e.p.Predict.Flat()
	tables := map[int]bool{}
	for _, r := range runs {
		if k, ok := r.Kernel.(*loop.GatherSum); ok && k.Table.Class == loop.Param {
			tables[k.Table.Segment] = true
		}
		for _, a := range r.Kernel.Reads() {
			if a.Index != nil && a.Buf.Class == loop.Param {
				tables[a.Buf.Segment] = true
			}
		}
	}
	for i := range tables {
		all -= e.p.Segments[i].Len()
	}
	return 4 * all
}
