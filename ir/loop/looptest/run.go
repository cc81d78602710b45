package looptest

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// Run executes steps for n rows. It stops at an address outside its buffer, an
// id outside its table and a buffer that was not set.
func Run(steps []loop.Step, mem *Memory, n int) error {
	return (&machine{mem: mem, n: n}).steps(steps)
}

// machine holds where the enclosing loops are: the leading strides of an
// access that has more of them than its kernel has axes are theirs.
type machine struct {
	mem   *Memory
	n     int
	times []int
}

func (m *machine) steps(steps []loop.Step) error {
	for _, s := range steps {
		switch s := s.(type) {
		case *loop.Run:
			if err := m.run(s); err != nil {
				return fmt.Errorf("layer %q: %s: %w", s.Layer, s.Kernel.Family(), err)
			}
		case *loop.Loop:
			extent := s.Axis.N
			if s.Axis.Rows {
				extent *= m.n
			}
			for i := range extent {
				t := i
				if s.Reverse {
					t = extent - 1 - i
				}
				m.times = append(m.times, t)
				body := s.Body
				if idle, err := m.idle(s); err != nil {
					return err
				} else if idle {
					body = s.Idle
				}
				if err := m.steps(body); err != nil {
					return err
				}
				m.times = m.times[:len(m.times)-1]
			}
		}
	}
	return nil
}

// run runs a kernel. Of one that is limited to some steps the others are left out: terms
// of a sum, or results.
func (m *machine) run(r *loop.Run) error {
	k, ok := r.Kernel.(*loop.Contract)
	if !ok || r.Steps == nil {
		return m.kernel(r.Kernel)
	}
	if !r.Steps.Sums(k) {
		if err := m.kernel(k); err != nil {
			return err
		}
		return m.blank(r.Steps, k)
	}
	_, parts := r.Steps.StepRows(k)
	for _, p := range parts {
		block := m.mem.Block(p.Of, m.n)
		if block == nil {
			continue
		}
		held := slices.Clone(block.F)
		defer copy(block.F, held)
		for i := range m.n * r.Steps.N {
			row, t := i/r.Steps.N, i%r.Steps.N
			if x, err := m.load(r.Steps.Mask, []int{t, row}); err != nil {
				return err
			} else if x == 0 {
				from := row*p.Of.Row() + p.Base + t*p.Move
				clear(block.F[from : from+p.Move])
			}
		}
	}
	return m.kernel(k)
}

// blank gives the steps of a product that it is not needed of what the program may
// find there: NaN where no row has a step, unless all are written, and 0 elsewhere.
func (m *machine) blank(s *loop.Steps, k *loop.Contract) error {
	out := m.mem.Block(k.Out.Buf, m.n)
	width := k.Out.Buf.Row() / s.N
	for t := range s.N {
		var masked []int
		for r := range m.n {
			x, err := m.load(s.Mask, []int{t, r})
			if err != nil {
				return err
			}
			if x == 0 {
				masked = append(masked, r)
			}
		}
		value := 0.0
		if len(masked) == m.n && !s.All {
			value = math.NaN()
		}
		for _, r := range masked {
			for i := range width {
				out.F[(r*s.N+t)*width+i] = value
			}
		}
	}
	return nil
}

// idle reports a turn that no row takes part in.
func (m *machine) idle(l *loop.Loop) (bool, error) {
	if l.Mask == nil {
		return false, nil
	}
	for r := range m.n {
		if x, err := m.load(*l.Mask, []int{r}); err != nil || x != 0 {
			return false, err
		}
	}
	return true, nil
}

func (m *machine) kernel(k loop.Kernel) error {
	switch k := k.(type) {
	case *loop.Contract:
		return m.contract(k)
	case *loop.Nest:
		return m.nest(k)
	case *loop.GatherSum:
		return m.gatherSum(k)
	case *loop.ScatterSum:
		return m.scatterSum(k)
	case *loop.MultiHot:
		return m.multiHot(k)
	case *loop.Shuffle:
		return meeting{m}.shuffle(k)
	case *loop.Pairs:
		return meeting{m}.pairs(k)
	case *loop.PairsGrad:
		return meeting{m}.pairsGrad(k)
	case *loop.Window:
		return m.window(k)
	case *loop.WindowGrad:
		return m.windowGrad(k)
	}
	return fmt.Errorf("unknown kernel family")
}

// each calls f with every point of the axes in order.
func (m *machine) each(axes []loop.Axis, f func(point []int) error) error {
	point := make([]int, len(axes))
	var walk func(i int) error
	walk = func(i int) error {
		if i == len(axes) {
			return f(point)
		}
		extent := axes[i].N
		switch {
		case axes[i].Rows:
			extent *= m.n
		case axes[i].Upto != nil:
			position := m.mem.Block(axes[i].Upto, m.n)
			if position == nil {
				return fmt.Errorf("buffer %q was not set", axes[i].Upto.Name)
			}
			extent = int(slices.Max(position.I)) + 1
		case axes[i].Turn != 0:
			if len(m.times) == 0 {
				return fmt.Errorf("axis %s follows the turns of a loop, but is in none", axes[i].Name)
			}
			extent = axes[i].InTurn(m.times[len(m.times)-1]).N
		}
		for point[i] = 0; point[i] < extent; point[i]++ {
			if err := walk(i + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(0)
}

// address is the element of its buffer that an access reaches at a point.
func (m *machine) address(a loop.Access, point []int) (int, error) {
	strides := a.Strides
	at := a.Offset
	if outer := len(strides) - len(point); outer != 0 {
		if outer != len(m.times) {
			return 0, fmt.Errorf("buffer %q: %d strides for %d axes in %d loops", a.Buf.Name, len(strides), len(point), len(m.times))
		}
		for i, t := range m.times {
			at += t * strides[i]
		}
		strides = strides[outer:]
	}
	for i, p := range point {
		at += p * strides[i]
	}
	if a.Index != nil {
		id, err := m.load(*a.Index, point)
		if err != nil {
			return 0, err
		}
		at += int(id) * a.IndexStride
	}
	if at < 0 || at >= a.Buf.Len(m.n) {
		return 0, fmt.Errorf("buffer %q: element %d of %d at %v", a.Buf.Name, at, a.Buf.Len(m.n), point)
	}
	return at, nil
}

func (m *machine) load(a loop.Access, point []int) (float64, error) {
	at, err := m.address(a, point)
	if err != nil {
		return 0, err
	}
	if a.Buf.Class == loop.Random {
		row := 0
		if a.Buf.Rows {
			row, at = at/a.Buf.Row(), at%a.Buf.Row()
		}
		return m.mem.Random(a.Buf.Name, row, at), nil
	}
	block := m.mem.Block(a.Buf, m.n)
	if block == nil {
		return 0, fmt.Errorf("buffer %q was not set", a.Buf.Name)
	}
	if a.Buf.DType == loop.I32 {
		return float64(block.I[at]), nil
	}
	return block.F[at], nil
}

func (m *machine) store(a loop.Access, point []int, x float64, accumulate bool) error {
	at, err := m.address(a, point)
	if err != nil {
		return err
	}
	block := m.mem.Block(a.Buf, m.n)
	switch {
	case block == nil:
		return fmt.Errorf("buffer %q was not set", a.Buf.Name)
	case a.Buf.DType == loop.I32:
		block.I[at] = int32(x)
	case accumulate:
		block.F[at] += x
	default:
		block.F[at] = x
	}
	return nil
}

// operands loads a list of accesses after the first values.
func (m *machine) operands(first []float64, list []loop.Access, point []int) ([]float64, error) {
	for _, a := range list {
		x, err := m.load(a, point)
		if err != nil {
			return nil, err
		}
		first = append(first, x)
	}
	return first, nil
}
