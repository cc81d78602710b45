package op

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
)

// lowering collects the kernels of a graph, in order and without any planning.
type lowering struct {
	views map[*ir.Value]View
	steps []loop.Step
	errs  []string
	graph *ir.Graph
}

func (l *lowering) View(v *ir.Value) View     { return l.views[v] }
func (l *lowering) Alias(v *ir.Value, w View) { l.views[v] = w }
func (l *lowering) Errorf(v *ir.Value, format string, args ...any) {
	l.errs = append(l.errs, fmt.Sprintf(format, args...))
}
func (l *lowering) Emit(v *ir.Value, k loop.Kernel) {
	l.steps = append(l.steps, &loop.Run{Kernel: k})
}

func (l *lowering) Step(v *ir.Value, s loop.Step) { l.steps = append(l.steps, s) }

func (l *lowering) Readers(v *ir.Value) (list []*ir.Value, root bool) {
	for _, w := range l.graph.Values {
		if slices.Contains(w.Args, v) {
			list = append(list, w)
		}
	}
	return list, slices.Contains(l.graph.Outputs, v)
}

func (l *lowering) Result(v *ir.Value) View {
	b := &loop.Buffer{Name: fmt.Sprint(v.ID), Rows: v.Shape.Batched(), Shape: v.Shape.Row()}
	if v.DType == ir.I32 {
		b.DType = loop.I32
	}
	w := View{Buf: b, Strides: v.Shape.Strides()}
	l.views[v] = w
	return w
}

// checkLower runs the kernels of a whole graph on the reference executor and
// compares every value with Eval. refuses is the error that is expected instead.
func checkLower(t *testing.T, g *ir.Graph, e env, refuses string) {
	t.Helper()
	l := &lowering{views: map[*ir.Value]View{}, graph: g}
	for _, v := range g.Values {
		v.Op.(Lowerer).Lower(l, v)
		if len(l.errs) > 0 {
			break
		}
	}
	switch {
	case refuses == "" && len(l.errs) > 0:
		t.Fatalf("not lowered: %v", l.errs)
	case refuses != "" && (len(l.errs) == 0 || !strings.Contains(l.errs[0], refuses)):
		t.Fatalf("lowering says %q, want %q", l.errs, refuses)
	case refuses != "":
		return
	}
	verifyKernels(t, g, l)
	mem := &looptest.Memory{Random: func(stream string, row, element int) float64 { return noise(row, element) }}
	for _, v := range leaves(g) {
		in := e.in[title(v)]
		mem.Set(l.views[v].Buf, looptest.Block{F: in.F, I: in.I, Offsets: in.Offsets})
	}
	if err := looptest.Run(l.steps, mem, e.rows); err != nil {
		t.Fatal(err)
	}
	c := context[float64](e)
	c.Uniform = func(_ string, shape ir.Shape) []float64 {
		out := make([]float64, shape.Elements())
		for i := range out {
			row := len(out) / shape[0]
			out[i] = noise(i/row, i%row)
		}
		return out
	}
	want := run(c, g.Values)
	for _, v := range g.Values {
		w := l.views[v]
		if w.Parts != nil {
			continue // its readers tell
		}
		if v.Shape.Ragged() || w.Buf.Class == loop.Random || w.Buf.Class == loop.Const { // constants are rounded to float32
			continue
		}
		block, i := mem.Block(w.Buf, e.rows), 0
		points(want[v].Shape, func(at []int) {
			place := w.Offset
			for j, s := range w.Strides {
				place += at[j] * s
			}
			var got float64
			if block.I != nil {
				got = float64(block.I[place])
			} else {
				got = block.F[place]
			}
			if x := numbers(want[v])[i]; !near(got, x, 1e-9) {
				t.Errorf("%d rows: %v %v at %v: kernels give %v, Eval %v", e.rows, v.Op, v.Type, at, got, x)
			}
			i++
		})
	}
}

// verifyKernels holds the kernels of a graph without ids to what loop.Verify
// asks of a plan.
func verifyKernels(t *testing.T, g *ir.Graph, l *lowering) {
	t.Helper()
	p := &loop.Program{Name: "case", Batch: 4, Predict: &loop.Plan{Name: "predict", Forward: l.steps}}
	runs, _ := p.Predict.Flat()
	for _, r := range runs {
		r.Kernel = canonical.Kernel(r.Kernel)
	}
	seen := map[*loop.Buffer]bool{}
	add := func(b *loop.Buffer) bool {
		if seen[b] {
			return false
		}
		seen[b] = true
		p.Predict.Buffers = append(p.Predict.Buffers, b)
		return true
	}
	for _, v := range g.Values {
		b := l.views[v].Buf
		if b == nil { // in parts
			continue
		}
		if v.DType != ir.F32 {
			return
		}
		switch v.Op.(type) {
		case *Input, *Param:
			if b.Name = title(v); !add(b) {
				continue
			}
			if b.Rows {
				b.Class, b.Port = loop.Input, len(p.Inputs)
				p.Inputs = append(p.Inputs, loop.Port{Name: b.Name, Shape: b.Shape})
				continue
			}
			b.Class, b.Segment, b.Offset = loop.Param, len(p.Segments), 0
			for _, s := range p.Segments {
				b.Offset += s.Len()
			}
			p.Segments = append(p.Segments, block.Segment{Name: b.Name, Shape: b.Shape, Offset: b.Offset})
		}
	}
	for _, r := range runs {
		k := r.Kernel
		for _, a := range slices.Concat(k.Writes(), k.Reads()) {
			if add(a.Buf) && a.Buf.Class == loop.Arena {
				a.Buf.Name = fmt.Sprintf("%s#%d", a.Buf.Name, len(seen))
				a.Buf.Offset = p.Predict.ArenaFloats
				p.Predict.ArenaFloats += a.Buf.Len(p.Batch)
			}
		}
	}
	if err := loop.Verify(p); err != nil {
		t.Errorf("the kernels are not sound: %v", err)
	}
}

// noise stands for random numbers, a function of the place alone.
func noise(row, element int) float64 { return float64((row*7+element*3)%11) / 11 }
