package shape

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// Large reports a program whose layers share kernels. A kernel of its own is
// faster where a call takes less than a microsecond; of hundreds of layers, which
// have calls far longer, it would be most of the package's text.
func Large(p *loop.Program, m machine.Machine) bool {
	plan := p.Train
	if plan == nil {
		plan = p.Predict
	}
	runs, _ := plan.Flat()
	return len(runs) > m.OwnKernels
}

// Nest is the kernel in the form in which layers share it, or reports that it
// stays one of its own: nests that an index addresses, of random numbers, of
// several statements, and those of which not even one run of elements fits a call.
func Nest(k *loop.Nest, m machine.Machine) (*loop.Nest, bool) {
	t, ok := Tidy(k)
	if !ok || len(t.Body) > 1 || slices.ContainsFunc(Accesses(&t.Body[0]), isRandom) {
		return nil, false
	}
	s := &t.Body[0]
	switch {
	case s.Reduce == loop.Store:
		lanesLast(s)
		last := len(s.Inner) - 1
		if last > 0 && (s.Inner[last].Rows || s.Inner[last].N > m.Turns(Weight(s.Value), 4*(1+len(s.Srcs)))/64*64) {
			return nil, false
		}
	case len(s.Inner) != 1 || len(t.Outer) > 1 && !t.Outer[0].Rows:
		return nil, false
	}
	t.Outer = renamed(t.Outer, nil)
	for i := range t.Body {
		t.Body[i].Inner = renamed(t.Body[i].Inner, t.Outer)
	}
	return t, true
}

// lanesLast moves the axis that vectors run along to the end.
func lanesLast(s *loop.Stmt) {
	for v := len(s.Inner) - 1; v >= 0; v-- {
		fits := s.Dst.Strides[v] == 1
		for _, a := range s.Srcs {
			fits = fits && (a.Strides[v] == 0 || a.Strides[v] == 1 || a.Buf.Class == loop.Scalar)
		}
		if !fits {
			continue
		}
		s.Inner = append(slices.Delete(slices.Clone(s.Inner), v, v+1), s.Inner[v])
		for _, a := range Accesses(s) {
			step := a.Strides[v]
			a.Strides = append(slices.Delete(slices.Clone(a.Strides), v, v+1), step)
		}
		return
	}
}

// renamed gives the axes names of one letter that none of them and of those
// around has.
func renamed(axes, around []loop.Axis) []loop.Axis {
	axes = slices.Clone(axes)
	taken := func(name string, i int) bool {
		same := func(a loop.Axis) bool { return a.Name == name }
		return slices.ContainsFunc(around, same) || slices.ContainsFunc(axes[:i], same)
	}
	for i := range axes {
		wishes := []string{axes[i].Name, "i", "j", "k", "l", "o"}
		if n := axes[i].Name; len(n) != 1 || n[0] < 'a' || n[0] > 'z' {
			wishes = wishes[1:]
		}
		at := slices.IndexFunc(wishes, func(w string) bool { return !taken(w, i) })
		if at < 0 {
			axes[i].Name = fmt.Sprint("a", i)
		} else {
			axes[i].Name = wishes[at]
		}
	}
	return axes
}
