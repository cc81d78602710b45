package gosrc

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// windowGrad prints the gradient of pooling by what it reads.
func (e *kernels) windowGrad(g *loop.WindowGrad) *kernel {
	w := g.Window
	w.Out = g.DOut
	p := e.pool(&w, g.DIn, g.DOut)
	dx := p.kernel.param(g.DIn.Buf, "dx")
	p.y = p.kernel.param(g.DOut.Buf, "dy")
	rows := []loop.Access{g.DIn, g.DOut}
	compares := w.Reduce == loop.Max && len(p.points()) > 1
	if compares {
		p.x = p.kernel.param(w.In.Buf, "x")
		rows = append(rows, w.In)
	} else { // the window's input is not read
		p.In = g.DIn
		p.x = dx
	}
	p.entitle("Grad")
	p.zeroed(dx, g.DIn)
	p.outerLoops(rows...)
	switch {
	case !compares && p.fixed():
		p.spread(g.DIn)
	case !compares:
		p.spreadRanged(g.DIn)
	case p.fixed() && len(p.points()) <= fewTaps:
		p.toFirst(g.DIn)
	default:
		p.toFirstRanged(g.DIn)
	}
	p.close(len(p.outer))
	return p.kernel
}

// zeroed clears what the gradient is added to.
func (p *pool) zeroed(dx *param, in loop.Access) {
	if !in.Buf.Rows {
		p.line("clear(%s[:])", dx.name)
		return
	}
	p.counted = true
	p.line("clear(%s[:%s])", dx.name, scaled("n", in.Buf.Row(), 0))
}

// gradient is the gradient of a window's result: a view of it and its name.
func (p *pool) gradient() (view, string) {
	d := p.view(p.Window.Out, p.vec...)
	return d, p.heldAs("dy", p.Window.Out, d)
}

// spread gives every point of a window its share.
func (p *pool) spread(in loop.Access) {
	g := p.inputs("g", in)
	n := len(p.points())
	d, name := p.gradient()
	p.eachElement(p.vec, func() {
		share := d.at(name)
		if p.Mean && n > 1 {
			share = p.round(fmt.Sprintf("%s / %d", share, n))
		}
		p.line("d := %s", share)
		for k := range n {
			p.line("%s += d", g(k))
		}
	})
}

// spreadRanged gives every point of a window inside the image its share.
func (p *pool) spreadRanged(in loop.Access) {
	ranges := p.ranges()
	d, name := p.gradient()
	p.eachTap(ranges, func() {
		x := p.view(in, p.vec...)
		to := p.heldAs("dx", in, x)
		p.eachElement(p.vec, func() {
			if p.Mean {
				p.line("%s += %s", x.at(to), p.round(d.at(name)+" / count"))
			} else {
				p.line("%s += %s", x.at(to), d.at(name))
			}
		})
	})
}

// toFirst gives the gradient to the first of the largest points.
func (p *pool) toFirst(in loop.Access) {
	x, g := p.inputs("x", p.In), p.inputs("g", in)
	n := len(p.points())
	d, name := p.gradient()
	p.eachElement(p.vec, func() {
		p.line("switch max(%s) { // the first maximum", list(n, x))
		for k := range n - 1 {
			p.line("case %s:", x(k))
			p.line("%s += %s", g(k), d.at(name))
		}
		p.line("default:")
		p.line("%s += %s", g(n-1), d.at(name))
		p.line("}")
	})
}

// toFirstRanged finds the maximum of every channel, then gives the gradient to
// the first point that has it. No number equals a maximum that is spent.
func (p *pool) toFirstRanged(in loop.Access) {
	channels, at := 1, "0"
	if len(p.vec) > 0 {
		channels, at = p.axes[p.vec[0]].N, p.vars[p.vec[0]].name
	}
	p.lines = slices.Insert(p.lines, 0, fmt.Sprintf("var top [%d]%s", channels, p.el.float),
		fmt.Sprintf("lowest, spent := %s, %s", p.lowest(), p.el.convert("§math.NaN()", "float64")))
	top := "top[" + at + "]"
	ranges := p.ranges()
	p.fill("top", "lowest")
	p.eachTap(ranges, func() {
		x := p.view(p.In, p.vec...)
		from := p.heldAs("x", p.In, x)
		p.eachElement(p.vec, func() { p.line("%[1]s = max(%[1]s, %[2]s)", top, x.at(from)) })
	})
	d, name := p.gradient()
	p.eachTap(ranges, func() {
		x, g := p.view(p.In, p.vec...), p.view(in, p.vec...)
		from, to := p.heldAs("x", p.In, x), p.heldAs("dx", in, g)
		p.eachElement(p.vec, func() {
			p.line("if %s == %s { // the first maximum", x.at(from), top)
			p.line("%s += %s", g.at(to), d.at(name))
			p.line("%s = spent", top)
			p.line("}")
		})
	})
}
