package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/plan"
)

// regionTable holds what the regions of a result differ in, a column for each
// number; numbers that are the same in all of them are literals.
type regionTable struct {
	*scheme
	row        string // the variable of the loop over it
	columns    []string
	values     [][]int
	rowSteps   []field
	extraSteps []field
}

// field is a number of a region: a literal, or a column.
type field struct {
	name    string
	literal bool
	value   int
}

// field adds a column where regions differ.
func (t *regionTable) field(name string, values []int) field {
	if !slices.ContainsFunc(values, func(v int) bool { return v != values[0] }) {
		return field{name, true, values[0]}
	}
	wish := name
	for c := 'A'; ; c++ {
		i := slices.Index(t.columns, name)
		if i < 0 {
			t.columns, t.values = append(t.columns, name), append(t.values, values)
		}
		if i < 0 || slices.Equal(t.values[i], values) {
			return field{name, false, 0}
		}
		name = wish + string(c)
	}
}

// text is Go for the number.
func (t *regionTable) text(f field) string {
	if f.literal {
		return fmt.Sprint(f.value)
	}
	return t.row + "." + f.name
}

// declaration is the table in Go, but for its name.
func (t *regionTable) declaration() string {
	if len(t.columns) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "[...]struct{ %s int }{\n", strings.Join(t.columns, ", "))
	for i := range t.values[0] {
		var row []string
		for _, c := range t.values {
			row = append(row, fmt.Sprint(c[i]))
		}
		fmt.Fprintf(&b, "{%s},\n", strings.Join(row, ", "))
	}
	return b.String() + "}"
}

// read finds how far apart rows are. row is the variable of the loop over the table.
func (t *regionTable) read(row string) {
	t.row = row
	t.rowSteps = []field{
		t.field("xRow", t.moving(func(r plan.Region) (int, bool) { return 4 * r.Row.Lhs, t.Open || r.Rows > 1 })),
		t.field("yRow", t.moving(func(r plan.Region) (int, bool) { return 4 * r.Row.Out, t.Open || r.Rows > 1 })),
	}
	for i := range t.Extras {
		t.extraSteps = append(t.extraSteps, t.field(fmt.Sprintf("e%dRow", i), t.moving(func(r plan.Region) (int, bool) { return 4 * r.Row.Extra[i], t.Open || r.Rows > 1 })))
	}
}

// along moves the operands v times n steps along an axis that regions may differ in.
func (t *regionTable) along(at position, what string, axis func(plan.Region) (a plan.Axis, moves bool), v string, n, most int) position {
	move := func(s driver.Sum, name string, step func(a plan.Axis) int) driver.Sum {
		f := t.field(name+what, t.moving(func(r plan.Region) (int, bool) {
			a, moves := axis(r)
			if r.Void && name == "x" {
				return 0, moves
			}
			return n * step(a), moves
		}))
		if f.literal {
			return s.Plus(v, f.value, most)
		}
		return s.Plus(v+"*"+t.text(f), 1, -1)
	}
	at.out = move(at.out, "y", func(a plan.Axis) int { return a.Out })
	at.lhs = move(at.lhs, "x", func(a plan.Axis) int { return a.Lhs })
	at.extra = slices.Clone(at.extra)
	for i := range at.extra {
		at.extra[i] = move(at.extra[i], extraName(i), func(a plan.Axis) int { return a.Extra[i] })
	}
	return at
}

// address is Go for a pointer into an operand at a place in a region; offsets are
// where the regions begin.
func (t *regionTable) address(o driver.Operand, name string, at driver.Sum, offsets []int) string {
	f := func(name string, values []int) (literal int, term string) {
		c := t.field(name, values)
		if c.literal {
			return c.value, ""
		}
		return 0, t.text(c)
	}
	if !slices.ContainsFunc(offsets, func(v int) bool { return v != offsets[0] }) {
		at.Offset += offsets[0]
		return o.Address(at)
	}
	if !o.Buf.Rows && len(o.Dims) > 0 {
		if text, ok := o.Places(name, at, offsets, f); ok {
			return text
		}
	}
	n, term := f(name, offsets)
	at.Offset += n
	at.Terms = append([]driver.Factor{{Name: term, Stride: 1, Most: -1}}, at.Terms...)
	return o.Address(at)
}

// told is Go for what tiles are told from the beginning.
func (t *regionTable) told() string {
	k, x := []string{"1", "1", "1"}, []string{"0", "0", "0"}
	for i, s := range t.Sum {
		j := t.turn(i)
		x[j] = fmt.Sprint(4 * s.Lhs)
		switch {
		case t.Void:
			k[j] = "0"
		case t.Looped(i):
		case i == t.Cut:
			k[j] = fmt.Sprint(t.Size)
		case t.runsOn(i): // counted with the axis around it
		default:
			s.N *= t.points(i)
			k[j] = total(s)
		}
	}
	first := 0
	if !t.nested() {
		first = 2
	}
	var parts []string
	add := func(name string, values []string) {
		if slices.ContainsFunc(values, func(v string) bool { return v != "0" }) {
			text := strings.Join(values[first:], ", ")
			if first > 0 {
				text = "2: " + text
			}
			parts = append(parts, fmt.Sprintf("%s: [3]int{%s}", name, text))
		}
	}
	add("k", k)
	add("x", x)
	add("w", t.panelSteps(t.Width))
	for _, f := range t.rowSteps {
		if f.literal && f.value != 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", f.name, f.value))
		}
	}
	var e []string
	for i := range t.Extras {
		if f := t.extraSteps[i]; f.literal && f.value != 0 {
			e = append(e, fmt.Sprintf("%d: %d", i, f.value))
		}
	}
	if len(e) > 0 {
		parts = append(parts, "e: [6]int{"+strings.Join(e, ", ")+"}")
	}
	if part := t.firstPart(); part > 0 {
		parts = append(parts, fmt.Sprintf("part: %d", part))
	}
	return strings.Join(parts, ", ")
}
