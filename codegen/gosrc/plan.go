package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// planFunc is a function that runs a phase: it lays views over the arena and
// calls the layers in order.
type planFunc struct {
	name    string
	args    []arg
	returns []string // the outputs
	text    string
}

// layout places the arena buffers of a plan.
type layout struct {
	row          bool // for one row, not for the micro-batch
	at           map[*loop.Buffer]int
	floats, ints int
}

// planned is the layout that the memory planner made for the micro-batch.
func planned(p *loop.Plan) *layout {
	l := &layout{at: map[*loop.Buffer]int{}, floats: p.ArenaFloats, ints: p.ArenaInts}
	for _, b := range p.Buffers {
		l.at[b] = b.Offset
	}
	return l
}

// forRow places the buffers of a plan for a single row: in the order of birth,
// each in the first gap among those alive with it.
func forRow(p *loop.Plan) *layout {
	l := &layout{row: true, at: map[*loop.Buffer]int{}}
	spans := p.Spans()
	var order []*loop.Buffer
	for _, b := range p.Buffers {
		if _, ok := spans[b]; ok && b.Class == loop.Arena {
			order = append(order, b)
		}
	}
	slices.SortStableFunc(order, func(a, b *loop.Buffer) int { return spans[a].First - spans[b].First })
	for i, b := range order {
		var taken []*loop.Buffer
		for _, o := range order[:i] {
			if o.DType == b.DType && spans[o].Last >= spans[b].First {
				taken = append(taken, o)
			}
		}
		slices.SortStableFunc(taken, func(x, y *loop.Buffer) int { return l.at[x] - l.at[y] })
		at := 0
		for _, o := range taken {
			if at+b.Len(1) <= l.at[o] {
				break
			}
			at = max(at, l.at[o]+o.Len(1))
		}
		l.at[b] = at
		size := &l.floats
		if b.DType == loop.I32 {
			size = &l.ints
		}
		*size = max(*size, at+b.Len(1))
	}
	return l
}

// phase prints the function that runs calls over a plan's memory. Outputs are
// returned where results is set, and behind them the losses.
func (e *emitter) phase(name, doc string, plan *loop.Plan, l *layout, calls []layerRun, results bool, losses ...*loop.Buffer) (*planFunc, error) {
	fn := &planFunc{name: name}
	var views, lines []string
	var laid []*loop.Buffer
	seen := map[string]bool{}
	use := func(a arg) {
		key := fmt.Sprint(a.role == arenaArg, a.name)
		if !seen[key] {
			seen[key] = true
			fn.args = append(fn.args, a)
		}
	}
	lay := func(b *loop.Buffer) {
		if seen["view "+e.bufs[b]] {
			return
		}
		seen["view "+e.bufs[b]] = true
		arena := arg{role: arenaArg, typed: typed{"a", "[]" + e.el.float}}
		if b.DType == loop.I32 {
			arena.typed = typed{"ai", "[]int32"}
		}
		use(arena)
		laid = append(laid, b)
		views = append(views, e.viewText(b, arena.name, l))
	}
	place := func(a arg) {
		switch {
		case a.buf != nil && a.buf.Class == loop.Arena:
			lay(a.buf)
		case a.role == countArg && l.row:
		default:
			if a.buf != nil && a.buf.Rows && a.buf.Class != loop.Arena {
				a.role = read
				if a.buf.DType == loop.I32 {
					a.role = idsArg
				}
			}
			use(a)
		}
	}
	for _, c := range calls {
		var in []string
		for _, a := range c.args {
			place(a)
			if a.role == countArg && l.row {
				in = append(in, "1")
			} else {
				in = append(in, a.name)
			}
		}
		lines = append(lines, callText(c.fn.name, in))
	}
	if results {
		for _, b := range plan.Outputs {
			if b.DType != loop.F32 || !b.Rows {
				return nil, fmt.Errorf("output %s has no float32 row for each sample", diag.Quote(b.Name))
			}
			switch b.Class {
			case loop.Arena:
				lay(b)
				fn.returns = append(fn.returns, e.bufs[b])
			case loop.Input:
				place(arg{read, typed{e.bufs[b], "[]" + e.el.float}, b})
				rows := fmt.Sprint(b.Row())
				if !l.row {
					place(arg{role: countArg, typed: typed{"n", "int"}})
					rows = fmt.Sprintf("n*%d", b.Row())
				}
				fn.returns = append(fn.returns, fmt.Sprintf("%s[:%s]", e.bufs[b], rows))
			default:
				return nil, fmt.Errorf("output %s does not depend on the input", diag.Quote(b.Name))
			}
		}
	}
	rows := len(fn.returns)
	for _, b := range losses {
		lay(b)
		text := e.bufs[b] + "[0]"
		if e.el == single {
			text = "float64(" + text + ")"
		}
		fn.returns = append(fn.returns, text)
	}
	if !l.row && (len(views) > 0) {
		use(arg{role: countArg, typed: typed{"n", "int"}})
	}
	slices.SortStableFunc(fn.args, func(a, b arg) int { return int(a.role) - int(b.role) })
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n", docComment(doc), declaration(name, typedOf(fn.args), resultTypes(rows, len(losses), e.el.float)))
	if e.sharing(laid, l) {
		b.WriteString("// Names that share memory never live at the same time, or a kernel works in place.\n")
	}
	if len(views) > 0 {
		b.WriteString(strings.Join(views, "\n") + "\n\n")
	}
	b.WriteString(strings.Join(lines, "\n"))
	if len(fn.returns) > 0 {
		b.WriteString("\nreturn " + strings.Join(fn.returns, ", "))
	}
	b.WriteString("\n}")
	fn.text = b.String()
	return fn, nil
}

func resultTypes(rows, losses int, float string) string {
	list := slices.Concat(slices.Repeat([]string{"[]" + float}, rows), slices.Repeat([]string{"float64"}, losses))
	switch len(list) {
	case 0:
		return ""
	case 1:
		return " " + list[0]
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// sharing reports buffers that lie over one another.
func (e *emitter) sharing(list []*loop.Buffer, l *layout) bool {
	n := e.p.Batch
	if l.row {
		n = 1
	}
	for i, a := range list {
		for _, b := range list[:i] {
			if a.DType == b.DType && l.at[a] < l.at[b]+b.Len(n) && l.at[b] < l.at[a]+a.Len(n) {
				return true
			}
		}
	}
	return false
}

// viewText lays a buffer over its place: hidden := a[100352 : 100352+n*512].
func (e *emitter) viewText(b *loop.Buffer, arena string, l *layout) string {
	name, at := e.bufs[b], l.at[b]
	if !b.Rows {
		return fmt.Sprintf("%s := (*[%d]%s)(%s[%d:])", name, b.Row(), e.el.of(b), arena, at)
	}
	if l.row {
		return fmt.Sprintf("%s := %s[%d:%d]", name, arena, at, at+b.Row())
	}
	end := scaled("n", b.Row(), 0)
	if at > 0 {
		end = fmt.Sprintf("%d+%s", at, end)
	}
	return fmt.Sprintf("%s := %s[%d : %s]", name, arena, at, end)
}

// call prints a call of the function. env gives what the caller passes for
// each role: "a", "ai", "p", "g", "s", "n", "invTotal", "share", "weight", and
// "in0", "in0Offsets", "target0" for ports.
func (fn *planFunc) call(env func(role string) string) string { return fn.callInto("", env) }

// callInto is a call whose results are stored: "rows := ".
func (fn *planFunc) callInto(results string, env func(role string) string) string {
	var in []string
	for _, a := range fn.args {
		in = append(in, env(a.key()))
	}
	return callText(results+fn.name, in)
}

// key is the role of a parameter in a call.
func (a arg) key() string {
	if a.buf == nil {
		return a.name
	}
	switch a.buf.Class {
	case loop.Input:
		if strings.HasSuffix(a.name, "Offsets") && a.buf.Ragged {
			return fmt.Sprintf("in%dOffsets", a.buf.Port)
		}
		return fmt.Sprintf("in%d", a.buf.Port)
	case loop.Target:
		return fmt.Sprintf("target%d", a.buf.Port)
	case loop.Weight:
		return "weight"
	}
	return a.name
}
