package plan

import (
	"fmt"
	"strings"
)

// String prints the plan: a line for each level of loops, with how far each moves
// the operands, then the regions and the tiles.
func (p *Contraction) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("out %s%s, lhs %s%s, rhs %s%s", p.Out.Buf.Name, at(p.Out.Offset), p.Lhs.Buf.Name, at(p.Lhs.Offset), p.Rhs.Buf.Name, at(p.Rhs.Offset))
	if len(p.Outer) > 0 {
		line("outer %s", axes(p.Outer))
	}
	sum := "sum " + axes(p.Sum)
	if p.Cut >= 0 {
		sum += fmt.Sprintf(", %d of %s at a time", p.Size, p.Sum[p.Cut].Name)
	}
	if p.Parts > 1 {
		sum += fmt.Sprintf(", in %d parts", p.Parts)
	}
	line("%s", sum)
	lane := fmt.Sprintf("panels of %d lanes of %s, rhs %v", p.Width, axes([]Axis{p.Lane}), p.Packing)
	if p.Vectors {
		lane += ", lhs as lanes too"
	}
	line("%s", lane)
	if len(p.Around) > 0 {
		line("around %s", axes(p.Around))
	}
	for _, r := range p.Regions {
		line("%s", r.text(p.Sum, p.Open))
	}
	tiles := fmt.Sprintf("tiles of %s rows, at most %d a call", strings.Trim(fmt.Sprint(p.Heights), "[]"), p.MostRows)
	if p.Units {
		tiles += fmt.Sprintf(", units of %d", p.UnitRows)
	}
	if list := p.Halved(); len(list) > 0 {
		tiles += fmt.Sprintf(", of %v rows in 2 parts", list)
	}
	if len(p.Lower) > 0 {
		tiles += fmt.Sprintf(", lower ones first of %v rows", p.Lower)
	}
	if p.Streams() {
		tiles += ", one row streams"
	}
	line("%s", tiles)
	return b.String()
}

// text prints where a region begins and what it sums.
func (r Region) text(sum []Axis, open bool) string {
	s := fmt.Sprintf("region out%s lhs%s", at(r.Out), at(r.Lhs))
	if open {
		s += " rows " + axes([]Axis{r.Row})
	} else {
		s += fmt.Sprintf(" %dx%d", r.Lines, r.Rows)
		if r.Lines > 1 {
			s += " lines " + steps(r.Line)
		}
		if r.Rows > 1 {
			s += " rows " + steps(r.Row)
		}
	}
	if r.Void {
		return s + " of nothing"
	}
	for i, a := range sum {
		if r.Lo[i] != 0 || r.Hi[i] != a.N {
			s += fmt.Sprintf(" %s[%d,%d)", a.Name, r.Lo[i], r.Hi[i])
		}
	}
	return s
}

func at(offset int) string { return fmt.Sprintf("%+d", offset) }

// axes prints "y:28 (out 896, lhs 28), …".
func axes(list []Axis) string {
	var parts []string
	for _, a := range list {
		n := fmt.Sprint(a.N)
		if a.Rows {
			n += "n"
		}
		parts = append(parts, fmt.Sprintf("%s:%s (%s)", a.Name, n, steps(a)))
	}
	return strings.Join(parts, ", ")
}

// steps prints how far an axis moves the operands that it moves.
func steps(a Axis) string {
	var parts []string
	add := func(name string, n int) {
		if n != 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, n))
		}
	}
	add("out", a.Out)
	add("lhs", a.Lhs)
	add("rhs", a.Rhs)
	for i, n := range a.Extra {
		add(fmt.Sprint("e", i), n)
	}
	return strings.Join(parts, " ")
}
