package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// region writes the rows of a region; unit is the chunk of them that a worker
// takes, or nil where they are computed line by line.
func (d *writer) region(at position, lanes int, unit gotree.Expr) {
	for i, f := range d.table.rowSteps {
		if _, literal := f.(gotree.Number); !literal {
			d.tell(rowFields[i], "=", f, "")
		}
	}
	for i, f := range d.table.extraSteps {
		if _, literal := f.(gotree.Number); !literal {
			d.Add(gotree.Set(gotree.At(d.told("e"), gotree.Int(i)), "=", f))
		}
	}
	at, panel := d.ranges(at, lanes)
	rows, points := total(d.Regions[0].Row), 0
	if !d.Open {
		list := d.of(func(r plan.Region) int { return r.Rows })
		rows, points = d.table.field("rows", list), slices.Max(list)
	}
	lines := d.of(func(r plan.Region) int { return r.Lines })
	if most := slices.Max(lines); most > 1 {
		v := d.Var("l", "i")
		defer d.Free(v)
		count := d.table.field("lines", lines)
		var head gotree.Nest = &gotree.Range{Key: v, Over: count}
		if d.team.within != nil {
			head = own(v, d.team.within, count)
		}
		d.In(head, func() {
			at := d.table.along(at, "Line", func(r plan.Region) (plan.Axis, bool) { return r.Line, r.Lines > 1 }, v, 1, most-1)
			d.rows(at, lanes, panel, rows, points, unit)
		})
		return
	}
	if d.team.within != nil {
		d.ownRows(at, lanes, panel, rows, points)
		return
	}
	d.rows(at, lanes, panel, rows, points, unit)
}

// ranges writes which points of the sum take part, and moves the operands to the
// first of them. panel is where they begin in a packed one.
func (d *writer) ranges(at position, lanes int) (_ position, panel driver.Index) {
	steps := d.PanelSteps(lanes)
	for i, l := range d.Sum {
		if d.Void || !d.isTied(i) {
			continue
		}
		from := d.table.field(fmt.Sprintf("lo%d", i), d.of(func(r plan.Region) int { return r.Lo[i] }))
		if i > d.Cut {
			k := d.table.field(fmt.Sprintf("k%d", i), d.of(func(r plan.Region) int { return (r.Hi[i] - r.Lo[i]) * d.points(i) }))
			d.Add(gotree.Set(d.turns(i), "=", times(k, l)))
			panel = panel.Step(from, steps[i], l.N-1)
			continue
		}
		hi := d.table.field(fmt.Sprintf("hi%d", i), d.of(func(r plan.Region) int { return r.Hi[i] }))
		v, size := d.loops[i], d.Size
		if i < d.Cut {
			size = 1
		}
		to, first := d.Var("hi"), d.Var("lo")
		defer d.Free(first, to)
		end := gotree.CallOf("min", gotree.Op(v, "+", gotree.Int(size)), times(hi, l))
		d.Add(gotree.LetTwo(first, to, gotree.CallOf("max", v, from), end))
		empty := gotree.Block{gotree.Assign{To: []gotree.Expr{first, to}, Op: "=", Values: []gotree.Expr{from, from}}}
		if i == d.Cut && d.panel != nil {
			skipped := d.Var("skipped", "k")
			defer d.Free(skipped)
			d.Add(gotree.Let(skipped, gotree.Op(first, "-", v)))
			panel = panel.Step(skipped, steps[i], size-1)
			empty = append(empty, gotree.Set(skipped, "=", gotree.Int(0)))
		}
		d.Add(&gotree.If{Cond: gotree.Op(first, ">=", to), Note: gotree.Say("nothing lies inside"), Then: empty})
		d.Add(gotree.Set(d.turns(i), "=", gotree.Op(to, "-", first)))
		at.lhs = at.lhs.Step(first, l.Lhs, l.N-1)
		at.rhs = at.rhs.Step(first, l.Rhs, l.N-1)
	}
	return at, panel
}

// rows writes the calls for the rows of a line.
func (d *writer) rows(at position, lanes int, panel driver.Index, rows gotree.Expr, count int, unit gotree.Expr) {
	size := d.MostRows
	if unit != nil {
		size = d.UnitRows
	}
	most := gotree.Int(size)
	switch open := d.Regions[0].Row.Most; {
	case count > 0 && count <= size:
		d.call(at, lanes, panel, rows)
		return
	case unit != nil:
		at = d.table.alongRows(at, unit, size, d.chunks()-1)
		d.call(at, lanes, panel, gotree.CallOf("min", most, gotree.Op(rows, "-", gotree.Op(unit, "*", most))))
		return
	case d.Open && 0 < open && open <= size:
		d.call(at, lanes, panel, rows)
		return
	}
	v := d.Var("r", "i")
	defer d.Free(v)
	d.In(driver.Every(v, gotree.Int(0), rows, most), func() {
		d.call(d.table.alongRows(at, v, 1, count-1), lanes, panel, driver.Left(most, rows, v))
	})
}

// call writes the call of a tile for some rows.
func (d *writer) call(at position, lanes int, panel driver.Index, rows gotree.Expr) {
	// begin is where a factor begins in the regions, which the steps of the sum move.
	begin := func(offset int, step func(s plan.Axis) int, of func(r plan.Region) int) []int {
		return d.of(func(r plan.Region) int {
			if r.Void {
				return 0
			}
			n := offset + of(r)
			for i, s := range d.Sum {
				if i > d.Cut || !d.isTied(i) {
					n += r.Lo[i] * step(s)
				}
			}
			return n
		})
	}
	x := d.table.address(d.x, "x", at.lhs, begin(d.Lhs.Offset, func(s plan.Axis) int { return s.Lhs }, func(r plan.Region) int { return r.Lhs }))
	w := d.panel
	switch {
	case w == nil:
		w = d.table.address(d.w, "w", at.rhs, begin(d.Rhs.Offset, func(s plan.Axis) int { return s.Rhs }, func(plan.Region) int { return 0 }))
	case !gotree.Is(panel.Expr(), 0):
		w = d.inPanel(panel)
	}
	if d.Void {
		x, w = d.x.Start(), d.w.Start()
	}
	y := d.table.address(d.y, "y", at.out, d.of(func(r plan.Region) int { return d.Out.Offset + r.Out }))
	d.callTile(lanes, []gotree.Expr{y, x, w}, rows, func(i int) gotree.Expr {
		return d.table.address(d.e[i], extraName(i), at.extra[i], d.of(func(r plan.Region) int { return d.Extras[i].Offset + r.Extra[i] }))
	})
}

// callTile calls a tile with the operands and the extras at their places.
func (d *writer) callTile(lanes int, args []gotree.Expr, rows gotree.Expr, place func(i int) gotree.Expr) {
	for i, e := range d.extras() {
		if e.scalar {
			args = append(args, d.e[i].Var())
		} else {
			args = append(args, place(i))
		}
	}
	args = append(args, gotree.Ref(d.sums), rows)
	if d.Epilogue != nil && amd64.HasRows(d.Epilogue) {
		args = append(args, gotree.CallOf("float32", driver.Rows))
	}
	d.Call(d.tile(lanes), args)
}

// shortSum is a sum of so few points that they are all there before a tile could
// have asked for them.
const shortSum = 32

// tile is the assembly for a panel of some lanes, written when first asked for.
func (d *writer) tile(lanes int) amd64.Stub {
	t := &tile{features: d.level, heights: d.Heights, lower: d.Lower, columns: lanes, parts: d.Contraction.Parts, halved: d.Halved(), nested: d.nested(), depth: d.depth(), vectors: d.Vectors,
		far: d.Points() > shortSum || d.Machine.Shared, blocks: d.Cut >= 0 || d.firstPart() > 0 || d.Machine.Shared,
		accumulate: d.Accumulate && d.Epilogue != nil, epilogue: d.Epilogue, extras: d.extras()}
	key := fmt.Sprintf("%+v", *t)
	if s, ok := d.unit.Tiles[key]; ok || d.err != nil {
		return s
	}
	t.word = result(d.Word)
	name := fmt.Sprintf("tile%dx%d%s", t.heights[0], lanes, camel(d.Word))
	if d.Epilogue == nil {
		name = fmt.Sprintf("tile%dx%d", t.heights[0], lanes)
	}
	suffix := ""
	for i := 1; !d.unit.Once(name + suffix + d.level.String()); i++ {
		suffix = gotree.Letters(i)
	}
	s := t.stub(name + suffix + d.level.String())
	s.Doc = fmt.Sprintf("computes %d by %d elements of y at a time, and n rows in all: sums of products of x and w", t.heights[0], lanes)
	if d.Epilogue != nil && d.Word != "" {
		s.Doc += ", then " + d.Word
	}
	s.MulAdds, s.Bytes = d.Cost(lanes, d.MostRows)
	d.err = t.write(d.unit, s)
	d.unit.Tiles[key] = s
	d.Body.Stubs = append(d.Body.Stubs, s)
	return s
}

// result is the last of some words as the name of a macro.
func result(words string) string {
	if name := camel(words); name != "" && (name[0] < '0' || name[0] > '9') {
		return strings.ToLower(name[:1]) + name[1:]
	}
	return "result"
}

// camel is the last of some words as a part of a name: "bias, leaky relu" is
// "LeakyRelu".
func camel(words string) string {
	var b strings.Builder
	last := words[strings.LastIndexByte(words, ',')+1:]
	upper := true
	for _, c := range last {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
			if upper && c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			b.WriteRune(c)
			upper = false
		default:
			upper = true
		}
	}
	return b.String()
}
