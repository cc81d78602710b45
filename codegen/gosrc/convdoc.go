package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// weights is the access to the kernel of a convolution, or to its gradient.
func (c *conv) weights() loop.Access {
	if c.reducing {
		return c.Out
	}
	return c.Rhs
}

// image and pixels are the accesses to what the convolution reads and to what
// it makes of it.
func (c *conv) image() loop.Access {
	switch {
	case c.reducing && c.turned():
		return c.Rhs
	case !c.reducing && c.backwards():
		return c.Out
	}
	return c.Lhs
}

func (c *conv) pixels() loop.Access {
	switch {
	case c.reducing && !c.turned():
		return c.Rhs
	case c.reducing || c.backwards():
		return c.Lhs
	}
	return c.Out
}

// turned reports a gradient of a kernel of which the left operand is the
// gradient that flows in.
func (c *conv) turned() bool { return c.Lhs.Buf.Grad && !c.Rhs.Buf.Grad }

// convolves reports a convolution or a gradient of one: the kernel has its
// shape, [taps..., channels, outputs], and the images have theirs.
func (c *conv) convolves() bool {
	w, in, out := c.weights().Buf.Shape, c.shape(c.image()), c.shape(c.pixels())
	n := len(w)
	if n < 3 || n > 4 || len(in) != n-1 || len(out) != n-1 {
		return false
	}
	if c.perChannel() && w[n-2] == in[n-2] {
		return out[n-2] == w[n-2]*w[n-1]
	}
	return in[n-2] == w[n-2]*c.groups() && out[n-2] == w[n-1]
}

// perChannel reports a depthwise convolution or a gradient of one.
func (c *conv) perChannel() bool { return !c.dots && c.rows() }

// groups is the number of groups of channels that are convolved apart.
func (c *conv) groups() int {
	w := c.weights().Buf.Shape
	if c.perChannel() && w[len(w)-2] == c.shape(c.image())[len(w)-2] {
		return 1
	}
	n := 1
	for _, a := range c.B {
		if !a.Rows {
			n *= a.N
		}
	}
	return n
}

// letters names the variables of the loops: r counts rows, p and q positions,
// i and j taps, c channels, o outputs, g groups and m the multiplier.
func (c *conv) letters() {
	w := c.weights()
	n := len(w.Buf.Shape)
	strides := shapeStrides(w.Buf.Shape)
	taken := map[string]bool{}
	position := 0
	c.vars = make([]ix, len(c.axes))
	c.space = make([]int, len(c.axes))
	for at, a := range c.axes {
		wish := ""
		c.space[at] = -1
		switch s := w.Strides[at]; {
		case a.Rows:
			wish = "r"
		case s == 0 || n < 3:
			wish = string("pq"[min(position, 1)])
			c.space[at] = position
			position++
		default:
			d := 0
			for d < n-1 && (s%strides[d] != 0 || s/strides[d]*(a.N-1) >= w.Buf.Shape[d] && s != strides[d] || w.Buf.Shape[d] == 1) {
				d++
			}
			switch {
			case d < n-2:
				wish = string("ij"[min(d, 1)])
				c.space[at] = d
			case d == n-2:
				wish = "c"
			case c.perChannel() && w.Buf.Shape[n-2] > 1:
				wish = "m"
			case at < len(c.B):
				wish = "g"
			default:
				wish = "o"
			}
		}
		for _, other := range "pqijcogmuvstkl" {
			if !taken[wish] {
				break
			}
			wish = string(other)
		}
		taken[wish] = true
		c.names.Take(wish)
		c.vars[at] = ix{name: wish}
	}
}

// shape is the shape of a row of an operand: the buffer's own, or, where that is
// flat because another layer reads it so, what the strides of positions and taps
// tell of it.
func (c *conv) shape(a loop.Access) []int {
	row := a.Buf.Row()
	if len(a.Buf.Shape) > 1 || !a.Buf.Rows {
		return a.Buf.Shape
	}
	var shape []int
	for d := 0; ; d++ {
		unit := 0
		for at, s := range a.Strides {
			if c.space[at] == d {
				unit = gcd(unit, s)
			}
		}
		switch {
		case unit == 0 && d == 0, unit != 0 && row%unit != 0:
			return a.Buf.Shape
		case unit == 0:
			return append(shape, row)
		}
		shape = append(shape, row/unit)
		row = unit
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// shapeStrides are the strides of a block without gaps.
func shapeStrides(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for d := len(shape) - 1; d >= 0; d-- {
		strides[d] = step
		step *= shape[d]
	}
	return strides
}

// title names the function and describes it.
func (c *conv) title() {
	sum := "Σ"
	var over []string
	for at := range c.axes {
		if c.reduced(at) {
			over = append(over, c.vars[at].name)
		}
	}
	if len(over) > 0 {
		sum += "_" + strings.Join(over, ",") + " "
	} else {
		sum = ""
	}
	sum += c.indexed(c.Lhs) + "·" + c.indexed(c.Rhs)
	args := []string{sum}
	for _, a := range c.Extra {
		args = append(args, c.indexed(a))
	}
	text := c.indexed(c.Out) + " = " + c.epilogueOf(args)
	if !c.convolves() {
		var sizes []string
		for _, a := range c.axes {
			if !a.Rows {
				sizes = append(sizes, fmt.Sprint(a.N))
			}
		}
		c.name = "contract" + strings.Join(sizes, "x") + c.epilogueName()
		c.describe("%s", text)
		return
	}
	w, in := c.weights().Buf.Shape, c.shape(c.image())
	n := len(w)
	if c.perChannel() && w[n-2] == in[n-2] {
		c.name = "depthwise" + sizes(w[:n-1])
		if w[n-1] > 1 {
			c.name += fmt.Sprintf("x%d", w[n-1])
		}
	} else {
		c.name = fmt.Sprintf("conv%sTo%d", sizes(append(slices.Clone(w[:n-2]), in[n-2])), w[n-1])
		if g := c.groups(); g > 1 {
			c.name += fmt.Sprintf("Groups%d", g)
		}
	}
	switch {
	case c.reducing:
		c.name += "GradW"
	case c.backwards():
		c.name += "GradX"
	default:
		c.name += c.epilogueName()
	}
	kind := "images"
	if n == 3 {
		kind = "sequences"
	}
	end := ""
	if len(c.Clip) > 0 {
		end = "; points outside of them count as 0"
	}
	c.describe("%s, for %s of %s and of %s%s", text, kind, sizes(in), sizes(c.shape(c.pixels())), end)
}

// sizes prints extents: 3x3x32.
func sizes(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = fmt.Sprint(d)
	}
	return strings.Join(parts, "x")
}

// indexed prints an operand of a formula: x[r,p+i-1,q+j-1,c].
func (c *conv) indexed(a loop.Access) string {
	p := c.kernel.param(a.Buf, "x")
	if p.form == value || a.Buf.Row() == 1 && !a.Buf.Rows {
		return p.name
	}
	rows := slices.IndexFunc(c.axes, isRows)
	var at []string
	if a.Buf.Rows && rows >= 0 && a.Strides[rows] != 0 {
		at = append(at, c.vars[rows].name)
	}
	if a.Buf.Row() > 1 {
		if x, ok := split(placed{a, c.axes}, a.Buf.Shape); ok && !a.Buf.Rows {
			for _, x := range x {
				at = append(at, linear(x, c.vars))
			}
		} else {
			for _, x := range c.parts(a, func(at int) bool { return at == rows }) {
				at = append(at, linear(x.affine, c.vars))
			}
		}
	}
	if len(at) == 0 {
		return p.name
	}
	return p.name + "[" + strings.Join(at, ",") + "]"
}
