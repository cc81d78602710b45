package pass

import (
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

func TestOverlay(t *testing.T) {
	a, b, c := arena("a", 4), arena("b", 4), arena("c", 4)
	in := &loop.Buffer{Name: "x", Class: loop.Input, Rows: true, Shape: []int{4}}
	flat := []loop.Axis{flatAxis}
	from := func(dst *loop.Buffer, srcs ...*loop.Buffer) *loop.Run {
		s := loop.Stmt{Value: scalar.Arg(0), Dst: at(dst, 1)}
		for _, src := range srcs {
			s.Srcs = append(s.Srcs, at(src, 1))
		}
		return step("l", flat, s)
	}
	for name, tt := range map[string]struct {
		steps []loop.Step
		want  map[*loop.Buffer]*loop.Buffer
	}{
		"dies as it is read":   {[]loop.Step{from(a, in), from(b, a)}, map[*loop.Buffer]*loop.Buffer{b: a}},
		"is read again":        {[]loop.Step{from(a, in), from(b, a), from(c, a, b)}, map[*loop.Buffer]*loop.Buffer{c: a}},
		"no place of its own":  {[]loop.Step{from(b, in)}, nil},
		"one for each operand": {[]loop.Step{from(a, in), from(b, in), step("l", flat, loop.Stmt{Value: scalar.Arg(0), Dst: at(c, 1), Srcs: []loop.Access{at(a, 1), at(b, 1)}})}, map[*loop.Buffer]*loop.Buffer{c: a}},
	} {
		p := &loop.Plan{Forward: tt.steps}
		collect(p)
		u := &unit{plan: p}
		if err := overlay(u); err != nil {
			t.Fatal(err)
		}
		if len(u.over) != len(tt.want) {
			t.Errorf("%s: got %v, want %v", name, u.over, tt.want)
		}
		for dst, src := range tt.want {
			if u.over[dst] != src {
				t.Errorf("%s: %v lies over %v, want %v", name, dst, u.over[dst], src)
			}
		}
	}
}

// A temporary that is needed after the result is begun keeps its own place.
func TestOverlayTemporary(t *testing.T) {
	s := newSoftmax()
	m := merger{header: ports}
	s.plan.Forward = m.steps(s.plan.Forward)
	nest := s.plan.Forward[0].(*loop.Run).Kernel.(*loop.Nest)
	late := arena("late", 1)
	nest.Body = append(nest.Body, loop.Stmt{Inner: []loop.Axis{colAxis}, Reduce: loop.Sum, Value: scalar.Arg(0), Dst: at(late, 1, 0), Srcs: []loop.Access{at(s.exp, 4, 1)}})
	s.plan.Outputs = append(s.plan.Outputs, late)
	collect(s.plan)
	_ = absorbTemporaries(&unit{plan: s.plan})
	if nest.Body[1].Dst.Buf != s.exp || nest.Body[4].Srcs[0].Buf != s.exp {
		t.Errorf("the temporary was given away:\n%v", nest)
	}
}
