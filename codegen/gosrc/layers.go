package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// layerFunc is the function of one layer in one direction: the kernels that
// it calls, over buffers that are its parameters.
type layerFunc struct {
	name string
	doc  []string
	args []arg
	body string
}

// arg is a parameter of a layer's or a plan's function, in a fixed order of
// roles.
type arg struct {
	role role
	typed
	buf     *loop.Buffer
	offsets bool // of ragged ids
}

// role orders parameters: what is written before what is read.
type role uint8

const (
	arenaArg  role = iota // the arenas, of a plan's function
	written               // row buffers
	read                  // row buffers
	fixedArg              // *[N]float32 in the arena
	idsArg                // ids, their offsets, class numbers
	scalarArg             // inv_total, share
	paramArg              // p *Params
	gradArg               // g *Params
	stepArg               // s train.Step
	workArg               // work []float32
	countArg              // n int
	teamArg               // t *nn.Worker
	storeArg              // store func(...[]float64): see float64Test
)

// layerRun is a call of a layer's function within a plan.
type layerRun struct {
	fn   *layerFunc
	args []arg
	staged
}

// staged tells where a step stands in a plan that a team of workers runs.
type staged struct {
	stage int
	rows  bool // each worker runs it over its own rows
}

// suffixes name the functions of a phase: of steps that are shared out by rows,
// and of others.
type suffixes struct{ rows, whole string }

// lay turns the steps of a phase into calls of one function per layer and
// stage. File is where they are printed.
func (e *emitter) lay(steps []loop.Step, stages []staged, suffix suffixes, file string) ([]layerRun, error) {
	var calls []layerRun
	for len(steps) > 0 {
		var group []*loop.Run
		at := stages[0]
		for len(steps) > 0 && stages[0] == at {
			r, ok := steps[0].(*loop.Run)
			if !ok {
				return nil, fmt.Errorf("loops over time are not emitted by this version")
			}
			if len(group) > 0 && r.Layer != group[0].Layer {
				break
			}
			group = append(group, r)
			steps, stages = steps[1:], stages[1:]
		}
		name := suffix.whole
		if at.rows {
			name = suffix.rows
		}
		c, err := e.layer(group, name, file, at.rows)
		if err != nil {
			return nil, fmt.Errorf("%v: layer %s: %w", group[0].Pos, diag.Quote(group[0].Layer), err)
		}
		c.staged = at
		calls = append(calls, c)
	}
	return calls, nil
}

// layer prints the function of one group of kernels, or finds it printed. Of a
// group that is not shared out by rows, some kernels are for one worker alone.
func (e *emitter) layer(group []*loop.Run, suffix, file string, byRows bool) (layerRun, error) {
	fn := &layerFunc{}
	var args []arg
	var lines, steps []string
	type named struct {
		role
		name string
	}
	has := map[named]bool{}
	add := func(a arg) {
		if n := (named{a.role, a.name}); !has[n] {
			has[n] = true
			args = append(args, a)
		}
	}
	writes := map[*loop.Buffer]bool{}
	for _, r := range group {
		for _, w := range r.Kernel.Writes() {
			writes[w.Buf] = true
		}
	}
	for _, r := range group {
		k, kernel, err := e.kernel(r.Kernel)
		if err != nil {
			return layerRun{}, err
		}
		var in []string
		for _, p := range k.params {
			in = append(in, e.operand(p, writes[p.buf], add)...)
		}
		if k.draws() {
			in = append(in, "s.First")
		}
		if k.shape != nil && len(k.shape.Fields) > 0 {
			in = append(in, k.shapeLiteral())
		}
		if all, _ := kernel.work(); all > 0 {
			in = append(in, "work")
			add(arg{role: workArg, typed: typed{"work", "[]float32"}})
		}
		if k.counted {
			in = append(in, "n")
			add(arg{role: countArg, typed: typed{"n", "int"}})
		}
		call := "%s"
		switch {
		case byRows && k.shared: // every worker has a result of its own
			in = append(in, "nil")
		case !byRows:
			add(arg{role: teamArg, typed: typed{"t", "*§nn.Worker"}})
			if k.shared {
				in = append(in, "t")
			} else {
				call = "if t.Solo() {\n%s\n}"
			}
		}
		lines = append(lines, fmt.Sprintf(call, callText(kernel.name, in)))
		steps = append(steps, stepWords(r.Kernel)...)
	}
	slices.SortStableFunc(args, func(a, b arg) int { return int(a.role) - int(b.role) })
	fn.args = args
	fn.body = strings.Join(lines, "\n")
	text := group[0].Layer + "\x00" + signature(typedOf(args), " ") + "\x00" + fn.body
	if have, ok := e.layers[text]; ok {
		return layerRun{fn: have, args: args}, nil
	}
	fn.name = e.top.Pick(lower(group[0].Layer) + suffix + e.el.suffix)
	fn.doc = e.layerDoc(fn, group, steps, suffix)
	e.layers[text] = fn
	e.files[file] = append(e.files[file], fn)
	return layerRun{fn: fn, args: args}, nil
}

func typedOf(args []arg) []typed {
	list := make([]typed, len(args))
	for i, a := range args {
		list[i] = a.typed
	}
	return list
}

// operand prints what a layer's function passes for a parameter of a kernel,
// and adds the parameters that it needs itself.
func (e *emitter) operand(p *param, writes bool, add func(arg)) []string {
	b := p.buf
	switch b.Class {
	case loop.Scalar:
		add(arg{scalarArg, typed{p.name, p.typ}, b, false})
		return []string{p.name}
	case loop.Random:
		add(arg{role: stepArg, typed: typed{"s", "§train.Step"}})
		return []string{fmt.Sprintf("§nn.NewKey(s.Seed, s.Index, §nn.Stream(%s))", quote(b.Name))}
	case loop.Param, loop.Gradient:
		name, r := "p", paramArg
		if b.Class == loop.Gradient {
			name, r = "g", gradArg
		}
		add(arg{role: r, typed: typed{name, "*" + e.paramsType()}})
		if p.form == rowSlice && len(b.Shape) == 1 {
			return []string{fmt.Sprintf("%s.%s[:]", name, e.fields[b.Segment])}
		}
		if p.form == rowSlice {
			at := e.p.Segments[b.Segment].Offset
			return []string{fmt.Sprintf("%s.flat()[%d:%d]", name, at, at+b.Row())}
		}
		if slices.Equal(p.dims, b.Shape) {
			return []string{fmt.Sprintf("&%s.%s", name, e.fields[b.Segment])}
		}
		return []string{fmt.Sprintf("(*[%d]%s)(%s.flat()[%d:])", b.Row(), e.el.float, name, e.p.Segments[b.Segment].Offset)}
	case loop.Const:
		if !slices.Contains(e.consts, b) {
			e.consts = append(e.consts, b)
		}
		if p.form == rowSlice {
			return []string{e.constName(b) + "[:]"}
		}
		return []string{"&" + e.constName(b)}
	}
	name := e.bufs[b]
	r := read
	switch {
	case p.form == ragged:
		add(arg{idsArg, typed{name, "[]int32"}, b, false})
		add(arg{idsArg, typed{name + "Offsets", "[]int32"}, b, true})
		return []string{name, name + "Offsets"}
	case !b.Rows:
		r = fixedArg
	case writes:
		r = written
	case b.DType == loop.I32:
		r = idsArg
	}
	if r == fixedArg && p.form == rowSlice {
		add(arg{r, typed{name, fmt.Sprintf("*[%d]%s", b.Row(), e.el.of(b))}, b, false})
		return []string{name + "[:]"}
	}
	add(arg{r, typed{name, p.typ}, b, false})
	return []string{name}
}

// stepWords are what the steps of a kernel are called, in order.
func stepWords(k loop.Kernel) []string {
	switch k := k.(type) {
	case *loop.Contract:
		if k.Word != "" {
			return []string{k.Word}
		}
	case *loop.GatherSum:
		if k.Word != "" {
			return []string{k.Word}
		}
	case *loop.Nest:
		var w []string
		for _, s := range k.Body {
			if s.Word != "" {
				w = append(w, s.Word)
			}
		}
		return w
	}
	return nil
}

// wrapShapes prints "x (n, 784), HiddenW (784, 512) → hidden (n, 512)".
func wrapShapes(in, out []string) []string {
	text := "\t" + strings.TrimPrefix(strings.Join(in, ", ")+" → ", " ") + strings.Join(out, ", ")
	if len([]rune(text)) < lineWidth-3 {
		return []string{text}
	}
	return append(shapeLines("\t", in), shapeLines("\t→ ", out)...)
}

// shapeLines prints a list over as many lines as it needs.
func shapeLines(begin string, list []string) []string {
	lines := []string{begin}
	for i, s := range list {
		last := &lines[len(lines)-1]
		if i+1 < len(list) {
			s += ","
		}
		switch {
		case i == 0:
			*last += s
		case len([]rune(*last))+len([]rune(s)) < lineWidth-8:
			*last += " " + s
		default:
			lines = append(lines, "\t  "+s)
		}
	}
	return lines
}

// shapeText is a buffer with its shape, as its function names it.
func (e *emitter) shapeText(b *loop.Buffer) string {
	name := e.bufs[b]
	switch b.Class {
	case loop.Param:
		name = e.fields[b.Segment]
	case loop.Gradient:
		name = "d" + e.fields[b.Segment]
	}
	var dims []string
	if b.Rows || b.Ragged {
		dims = append(dims, "n")
	}
	if b.Ragged {
		dims = append(dims, "*")
	}
	for _, d := range b.Shape {
		dims = append(dims, fmt.Sprint(d))
	}
	return name + " (" + strings.Join(dims, ", ") + ")"
}

// layerDecls prints the layer functions of a file.
func (e *emitter) layerDecls(f *file, name string) {
	for _, fn := range e.files[name] {
		f.add("%s%s\n%s\n}", docComment(fn.doc...), declaration(fn.name, typedOf(fn.args), ""), fn.body)
	}
}
