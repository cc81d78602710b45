package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// A phase of more calls than longPhase is printed as functions of some partCalls
// each, which begin at a layer.
const (
	longPhase = 60
	partCalls = 30
)

// phase is a function that runs a part of a plan, and the functions that it is
// cut into where there are many calls.
type phase struct {
	name  string
	texts []string
}

// phaseSpec says what a phase is to be.
type phaseSpec struct {
	name, doc string
	plan      *loop.Plan
	layout    *layout
	calls     []kernelCall
	backward  bool
	team      bool // workers run it, each over rows of its own
	stage     int  // of a team: where it begins
	results   bool // it returns the outputs
}

// phase prints a phase.
func (e *phases) phase(s phaseSpec) (*phase, error) {
	w := &phaseWriter{em: e, spec: s, stage: s.stage, computed: map[string]bool{}}
	out := &phase{name: s.name}
	result, returns := "", ""
	var err error
	if s.results {
		result = " " + rowsType(len(returned(handed(e.p, s.plan))))
		if returns, err = w.results(); err != nil {
			return nil, err
		}
	}
	if len(s.calls) <= longPhase {
		out.texts = []string{docComment(s.doc) + head(s.name, result) + w.inside(s.calls, returns)}
		return out, nil
	}
	var lines []string
	for _, calls := range parts(s.calls) {
		layer := calls[0].Layer
		body := w.inside(calls, "")
		name, known := e.cut[body]
		if !known {
			name = e.top.Pick(s.name + upper(layer))
			e.cut[body] = name
			doc := docComment(fmt.Sprintf("%s is the part of %s from layer %s on.", name, s.name, mention(layer)))
			out.texts = append(out.texts, doc+head(name, "")+body)
		}
		lines = append(lines, name+"(s)")
	}
	text := docComment(s.doc) + head(s.name, result) + strings.Join(lines, "\n")
	if returns != "" {
		text += "\nreturn " + returns
	}
	out.texts = slices.Insert(out.texts, 0, text+"\n}")
	return out, nil
}

// parts cuts calls where another layer begins, best where the first word of its
// name changes: conv2_block1_add, conv3_block1_conv.
func parts(calls []kernelCall) [][]kernelCall {
	var list [][]kernelCall
	from := 0
	for i := range calls {
		if n := i - from; n < partCalls || calls[i].loop != nil && calls[i].loop == calls[i-1].loop || calls[i].Layer == calls[i-1].Layer || n < 2*partCalls && firstWords(calls[i].Layer) == firstWords(calls[i-1].Layer) {
			continue
		}
		list = append(list, calls[from:i])
		from = i
	}
	return append(list, calls[from:])
}

// firstWords is what the name of a layer begins with: conv2_block1.
func firstWords(layer string) string {
	words := strings.SplitN(layer, "_", 3)
	return strings.Join(words[:min(2, len(words))], "_")
}

// phaseWriter prints the functions of a phase, one after the other.
type phaseWriter struct {
	em       *phases
	spec     phaseSpec
	stage    int             // that the workers are in
	computed map[string]bool // layers whose results are there already

	// Of the current function:
	own          map[*loop.Buffer]bool // of which calls read and write the worker's rows
	arrays       map[*loop.Buffer]bool // that calls take as arrays
	uses         map[viewed]int        // of views
	views, lines []string
	seen         map[string]bool // views
	layer        string
	solo         bool       // what follows is for one worker
	loop         *loop.Loop // that the lines are in
	idle         bool       // they are those of an idle turn
	entire       []string   // what they are instead where all steps are so far
	again        bool       // the loop tells whether a turn before was not
}

// viewed is a buffer of which a call is passed the worker's own rows, or all.
type viewed struct {
	buf *loop.Buffer
	own bool
}

// head begins a function of a pass.
func head(name, result string) string { return "func " + name + "(s *pass)" + result + " {\n" }

// inside prints the rest of a function that runs calls.
func (w *phaseWriter) inside(calls []kernelCall, returns string) string {
	w.own, w.arrays, w.seen = map[*loop.Buffer]bool{}, map[*loop.Buffer]bool{}, map[string]bool{}
	w.views, w.lines, w.layer, w.uses = nil, nil, "", map[viewed]int{}
	for _, c := range calls {
		for _, p := range c.kernel.Params {
			w.own[p.Buf] = w.own[p.Buf] || w.ownRows(c)
			w.arrays[p.Buf] = w.arrays[p.Buf] || p.Form == gokernel.Fixed
			w.uses[viewed{p.Buf, w.ownRows(c)}]++
		}
	}
	for i, c := range calls {
		w.turns(c, calls[i:])
		w.call(c, calls[i:])
	}
	w.endSoFar()
	w.turns(kernelCall{}, nil)
	w.alone(false)
	var b strings.Builder
	if len(w.views) > 0 {
		b.WriteString(strings.Join(w.views, "\n") + "\n\n")
	}
	for _, l := range w.lines {
		b.WriteString(l + "\n")
	}
	if returns != "" {
		b.WriteString("return " + returns + "\n")
	}
	return b.String() + "}"
}

// ownRows reports a call that every worker makes over rows of its own.
func (w *phaseWriter) ownRows(c kernelCall) bool { return w.spec.team && c.sharing == loop.ByRows }

func (w *phaseWriter) line(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// alone begins or ends what one worker does.
func (w *phaseWriter) alone(solo bool) {
	switch {
	case solo && !w.solo:
		w.line("if s.t.Solo() {")
	case !solo && w.solo:
		w.line("}")
	}
	w.solo = solo
}

// call prints a call, below the name of its layer. Rest is the call and those
// after it.
func (w *phaseWriter) call(c kernelCall, rest []kernelCall) {
	if w.spec.team && c.stage != w.stage {
		w.alone(false)
		w.line("s.t.Wait()")
	}
	w.stage = c.stage
	w.alone(w.spec.team && c.sharing == loop.Solo)
	if c.entire == nil || c.Layer != w.layer {
		w.endSoFar()
	}
	w.heading(c, rest)
	switch {
	case c.Steps != nil:
		w.steps(c)
		return
	case c.kernel.Upto && c.loop == nil:
		w.soFar(c)
		return
	}
	w.line("%s", gotree.Call(c.fn.Name, w.operands(c)))
}

// heading prints the name of a call's layer, if it is another than before.
func (w *phaseWriter) heading(c kernelCall, rest []kernelCall) {
	if c.Layer == w.layer {
		return
	}
	w.layer = c.Layer
	n := slices.IndexFunc(rest, func(d kernelCall) bool { return d.Layer != c.Layer })
	if n < 0 {
		n = len(rest)
	}
	main := slices.DeleteFunc(slices.Clone(rest[:n]), func(d kernelCall) bool { return d.idle })
	w.line("%s", strings.TrimSpace(docComment(w.em.layers.heading(main, w.computed, w.spec.backward))))
}

// operands are what a call passes.
func (w *phaseWriter) operands(c kernelCall) []string {
	var in []string
	own := w.ownRows(c)
	for _, p := range c.kernel.Params {
		words := w.operand(p, own)
		words[0] = w.turnsPart(c, p, words[0], own)
		in = append(in, words...)
	}
	if c.kernel.Draws() {
		if own {
			in = append(in, "s.step.First+s.r0")
		} else {
			in = append(in, "s.step.First")
		}
	}
	if c.kernel.Sized() {
		in = append(in, c.kernel.ShapeLiteral())
	}
	if c.kernel.Upto {
		in = append(in, uptoTurn(c))
	}
	if all, _ := c.fn.Work(); all > 0 {
		in = append(in, w.scratch(c)...)
	}
	switch {
	case c.kernel.Counted && c.Steps != nil:
		in = append(in, "to-from")
	case c.kernel.Counted:
		in = append(in, w.count(own))
	}
	if c.kernel.Shared {
		in = append(in, map[bool]string{true: "s.t", false: "nil"}[w.spec.team])
	}
	if c.fn.Divided {
		in = append(in, map[bool]string{true: "s.t", false: "nil"}[w.spec.team && !own])
	}
	return in
}

// member is one that a pass has if anything asks for it.
func (w *phaseWriter) member(name string) string {
	w.em.asked[name] = true
	return "s." + name
}

func (w *phaseWriter) count(own bool) string {
	if own {
		return "s.rows"
	}
	return "s.n"
}

// operand prints what is passed for a parameter of a kernel.
func (w *phaseWriter) operand(p *gokernel.Param, own bool) []string {
	b := p.Buf
	e := w.em
	switch b.Class {
	case loop.Scalar:
		return []string{"s." + p.Name}
	case loop.Random:
		return []string{fmt.Sprintf("§nn.NewKey(s.step.Seed, s.step.Index, §nn.Stream(%s))", quote(b.Name))}
	case loop.Param, loop.Gradient:
		block := "s.p"
		if b.Class == loop.Gradient {
			block = "s.g"
		}
		at := e.p.Segments[b.Segment].Offset
		switch {
		case p.Form == gokernel.RowSlice && len(b.Shape) == 1:
			return []string{fmt.Sprintf("%s.%s[:]", block, e.fields[b.Segment])}
		case p.Form == gokernel.RowSlice:
			return []string{fmt.Sprintf("%s.flat()[%d:%d]", block, at, at+b.Row())}
		case slices.Equal(p.Dims, b.Shape):
			return []string{fmt.Sprintf("&%s.%s", block, e.fields[b.Segment])}
		}
		return []string{fmt.Sprintf("(*[%d]float32)(%s.flat()[%d:])", b.Row(), block, at)}
	case loop.Const:
		if p.Form == gokernel.RowSlice {
			return []string{e.bufs[b] + "[:]"}
		}
		return []string{"&" + e.bufs[b]}
	case loop.Arena:
		return []string{w.view(p, own)}
	}
	port := e.portField(b)
	if p.Form == gokernel.Ragged { // ids are found through their offsets
		return []string{"s." + port, w.rows(b, port+"Offsets", own)}
	}
	return []string{w.rows(b, port, own)}
}

// rows is a port of the pass, or of a worker's own rows a view.
func (w *phaseWriter) rows(b *loop.Buffer, port string, own bool) string {
	if !own || !b.Rows && !b.Ragged {
		return "s." + port
	}
	name := w.em.bufs[b]
	w.em.asked["share"] = true
	text := fmt.Sprintf("%s := share(s, s.%s, %s)", name, port, width(b))
	if b.Ragged {
		name += "Offsets"
		text = fmt.Sprintf("%s := s.%s[s.r0 : s.r1+1]", name, port)
	}
	w.declare(name, text)
	return name
}

func (w *phaseWriter) declare(name, text string) {
	if !w.seen[name] {
		w.seen[name] = true
		w.views = append(w.views, text)
	}
}

// width prints the number of elements in a row: 28*28*32.
func width(b *loop.Buffer) string {
	if b.Row() == 1 {
		return "1"
	}
	var dims []string
	for _, d := range b.Shape {
		if d != 1 {
			dims = append(dims, fmt.Sprint(d))
		}
	}
	return strings.Join(dims, "*")
}

// view lays a view over a buffer in the arena and returns its name. In long
// phases, what is needed once in a function goes without.
func (w *phaseWriter) view(p *gokernel.Param, own bool) string {
	b := p.Buf
	name, at := w.em.bufs[b], w.spec.layout.at[b]
	suffix, slice := "", ""
	if b.DType == loop.I32 {
		suffix = "Ints"
	}
	text := ""
	switch {
	case !b.Rows && w.arrays[b]:
		text = fmt.Sprintf("(*[%d]%s)(%s(%d))", b.Row(), gokernel.Single.Of(b), w.member("at"+suffix), at)
		if p.Form == gokernel.RowSlice {
			slice = "[:]"
		}
	case !b.Rows:
		text = fmt.Sprintf("%s(%d, %s)", w.member("vector"+suffix), at, width(b))
	case own:
		text = fmt.Sprintf("%s(%d, %s)", w.member("own"+suffix), at, width(b))
	default:
		text = fmt.Sprintf("%s(%d, %s)", w.member("all"+suffix), at, width(b))
		if w.own[b] {
			name += "All" // the rows of all workers
		}
	}
	if len(w.spec.calls) > longPhase && w.uses[viewed{b, own}] == 1 && slice == "" {
		return text
	}
	w.declare(name, name+" := "+text)
	return name + slice
}

// results are the rows of the outputs.
func (w *phaseWriter) results() (string, error) {
	var rows []string
	for _, b := range returned(handed(w.em.p, w.spec.plan)) {
		if b.DType != loop.F32 || !b.Rows {
			return "", fmt.Errorf("output %s has no float32 row for each sample", diag.Quote(b.Name))
		}
		switch b.Class {
		case loop.Arena:
			rows = append(rows, fmt.Sprintf("%s(%d, %s)", w.member("all"), w.spec.layout.at[b], width(b)))
		case loop.Input:
			rows = append(rows, fmt.Sprintf("s.%s[:s.n*%s]", w.em.portField(b), width(b)))
		default:
			return "", fmt.Errorf("output %s does not depend on the input", diag.Quote(b.Name))
		}
	}
	text := strings.Join(rows, ", ")
	if len(rows) > 1 {
		text = rowsType(len(rows)) + "{" + text + "}"
	}
	return text, nil
}
