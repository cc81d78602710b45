package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// predictText prints predict.go.
type predictText struct{ *phases }

// stackBytes is how much scratch Predict keeps on the stack.
const stackBytes = 4 << 10

// rowOnStack reports whether the scratch of a single prediction lies on the
// stack.
func (e *phases) rowOnStack() bool {
	return 4*(e.row.floats+e.row.ints+e.rowWork) <= stackBytes && e.marks() == 0
}

// rowRoom is the memory of a prediction of one row, by the field of a pass.
func (e *phases) rowRoom() map[string]int {
	return map[string]int{"a": e.row.floats, "ai": e.row.ints, "work": e.rowWork}
}

// ownRows prints the rows of a pass of which there is one worker.
func (e *phases) ownRows(n string) string {
	if e.crew || e.tested != nil && e.tested.rows { // its functions are those of evaluation
		return fmt.Sprintf("n: %[1]s, r1: %[1]s, rows: %[1]s, ", n)
	}
	return "n: " + n + ", "
}

func roomType(field string) string {
	if field == "ai" {
		return "int32"
	}
	return "float32"
}

// large reports outputs that are not returned by value.
func large(outputs []loop.Port) bool {
	n := 0
	for _, p := range outputs {
		n += 4 * size(p.Shape)
	}
	return n > stackBytes
}

func (e predictText) predictFile() *file {
	f := e.newFile()
	e.predictOne(f)
	e.predictBatch(f)
	if e.p.Answer.Probabilities.Logits() {
		e.probabilities(f)
	}
	if e.inPlace() {
		e.flatRows(f)
	}
	if !e.inPlace() || !e.cfg.PredictOnly {
		e.inputsDecl(f)
	}
	fillMethod(f, e.output(), rowsType(len(e.p.Outputs)))
	if checked(e.p.Inputs) {
		e.checkMethod(f, e.input(), " What Encode has made needs no check.")
		fillNaNMethod(f, e.output())
	}
	e.verbatim(f, "freeList", "get", "put")
	e.kept().decl(f)
	return f
}

// predictOne prints Predict, or PredictInto for a large output.
func (e predictText) predictOne(f *file) {
	room := e.rowRoom()
	var body strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&body, format+"\n", args...) }
	result, name, dst := "Output", "Predict", "out"
	if large(e.p.Outputs) {
		result, name, dst = "", "PredictInto", "dst"
	}
	if checked(e.p.Inputs) {
		line("if x.Check() != nil {\n%s.fillNaN()\nreturn%s\n}", dst, map[bool]string{true: " out"}[result != ""])
	}
	if e.crew {
		line("%s", e.predictShared(dst, map[bool]string{true: " out"}[result != "" && !e.kernels.HasNetwork()]))
	}
	scratch := ""
	if e.rowOnStack() {
		for _, name := range []string{"a", "ai", "work"} {
			if n := room[name]; n > 0 {
				line("var %s [%d]%s", name, n, roomType(name))
			}
		}
	} else {
		line("s := m.rows.get()")
		scratch = "s."
	}
	fields := ""
	for _, name := range []string{"a", "ai", "work"} {
		if room[name] > 0 {
			fields += fmt.Sprintf("%s: %s%s[:], ", name, scratch, name)
		}
	}
	fields += "u: 1, " + e.ownRows("1") + e.rowInputs(e.input(), line)
	line("rows := predict(&pass{%sp: m.params%s})", fields, e.kept().where(", kept: m.kept.get(panelRooms)"))
	line("%s.fill(rows, 0)", dst)
	if scratch != "" {
		line("m.rows.put(s)")
	}
	doc := name + " computes the output for one sample. It may be called from any number of goroutines and allocates nothing once warm."
	if checked(e.p.Inputs) {
		doc += " Where an id is out of range, which Check reports, every value of the output is NaN."
	}
	sig, end := "Predict(x *Input) (out Output)", "return out\n"
	if result == "" {
		sig, end = "PredictInto(dst *Output, x *Input)", ""
	}
	if e.kernels.HasNetwork() { // whose few nanoseconds are not spent on the memory of a pass
		f.add("%sfunc (m *Model) %s {\nif !predictWhole(&out, x, m.params) {\nm.predictRow(&out, x)\n}\nreturn out\n}", docComment(doc), sig)
		doc, sig, end = "predictRow is Predict kernel by kernel.", "predictRow(out *Output, x *Input)", ""
	}
	f.add("%sfunc (m *Model) %s {\n%s%s}", docComment(doc), sig, body.String(), end)
	if scratch == "" {
		return
	}
	memory := ""
	for _, name := range []string{"work", "a", "ai"} {
		if n := room[name]; n > 0 {
			memory += fmt.Sprintf("%s [%d]%s\n", name, n, roomType(name))
		}
	}
	for i := range e.p.Inputs {
		if e.distinct(i) {
			memory += e.inField(i) + " []int32\n"
		}
	}
	if n := e.marks(); n > 0 {
		memory += fmt.Sprintf("seen [%d]uint8\n", n)
	}
	f.add("// rowScratch is the working memory of one prediction.\ntype rowScratch struct {\n%s}", memory)
}

// rowInputs prints the fields of a pass that hold the inputs of one sample, after
// the lines that make them.
func (e *program) rowInputs(in gotree.Ports, line func(format string, args ...any)) string {
	fields := ""
	for i, p := range in.List {
		field, at, value := e.inField(i), in.Operand("x", i), ""
		switch {
		case e.distinct(i):
			line("s.%[1]s = appendDistinct(s.%[1]s[:0], %[2]s, s.seen[:])", field, at)
			value, at = "s."+field, "s."+field
		case len(p.Shape) == 0 && !p.Ragged:
			line("%s := [1]%s{%s}", field, elemOf(p), in.Scalar("x", i))
			value = field + "[:]"
		default:
			value = in.Flat("x", i)
		}
		fields += field + ": " + value + ", "
		if p.Ragged {
			line("offsets%d := [2]int32{0, int32(len(%s))}", i, at)
			fields += fmt.Sprintf("%sOffsets: offsets%d[:], ", field, i)
		}
	}
	return fields
}

func (e predictText) predictBatch(f *file) {
	floats, ints := e.row.room(e.p.Batch)
	room := map[string]int{"a": floats, "ai": ints, "work": e.batchWork}
	pass := ""
	for _, name := range []string{"a", "ai", "work"} {
		if room[name] > 0 {
			pass += fmt.Sprintf("%[1]s: s.%[1]s[:], ", name)
		}
	}
	pass += "u: " + e.row.times("n") + ", " + e.ownRows("n")
	samples, load := e.heldInputs(), "for r := range n {\ns.load(r, &x[r])\n}\n"
	if e.inPlace() {
		samples, load = e.inField(0)+": flatRows(x[:n]), ", ""
	}
	check := ""
	doc := ""
	if checked(e.p.Inputs) {
		check = fmt.Sprintf(`for i := range x {
		if err := x[i].Check(); err != nil {
			return §fmt.Errorf("%s: PredictBatch: row %%d: %%w", i, err)
		}
	}
	`, e.cfg.Package)
		doc = "\n// Ids out of range are an error, and dst is then left as it was."
	}
	grow := ""
	if e.grows() && !e.inPlace() {
		grow = "s.grow(batchRows)\n"
	}
	if e.sharesBatches() {
		e.batchByLayers(f, doc, check)
	} else {
		e.batchByRows(f, doc, check)
	}
	if e.crew {
		e.crewDecl(f, pass)
	}
	f.add(`// predictPart computes outputs in batches.
func (m *Model) predictPart(dst []Output, x []Input) {
	s := m.batches.get()
	%sfor len(x) > 0 {
		n := min(len(x), batchRows)
		%srows := predict(&pass{%sp: m.params%s})
		for r := range n {
			dst[r].fill(rows, r)
		}
		dst, x = dst[n:], x[n:]
	}
	m.batches.put(s)
}`, grow, load, pass+samples, e.kept().where(", kept: m.kept.get(panelRooms)"))
	fields := "inputs\n"
	if e.inPlace() {
		fields = ""
	}
	for _, name := range []string{"a", "ai", "work"} {
		if n := room[name]; n > 0 {
			fields = fmt.Sprintf("%s [%d]%s\n", name, n, roomType(name)) + fields
		}
	}
	f.add("// batchScratch is the working memory of one PredictBatch.\ntype batchScratch struct {\n%s}", fields)
}

// inPlace reports that samples are read where they lie: those of one input, which
// all have as many values, are rows of one run of numbers.
func (e *program) inPlace() bool { return len(e.p.Inputs) == 1 && !e.p.Inputs[0].Ragged }

// flatRows prints the function that says so in Go.
func (e predictText) flatRows(f *file) {
	p := e.p.Inputs[0]
	f.add(`// flatRows is the same memory as one slice: samples lie one after another.
func flatRows(x []Input) []%[1]s {
	return §unsafe.Slice((*%[1]s)(§unsafe.Pointer(§unsafe.SliceData(x))), %[2]s)
}`, elemOf(p), times("len(x)", size(p.Shape)))
}

// heldInputs prints the fields of a pass for inputs that s holds.
func (e predictText) heldInputs() string {
	fields := ""
	for i, p := range e.p.Inputs {
		name := e.inField(i)
		if !p.Ragged {
			fields += fmt.Sprintf("%[1]s: s.%[1]s[:], ", name)
			continue
		}
		fields += fmt.Sprintf("%[1]s: s.%[1]s, %[1]sOffsets: s.%[1]sOffsets[:], ", name)
	}
	return fields
}

// inputsDecl prints the struct that batches of samples are copied into.
func (e predictText) inputsDecl(f *file) {
	fields, body := "", ""
	if e.grows() {
		fields = "rows int // there is room for\n"
	}
	for i, p := range e.p.Inputs {
		name := e.inField(i)
		if p.Ragged {
			offsets := "[batchRows + 1]int32"
			if e.grows() {
				offsets = "[]int32"
			}
			fields += fmt.Sprintf("%s []int32\n%sOffsets %s // row r is %s[offsets[r]:offsets[r+1]]\n", name, name, offsets, name)
			ids := operandOf("x", e.p.Inputs, e.ports.inputs, i)
			add := fmt.Sprintf("append(in.%s[:in.%sOffsets[row]], %s...)", name, name, ids)
			if e.distinct(i) {
				add = fmt.Sprintf("appendDistinct(in.%s[:in.%sOffsets[row]], %s, in.seen[:])", name, name, ids)
			}
			body += fmt.Sprintf("in.%s = %s\nin.%sOffsets[row+1] = int32(len(in.%s))\n", name, add, name, name)
			continue
		}
		fields += e.rowField(name, p)
		body += copyIn("in."+name, "x", e.p.Inputs, e.ports.inputs, i) + "\n"
	}
	order := "Rows"
	if n := e.marks(); n > 0 {
		fields += fmt.Sprintf("seen [%d]uint8 // marks the ids of the row being loaded\n", n)
	}
	for _, p := range e.p.Inputs {
		if p.Ragged {
			order = "Rows are loaded in order: they"
		}
	}
	f.add(`// inputs holds the samples of one call, row after row.
type inputs struct {
	%s}

// load copies a sample. %s lie one after another.
func (in *inputs) load(row int, x *Input) {
	%s}`, fields, order, body)
	if e.grows() {
		e.growInputs(f)
	}
	if e.marks() > 0 {
		e.verbatim(f, "appendDistinct")
	}
}

// fillMethod prints how an output is filled from the rows of the network, which are
// those of several values or of one.
func fillMethod(f *file, out gotree.Ports, rowsType string) {
	var body []string
	for i, p := range out.List {
		rows := "rows"
		if rowsType != "[]float32" {
			rows = fmt.Sprintf("rows[%d]", i)
		}
		if len(p.Shape) == 0 {
			value := rows + "[row]"
			if len(out.List) == 1 {
				value = out.Type + "(" + value + ")"
			}
			body = append(body, fmt.Sprintf("%s = %s", out.Operand("o", i), value))
			continue
		}
		body = append(body, fmt.Sprintf("copy(%s, %s[%s:])", out.Flat("o", i), rows, times("row", size(p.Shape))))
	}
	f.add("// fill copies one row of the network's outputs.\nfunc (o *%s) fill(rows %s, row int) {\n%s\n}", out.Type, rowsType, strings.Join(body, "\n"))
}

// probabilities prints what makes probabilities of logits.
func (e predictText) probabilities(f *file) {
	if e.p.Answer.Probabilities == loop.BySigmoid {
		f.add(`// Probabilities are those of logits, which Predict returns: their sigmoids, as in
// the loss.
func (out *Output) Probabilities() (p Output) {
	for i, v := range out {
		p[i] = sigmoid(v)
	}
	return p
}`)
		return
	}
	f.add(`// Probabilities are those of logits, which Predict returns: their softmax, as in
// the loss.
func (out *Output) Probabilities() (p Output) {
	most, sum := out[0], 0.0
	for _, v := range out {
		most = max(most, v)
	}
	for i, v := range out {
		p[i] = exp(v - most)
		sum += float64(p[i])
	}
	for i := range p {
		p[i] = float32(float64(p[i]) / sum)
	}
	return p
}`)
}
