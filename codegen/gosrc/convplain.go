package gosrc

import "github.com/nngen-go/nngen/ir/loop"

// openReduced opens the reduced loops of a contraction of no known form, over
// the points that clips leave in.
func (d *dense) openReduced(axes []loop.Axis, outer int, vars []string, accs []placed) (ends []func()) {
	c := &conv{dense: d, axes: axes, vars: make([]ix, len(axes)), divide: -1}
	known := make([]bool, len(axes))
	for i := range outer {
		c.vars[i], known[i] = ix{name: vars[i]}, true
	}
	end := func() { d.line("}") }
	if cond := c.guard(known); cond != "" {
		d.line("if %s {", cond)
		ends = append(ends, end)
	}
	for i := outer; i < len(axes); i++ {
		b := c.bounds(i, known)
		known[i] = true
		if b.static && b.from == 0 && b.to == axes[i].N {
			ends = append(ends, d.open(axes, i, vars, accs))
			c.vars[i] = ix{name: vars[i]}
			continue
		}
		vars[i] = d.inner(axes[i].Name)
		c.vars[i] = ix{name: vars[i]}
		c.loop(i, b)
		ends = append(ends, func() {
			d.line("}")
			delete(d.names, vars[i])
		})
	}
	return ends
}
