package pass

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// copies builds a plan that copies element by element: step i reads the listed
// buffers and writes the next one.
func copies(sizes []int, reads [][]int, outputs ...int) (*loop.Plan, []*loop.Buffer) {
	in := &loop.Buffer{Name: "x", Class: loop.Input, Rows: true, Shape: []int{1}}
	p := &loop.Plan{}
	var bufs []*loop.Buffer
	for i, size := range sizes {
		b := arena(fmt.Sprintf("b%d", i), size)
		bufs = append(bufs, b)
		s := loop.Stmt{Value: scalar.Arg(0), Dst: at(b, 1), Srcs: []loop.Access{at(in, 0)}}
		for _, r := range reads[i] {
			s.Value = scalar.Call("add", s.Value, scalar.Arg(len(s.Srcs)))
			s.Srcs = append(s.Srcs, at(bufs[r], 1))
			if sizes[r] < size {
				s.Srcs[len(s.Srcs)-1] = at(bufs[r], 0)
			}
		}
		p.Forward = append(p.Forward, step("l", []loop.Axis{{Name: "n", N: size, Rows: true}}, s))
	}
	for _, o := range outputs {
		p.Outputs = append(p.Outputs, bufs[o])
	}
	collect(p)
	return p, bufs
}

func planned(t *testing.T, p *loop.Plan, batch int, inPlace bool) {
	t.Helper()
	u := &unit{plan: p, header: &loop.Program{Batch: batch}}
	if inPlace {
		if err := overlay(u); err != nil {
			t.Fatal(err)
		}
	}
	if err := planArena(u); err != nil {
		t.Fatal(err)
	}
}

// A chain needs room for two neighbours, and with results in the place of their
// operands for one alone.
func TestPlanChain(t *testing.T) {
	reads := [][]int{{}, {0}, {1}, {2}}
	p, _ := copies([]int{16, 16, 16, 16}, reads, 3)
	planned(t, p, 2, false)
	if p.ArenaFloats != 2*16 {
		t.Errorf("apart: got %d floats, want %d", p.ArenaFloats, 2*16)
	}
	p, bufs := copies([]int{16, 16, 16, 16}, reads, 3)
	planned(t, p, 2, true)
	if p.ArenaFloats != 16 || bufs[3].Offset != 0 {
		t.Errorf("in place: got %d floats, want %d", p.ArenaFloats, 16)
	}
}

// A result lives to the end, whatever is computed after it.
func TestPlanResult(t *testing.T) {
	p, bufs := copies([]int{16, 16, 16}, [][]int{{}, {0}, {}}, 0, 2)
	planned(t, p, 1, true)
	if bufs[0].Offset == bufs[1].Offset || bufs[0].Offset == bufs[2].Offset {
		t.Errorf("an output at %d is overwritten", bufs[0].Offset)
	}
}

// A hole is filled by what fits best, and large buffers begin on cache lines.
func TestPlanGaps(t *testing.T) {
	p, bufs := copies([]int{600, 300, 500, 260}, [][]int{{}, {0}, {1}, {1, 2}}, 3)
	planned(t, p, 1, false)
	for _, b := range bufs {
		if b.Offset%lineFloats != 0 {
			t.Errorf("%v begins at %d", b, b.Offset)
		}
	}
	// b0 and b1, then b1 and b2 in the place of b0, then b3 with both.
	if want := 608 + 304 + 272; p.ArenaFloats != want {
		t.Errorf("got %d floats, want %d", p.ArenaFloats, want)
	}
}

// Random programs: nothing that is alive is overwritten, and the arena is no
// smaller than what is alive at once and no larger than everything together.
func TestPlanRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "steps")
		sizes, reads := make([]int, n), make([][]int, n)
		for i := range n {
			sizes[i] = rapid.SampledFrom([]int{1, 3, 16, 17, 48, 300, 777}).Draw(t, "size")
			for r := range i {
				if rapid.IntRange(0, 3).Draw(t, "reads") == 0 && sizes[r] >= sizes[i] {
					reads[i] = append(reads[i], r)
				}
			}
		}
		const batch = 3
		p, bufs := copies(sizes, reads, rapid.IntRange(0, n-1).Draw(t, "output"))
		u := &unit{plan: p, header: &loop.Program{Batch: batch}}
		inPlace := rapid.Bool().Draw(t, "overlay")
		if inPlace {
			if err := overlay(u); err != nil {
				t.Fatal(err)
			}
		}
		if err := planArena(u); err != nil {
			t.Fatal(err)
		}
		spans := p.Spans()
		end := 0
		for _, b := range bufs {
			end = max(end, b.Offset+b.Len(1))
		}
		if end >= largeRow {
			end = lines(end)
		}
		if end != p.ArenaFloats {
			t.Fatalf("the arena has %d floats and %d are used", p.ArenaFloats, end)
		}
		for s := range n {
			live := 0
			for _, b := range bufs {
				if spans[b].First <= s && s <= spans[b].Last && (!inPlace || spans[b].First < s) {
					live += b.Len(1)
				}
			}
			if live > p.ArenaFloats {
				t.Fatalf("%d floats are alive at step %d in an arena of %d", live, s, p.ArenaFloats)
			}
		}
		p.Name = "predict"
		program := &loop.Program{
			Batch: batch, Predict: p, Inputs: []loop.Port{{Name: "x", Shape: []int{1}}}, Outputs: []loop.Port{{Name: "y"}},
		}
		if err := loop.Verify(program); err != nil {
			t.Fatalf("%v\n%v", err, p)
		}
	})
}
