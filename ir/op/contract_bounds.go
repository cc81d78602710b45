package op

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// settle leaves only the bounds that leave a point out. Taps that no position
// can use are not part of the loop, and taps run in the direction in which they
// walk the left operand: the kernel then is read backward instead.
func (p *part) settle() error {
	for !p.empty {
		p.tidy()
		p.join()
		if !p.shrink() {
			break
		}
	}
	if p.empty {
		p.bounds = nil
		return nil
	}
	for a, reversed := range p.reversed() {
		if reversed {
			p.put([]int{a}, []Index{{Terms: []Term{{a, -1}}, Offset: p.Axes[a].Extent - 1}})
		}
	}
	for _, b := range p.bounds {
		if len(b.Terms) > 2 {
			return fmt.Errorf("a contraction that is clipped by %s, an index of more than a position and a tap, is not lowered", p.index(b.Index))
		}
	}
	return nil
}

// join makes one bound of those of the same terms and drops those that hold at
// every point.
func (p *part) join() {
	var out []bound
	for _, b := range p.bounds {
		i := slices.IndexFunc(out, func(o bound) bool { return slices.Equal(o.Terms, b.Terms) })
		if i < 0 {
			out = append(out, b)
			continue
		}
		// -Offset <= Σ terms < size - Offset, for both
		low, high := max(-b.Offset, -out[i].Offset), min(b.size-b.Offset, out[i].size-out[i].Offset)
		out[i].Offset, out[i].size = -low, high-low
	}
	p.bounds = slices.DeleteFunc(out, func(b bound) bool {
		low, high := b.Offset, b.Offset
		for _, t := range b.Terms {
			far := t.Coef * (p.Axes[t.Axis].Extent - 1)
			low, high = low+min(far, 0), high+max(far, 0)
		}
		p.empty = p.empty || high < 0 || low >= b.size || b.size < 1
		return low >= 0 && high < b.size
	})
}

// shrink cuts an axis that is summed over to the points that a bound of it
// alone leaves, and reports whether there was one.
func (p *part) shrink() bool {
	inOut := p.names(p.Out)
	for _, b := range p.bounds {
		if p.empty || len(b.Terms) != 1 || inOut[b.Terms[0].Axis] {
			continue
		}
		axis, coef := b.Terms[0].Axis, b.Terms[0].Coef
		first, last := -1, -1
		for i := range p.Axes[axis].Extent {
			if at := b.Offset + coef*i; at >= 0 && at < b.size {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		if first < 0 {
			p.empty = true
			return true
		}
		p.put([]int{axis}, []Index{{Terms: []Term{{axis, 1}}, Offset: first}})
		p.Axes[axis].Extent = last - first + 1
		return true
	}
	return false
}

// reversed marks the axes that are summed over and walk the left operand
// backward.
func (p *part) reversed() []bool {
	inOut := p.names(p.Out)
	out := make([]bool, len(p.Axes))
	for _, x := range p.Lhs {
		for _, t := range x.Terms {
			out[t.Axis] = out[t.Axis] || t.Coef < 0 && !inOut[t.Axis]
		}
	}
	return out
}

// clips are the bounds of a part whose axes are in a kernel in the given order.
func (p *part) clips(order []int) []loop.Access {
	out := make([]loop.Access, len(p.bounds))
	for i, b := range p.bounds {
		out[i] = loop.Access{Offset: b.Offset, Strides: make([]int, len(order))}
		for _, t := range b.Terms {
			out[i].Strides[slices.Index(order, t.Axis)] = t.Coef
		}
	}
	return out
}
