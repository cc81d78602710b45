package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// region writes the rows of a region; unit is the chunk of them that a worker
// takes, or nothing where they are computed line by line.
func (d *writer) region(at position, lanes int, unit string) error {
	for _, f := range d.table.rowSteps {
		if !f.literal {
			d.Line("%s.%s = %s", d.sums, f.name, d.table.text(f))
		}
	}
	for i, f := range d.table.extraSteps {
		if !f.literal {
			d.Line("%s.e[%d] = %s", d.sums, i, d.table.text(f))
		}
	}
	at, panel := d.ranges(at, lanes)
	rows, points := "", 0
	if d.Open {
		rows = total(d.Regions[0].Row)
	} else {
		list := d.of(func(r plan.Region) int { return r.Rows })
		rows, points = d.table.text(d.table.field("rows", list)), slices.Max(list)
	}
	lines := d.of(func(r plan.Region) int { return r.Lines })
	if slices.Max(lines) > 1 {
		v := d.Name("l", "i")
		defer delete(d.Names, v)
		count := d.table.text(d.table.field("lines", lines))
		head := fmt.Sprintf("for %s := range %s", v, count)
		if d.team.within != "" {
			head = d.own(v, d.team.within, count)
		}
		return d.Block(head, func() error {
			return d.rows(d.table.along(at, "Line", func(r plan.Region) (plan.Axis, bool) { return r.Line, r.Lines > 1 }, v, 1, slices.Max(lines)-1), lanes, panel, rows, points, unit)
		})
	}
	if d.team.within != "" {
		return d.ownRows(at, lanes, panel, rows, points)
	}
	return d.rows(at, lanes, panel, rows, points, unit)
}

// ranges writes which points of the sum take part, and moves the operands to the
// first of them. panel is where they begin in a packed one.
func (d *writer) ranges(at position, lanes int) (position, driver.Sum) {
	panel := driver.Sum{}
	steps := d.PanelSteps(lanes)
	for i, l := range d.Sum {
		if d.Void || !d.isTied(i) {
			continue
		}
		lo := d.table.field(fmt.Sprintf("lo%d", i), d.of(func(r plan.Region) int { return r.Lo[i] }))
		if i > d.Cut {
			k := d.table.field(fmt.Sprintf("k%d", i), d.of(func(r plan.Region) int { return (r.Hi[i] - r.Lo[i]) * d.points(i) }))
			d.Line("%s.k[%d] = %s", d.sums, d.turn(i), d.table.text(k)+times(l))
			if !lo.literal {
				panel = panel.Plus(d.table.text(lo), steps[i], l.N-1)
			} else {
				panel.Offset += lo.value * steps[i]
			}
			continue
		}
		hi := d.table.field(fmt.Sprintf("hi%d", i), d.of(func(r plan.Region) int { return r.Hi[i] }))
		v, size := d.loops[i], d.Size
		if i < d.Cut {
			size = 1
		}
		from, to, first := d.table.text(lo), d.Name("hi"), d.Name("lo")
		d.Line("%s, %s := max(%s, %s), min(%s+%d, %s)", first, to, v, from, v, size, d.table.text(hi)+times(l))
		skipped := ""
		if i == d.Cut && d.panel != "" {
			skipped = d.Name("skipped", "k")
			d.Line("%s := %s - %s", skipped, first, v)
			panel = panel.Plus(skipped, steps[i], size-1)
		}
		d.Line("if %s >= %s { // nothing lies inside", first, to)
		d.Line("%s, %s = %s, %s", first, to, from, from)
		if skipped != "" {
			d.Line("%s = 0", skipped)
		}
		d.Line("}")
		d.Line("%s.k[%d] = %s - %s", d.sums, d.turn(i), to, first)
		at.lhs = at.lhs.Plus(first, l.Lhs, l.N-1)
		at.rhs = at.rhs.Plus(first, l.Rhs, l.N-1)
		defer func() { delete(d.Names, first); delete(d.Names, to); delete(d.Names, skipped) }()
	}
	return at, panel
}

// rows writes the calls for the rows of a line.
func (d *writer) rows(at position, lanes int, panel driver.Sum, rows string, count int, unit string) error {
	size := d.MostRows
	if unit != "" {
		size = d.UnitRows
	}
	switch {
	case count > 0 && count <= size:
		return d.call(at, lanes, panel, rows)
	case unit != "":
		at = d.table.along(at, "Row", func(r plan.Region) (plan.Axis, bool) { return r.Row, true }, unit, size, d.chunks()-1)
		return d.call(at, lanes, panel, fmt.Sprintf("min(%d, %s-%s*%d)", size, rows, unit, size))
	case d.Open && d.Regions[0].Row.Most > 0 && d.Regions[0].Row.Most <= size:
		return d.call(at, lanes, panel, rows)
	}
	v := d.Name("r", "i")
	defer delete(d.Names, v)
	return d.Block(fmt.Sprintf("for %s := 0; %s < %s; %s += %d", v, v, rows, v, size), func() error {
		at := d.table.along(at, "Row", func(r plan.Region) (plan.Axis, bool) { return r.Row, true }, v, 1, count-1)
		return d.call(at, lanes, panel, fmt.Sprintf("min(%d, %s-%s)", size, rows, v))
	})
}

// call writes the call of a tile for some rows.
func (d *writer) call(at position, lanes int, panel driver.Sum, rows string) error {
	stub, err := d.tile(lanes)
	if err != nil {
		return err
	}
	inside := func(f func(r plan.Region) int) []int {
		return d.of(func(r plan.Region) int {
			if r.Void {
				return 0
			}
			return f(r)
		})
	}
	tied := func(i int) bool { return i <= d.Cut && d.isTied(i) }
	x := d.table.address(d.x, "x", at.lhs, inside(func(r plan.Region) int {
		n := d.Lhs.Offset + r.Lhs
		for i, s := range d.Sum {
			if !tied(i) {
				n += r.Lo[i] * s.Lhs
			}
		}
		return n
	}))
	w := d.panel
	switch {
	case w == "":
		w = d.table.address(d.w, "w", at.rhs, inside(func(r plan.Region) int {
			n := d.Rhs.Offset
			for i, s := range d.Sum {
				if !tied(i) {
					n += r.Lo[i] * s.Rhs
				}
			}
			return n
		}))
	case panel.String() != "0":
		w = fmt.Sprintf("&work[%v]", panel)
	}
	if d.Void {
		x, w = d.x.Pointer(""), d.w.Pointer("")
	}
	args := []string{d.table.address(d.y, "y", at.out, d.of(func(r plan.Region) int { return d.Out.Offset + r.Out })), x, w}
	for i, e := range d.extras() {
		if e.scalar {
			args = append(args, d.e[i].Name)
		} else {
			args = append(args, d.table.address(d.e[i], extraName(i), at.extra[i], d.of(func(r plan.Region) int { return d.Extras[i].Offset + r.Extra[i] })))
		}
	}
	args = append(args, "&"+d.sums, rows)
	if d.Epilogue != nil && amd64.HasRows(d.Epilogue) {
		args = append(args, "float32(n)")
	}
	d.Line("%s(%s)", stub.Name, strings.Join(args, ", "))
	return nil
}

// shortSum is a sum of so few points that they are all there before a tile could
// have asked for them.
const shortSum = 32

// tile is the assembly for a panel of some lanes, written when first asked for.
func (d *writer) tile(lanes int) (amd64.Stub, error) {
	t := &tile{features: d.level, heights: d.Heights, columns: lanes, parts: d.Contraction.Parts, nested: d.nested(), vectors: d.Vectors,
		far: d.Points() > shortSum || d.Machine.Shared, blocks: d.Cut >= 0 || d.firstPart() > 0 || d.Machine.Shared,
		accumulate: d.Accumulate && d.Epilogue != nil, epilogue: d.Epilogue, extras: d.extras()}
	key := fmt.Sprintf("%+v", *t)
	if s, ok := d.unit.Tiles[key]; ok {
		return s, nil
	}
	t.word = result(d.Word)
	name := fmt.Sprintf("tile%dx%d%s", t.heights[0], lanes, camel(d.Word))
	if d.Epilogue == nil {
		name = fmt.Sprintf("tile%dx%d", t.heights[0], lanes)
	}
	suffix := ""
	for c := 'B'; !d.unit.Once(name + suffix + d.level.String()); c++ {
		suffix = string(c)
	}
	s := t.stub(name + suffix + d.level.String())
	s.Doc = fmt.Sprintf("computes %d by %d elements of y at a time, and n rows in all: sums of products of x and w", t.heights[0], lanes)
	if d.Epilogue != nil && d.Word != "" {
		s.Doc += ", then " + d.Word
	}
	s.MulAdds, s.Bytes = d.Cost(lanes, d.MostRows)
	if err := t.write(d.unit, s); err != nil {
		return s, err
	}
	d.unit.Tiles[key] = s
	d.b.Stubs = append(d.b.Stubs, s)
	return s, nil
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
