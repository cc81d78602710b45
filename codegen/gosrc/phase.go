package gosrc

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// phase is the function of a phase on its way to text.
type phase struct {
	em           *emitter
	fn           *planFunc
	layout       *layout
	local        bool // some steps are over a worker's own rows
	views, lines []string
	laid         map[*loop.Buffer]bool
	seen         map[string]bool
}

// phase prints the function that runs calls over a plan's memory. It returns the
// outputs where results is set, or a loss.
func (e *emitter) phase(name, doc string, plan *loop.Plan, l *layout, calls []layerRun, results bool, loss *loop.Buffer) (*planFunc, error) {
	p := &phase{em: e, fn: &planFunc{name: name}, layout: l, laid: map[*loop.Buffer]bool{}, seen: map[string]bool{}}
	p.local = l.team && slices.ContainsFunc(calls, func(c layerRun) bool { return c.rows })
	stage := l.stage
	for _, c := range calls {
		if l.team && c.stage != stage {
			p.lines = append(p.lines, "t.Wait()")
		}
		stage = c.stage
		p.call(c)
	}
	result := ""
	if results {
		result = " " + rowsType(len(plan.Outputs), e.el.float)
		if err := p.results(plan); err != nil {
			return nil, err
		}
	}
	if loss != nil {
		p.lay(loss, false)
		p.fn.returns = e.bufs[loss] + "[0]"
		result = " " + e.el.float
	}
	if len(p.views) > 0 {
		p.use(arg{role: countArg, typed: typed{"n", "int"}})
	}
	if l.team {
		p.use(arg{role: teamArg, typed: typed{"t", "*§nn.Worker"}})
	}
	slices.SortStableFunc(p.fn.args, func(a, b arg) int { return int(a.role) - int(b.role) })
	p.fn.text = p.text(doc, result)
	return p.fn, nil
}

func (p *phase) text(doc, results string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n", docComment(doc), declaration(p.fn.name, typedOf(p.fn.args), results))
	if p.local {
		b.WriteString("r0, r1 := t.Share(n) // the rows of this worker\nrows := r1 - r0\n")
		if slices.ContainsFunc(p.fn.args, func(a arg) bool { return a.role == stepArg }) {
			b.WriteString("s.First += r0\n")
		}
		b.WriteString("\n")
	}
	if p.layout.times == units && len(p.laid) > 0 {
		b.WriteString(units + " := " + unitsOf + " // the arena has u times the room of batchRows rows\n")
	}
	if p.sharing() {
		b.WriteString("// Names that share memory never live at the same time, or a kernel works in place.\n")
	}
	if len(p.views) > 0 {
		b.WriteString(strings.Join(p.views, "\n") + "\n\n")
	}
	b.WriteString(strings.Join(p.lines, "\n"))
	if p.fn.returns != "" {
		b.WriteString("\nreturn " + p.fn.returns)
	}
	b.WriteString("\n}")
	return b.String()
}

// use adds a parameter.
func (p *phase) use(a arg) {
	key := fmt.Sprint(a.role == arenaArg, a.name)
	if !p.seen[key] {
		p.seen[key] = true
		p.fn.args = append(p.fn.args, a)
	}
}

// call adds the call of a layer's function, with what it needs.
func (p *phase) call(c layerRun) {
	mine := p.local && c.rows
	var in, stored []string
	for _, a := range c.args {
		switch {
		case a.role == countArg && mine:
			in = append(in, "rows")
		case a.buf != nil && a.buf.Class == loop.Arena:
			name := p.lay(a.buf, mine)
			in = append(in, name)
			if a.role == fixedArg {
				name += "[:]"
			}
			if a.buf.DType == loop.F32 {
				stored = append(stored, name)
			}
		case a.buf != nil && (a.buf.Rows || a.buf.Ragged):
			in = append(in, p.port(a, mine))
		default:
			p.use(a)
			in = append(in, a.name)
		}
	}
	p.lines = append(p.lines, callText(c.fn.name, in))
	if p.em.el == double && len(stored) > 0 {
		p.use(arg{role: storeArg, typed: typed{"store", "func(...[]float64)"}})
		p.lines = append(p.lines, callText("store", stored))
	}
}

// all names what holds the rows of all workers.
func (p *phase) all(name string) string {
	if p.local {
		return name + "All"
	}
	return name
}

// lay views a buffer in the arena, of the worker's own rows where mine is set,
// and returns the view's name.
func (p *phase) lay(b *loop.Buffer, mine bool) string {
	name := p.em.bufs[b]
	if b.Rows && !mine {
		name = p.all(name)
	}
	if p.seen["view "+name] {
		return name
	}
	p.seen["view "+name] = true
	arena := arg{role: arenaArg, typed: typed{"a", "[]" + p.em.el.float}}
	if b.DType == loop.I32 {
		arena.typed = typed{"ai", "[]int32"}
	}
	p.use(arena)
	p.laid[b] = true
	from, to, at := "", "n", p.place(b)
	if mine {
		from, to = "r0", "r1"
	}
	switch {
	case !b.Rows:
		p.views = append(p.views, fmt.Sprintf("%s := (*[%d]%s)(%s[%s:])", name, b.Row(), p.em.el.of(b), arena.name, at))
	case p.layout.times == "n":
		p.views = append(p.views, fmt.Sprintf("%s := %s[%s : %s]", name, arena.name, at, scaled("n", b.Offset+b.Row(), 0)))
	default:
		p.views = append(p.views, fmt.Sprintf("%s := %s[%s : %s]", name, arena.name, rowAt(at, from, b.Row()), rowAt(at, to, b.Row())))
	}
	return name
}

// rowAt is where a row begins of a buffer that begins at a place; "" is the first.
func rowAt(place, row string, size int) string {
	switch {
	case row == "":
		return place
	case place != "0":
		return place + "+" + scaled(row, size, 0)
	}
	return scaled(row, size, 0)
}

// place is where a buffer begins in the arena.
func (p *phase) place(b *loop.Buffer) string { return times(p.layout.times, b.Offset) }

// port passes rows of a port through the function's parameters.
func (p *phase) port(a arg, mine bool) string {
	name := a.name
	whole := a
	a.role = read
	if a.buf.DType == loop.I32 {
		a.role = idsArg
	}
	whole.role = a.role
	ids := a.buf.Ragged && !a.offsets // ids are found through their offsets
	if !ids {
		whole.name = p.all(name)
	}
	p.use(whole)
	if !mine || ids {
		return whole.name
	}
	if !p.seen["view "+name] {
		p.seen["view "+name] = true
		from, to := scaled("r0", a.buf.Row(), 0), scaled("r1", a.buf.Row(), 0)
		if a.offsets {
			from, to = "r0", "r1+1"
		}
		p.views = append(p.views, fmt.Sprintf("%s := %s[%s : %s]", name, whole.name, from, to))
	}
	return name
}

// results returns the rows of the outputs.
func (p *phase) results(plan *loop.Plan) error {
	var rows []string
	for _, b := range plan.Outputs {
		if b.DType != loop.F32 || !b.Rows {
			return fmt.Errorf("output %s has no float32 row for each sample", diag.Quote(b.Name))
		}
		switch b.Class {
		case loop.Arena:
			rows = append(rows, p.lay(b, false))
		case loop.Input:
			name := p.port(arg{read, typed{p.em.bufs[b], "[]" + p.em.el.float}, b, false}, false)
			p.use(arg{role: countArg, typed: typed{"n", "int"}})
			rows = append(rows, fmt.Sprintf("%s[:n*%d]", name, b.Row()))
		default:
			return fmt.Errorf("output %s does not depend on the input", diag.Quote(b.Name))
		}
	}
	p.fn.returns = strings.Join(rows, ", ")
	if len(rows) > 1 {
		p.fn.returns = rowsType(len(rows), p.em.el.float) + "{" + p.fn.returns + "}"
	}
	return nil
}

// sharing reports buffers that lie over one another: in order of offset, one
// that begins before those before it have ended.
func (p *phase) sharing() bool {
	order := slices.Collect(maps.Keys(p.laid))
	slices.SortFunc(order, func(a, b *loop.Buffer) int { return cmp.Compare(a.Offset, b.Offset) })
	ends := map[loop.DType]int{}
	for _, b := range order {
		size := b.Len(p.layout.rows)
		if size == 0 {
			continue
		}
		if b.Offset < ends[b.DType] {
			return true
		}
		ends[b.DType] = b.Offset + size
	}
	return false
}
