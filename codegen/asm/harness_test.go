package asm

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/runtime/nn"
)

// How kernels are tested. Describe them and hand the list over:
//
//	var relu = []kernelCase{{name: "relu 33", kernel: &loop.Nest{...}, tolerance: 1e-6}}
//
//	func TestRelu(t *testing.T)      { checkKernels(t, relu) }
//	func BenchmarkRelu(b *testing.B) { benchKernels(b, relu) }
//
// checkKernels asks Unit.Kernel for the machine code of every case at both
// levels, builds one program for the whole list (program_test.go; equal lists
// share it) and runs every case for each of its row counts:
//
//   - against the float64 reference of package looptest, within the tolerance;
//   - with parameters at odd addresses, and ending where memory ends: the same
//     bits, no word written outside, none read that is not there;
//   - split among 2 and 3 workers as loop.SharingOf allows: the same bits. Where
//     it says rows each is given a part of them, where it says units a *nn.Worker;
//     2 and 7 workers divide a body that is Divided;
//   - row by row: within rowTolerance, 0 being the same bits;
//   - with NaN, infinities, denormals and -0 among the operands, unless plain.
//
// Parameters are the buffers of Writes, then of Reads, each once (operandsOf).
// Destinations start as NaN unless they are read, or added to.
//
// benchKernels prints ns per call and the shares of the FMA peak loop and of a
// loop that reads the same bytes, both timed in turn with the kernel. Run one
// case by its name: go test ./codegen/asm -run 'TestRelu/relu_33/AVX2'; measure once
// with -bench Relu -benchtime 1x.

// kernelCase is one kernel to be tested.
type kernelCase struct {
	name         string
	kernel       loop.Kernel
	rows         []int           // row counts; nil: a few around the number of lanes, or 1 if nothing has rows
	tolerance    float64         // of a result: times 1 + its magnitude
	rowTolerance float64         // of a row computed alone
	limit        int             // ids, other than of the families over lists of ids, lie below it
	plain        bool            // no NaN and the like
	machine      machine.Machine // that it is planned for; zero: machine.Server()
	once         bool            // no run at odd addresses, and rows are not computed one by one: they are large
	shared       bool            // in the form that layers of other sizes share
	levels       []Level         // those that there is machine code for; nil: all
	about        string          // what a report of a failure ends with
	// value, where set, is what element i of a buffer holds; else numbers from -1 to 1.
	value func(b *loop.Buffer, i int, r *rand.Rand) float64
	// ids, where set, is the list of ids of a row; else up to 40 ids, sorted and unique where they must be.
	ids func(row int, r *rand.Rand) []int32
	// bytes, where set, is what a benchmark counts as read for n rows; else all parameters.
	bytes func(n int) int
}

// specials are values that take other paths through a kernel.
var specials = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-40, -1e-40, math.Copysign(0, -1), 0}

// checkKernels tests a list of kernels.
func checkKernels(t *testing.T, cases []kernelCase) {
	t.Helper()
	cases = withShared(cases)
	p := programOf(t, cases)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			levels := c.levels
			if levels == nil {
				levels = Levels
			}
			for _, l := range levels {
				t.Run(l.String(), func(t *testing.T) {
					f := p.find(t, i, l)
					for _, n := range c.counts() {
						c.check(t, p, f, n)
					}
					if t.Failed() && c.about != "" {
						t.Log(c.about)
					}
				})
			}
		})
	}
}

// withShared adds to nests that layers may share the form in which they do.
func withShared(cases []kernelCase) []kernelCase {
	all := slices.Clone(cases)
	for _, c := range cases {
		if _, ok := c.kernel.(*loop.Nest); ok && c.levels == nil {
			if _, _, ok := shape.Nest(canonical.Kernel(c.kernel).(*loop.Nest), cmp.Or(c.machine, machine.Server())); ok {
				c.name, c.shared = c.name+" shared", true
				all = append(all, c)
			}
		}
	}
	return all
}

// takesRows reports that a kernel is run for a number of rows.
func takesRows(k loop.Kernel) bool {
	for _, o := range operandsOf(k) {
		if o.Buf.Rows {
			return true
		}
	}
	return false
}

func (c kernelCase) counts() []int {
	switch {
	case !takesRows(c.kernel):
		return []int{1}
	case c.rows != nil:
		return c.rows
	}
	return []int{1, 2, 3, 7, 8, 9, 17, 33}
}

func (c kernelCase) check(t *testing.T, p *program, f *compiled, n int) {
	t.Helper()
	what, sharing := fmt.Sprintf("%d rows", n), loop.SharingOf(c.kernel)
	r := rand.New(rand.NewPCG(uint64(n), 1))
	data := c.data(n, r, false)
	got := p.run(t, f, data, n, 1, aligned)
	if got == nil {
		return
	}
	want := c.reference(t, data, n)
	c.compare(t, what, f.operands, got, want, c.tolerance)
	for _, v := range []struct {
		how            string
		workers, place int
	}{
		{"at odd addresses", 1, shifted},
		{"at the end of memory", 1, atEnd},
		{"at the beginning of memory", 1, atStart},
		{"by 2 workers", 2, aligned},
		{"by 3 workers", 3, shifted},
		{"by 7 workers", 7, aligned},
	} {
		if sharing == loop.Solo {
			v.workers = 1
		}
		if c.once && (v.place == shifted && v.workers == 1 || v.workers == 1 && v.place == aligned || v.workers == 2) {
			continue
		}
		if other := p.run(t, f, data, n, v.workers, v.place); other != nil {
			c.same(t, what+" "+v.how, f.operands, other, got)
		}
	}
	if n > 1 && sharing == loop.ByRows && !c.once {
		if other := p.run(t, f, data, n, n, aligned); other != nil {
			if c.rowTolerance == 0 {
				c.same(t, what+" one by one", f.operands, other, got)
			} else {
				c.compare(t, what+" one by one", f.operands, other, got, c.rowTolerance)
			}
		}
	}
	if !c.plain {
		data := c.data(n, r, true)
		if got := p.run(t, f, data, n, 1, aligned); got != nil {
			c.compare(t, what+" with NaN and infinities", f.operands, got, c.reference(t, data, n), c.tolerance)
		}
	}
}

// data makes the contents of every parameter, as words. Those of a list of ids
// are two: ids and offsets.
func (c kernelCase) data(n int, r *rand.Rand, special bool) [][]uint32 {
	var list [][]uint32
	for _, o := range operandsOf(c.kernel) {
		b := o.Buf
		if b.Ragged {
			ids, offsets := c.idLists(b, n, r)
			list = append(list, ids, offsets)
			continue
		}
		if b.Class == loop.Random { // a seed of two words, a step and a stream
			list = append(list, []uint32{11, 22, 33, nn.Stream(b.Name)})
			continue
		}
		words := make([]uint32, b.Len(n))
		for i := range words {
			switch {
			case b.DType == loop.I32 && c.writes(b):
				words[i] = 1 << 31
			case b.DType == loop.I32:
				words[i] = uint32(r.IntN(c.idLimit()))
			case c.writes(b) && !c.reads(b):
				words[i] = math.Float32bits(float32(math.NaN()))
			default:
				x := r.Float64()*2 - 1
				if c.value != nil {
					x = c.value(b, i, r)
				}
				if b.Class == loop.Const {
					x = float64(b.Data[i])
				} else if special && b.Class != loop.Scalar && r.IntN(16) == 0 {
					x = specials[r.IntN(len(specials))]
				}
				words[i] = math.Float32bits(float32(x))
			}
		}
		list = append(list, words)
	}
	return list
}

func (c kernelCase) writes(b *loop.Buffer) bool {
	return slices.ContainsFunc(c.kernel.Writes(), func(a loop.Access) bool { return a.Buf == b })
}

// reads reports that what a buffer holds beforehand matters.
func (c kernelCase) reads(b *loop.Buffer) bool {
	switch k := c.kernel.(type) {
	case *loop.Contract:
		if k.Accumulate && k.Out.Buf == b {
			return true
		}
	case *loop.Nest:
		if slices.ContainsFunc(k.Body, func(s loop.Stmt) bool { return s.Accumulate && s.Dst.Buf == b }) {
			return true
		}
	}
	return slices.ContainsFunc(c.kernel.Reads(), func(a loop.Access) bool { return a.Buf == b })
}

func (c kernelCase) idLimit() int {
	switch k := c.kernel.(type) {
	case *loop.GatherSum:
		return k.Limit
	case *loop.ScatterSum:
		return k.Limit
	case *loop.MultiHot:
		return k.Limit
	}
	return max(1, c.limit)
}

func (c kernelCase) idLists(b *loop.Buffer, n int, r *rand.Rand) (ids, offsets []uint32) {
	offsets = []uint32{0}
	for row := range n {
		var list []int32
		if c.ids != nil {
			list = c.ids(row, r)
		} else {
			for range r.IntN(40) {
				list = append(list, int32(r.IntN(c.idLimit())))
			}
			if b.Unique {
				slices.Sort(list)
				list = slices.Compact(list)
			}
		}
		for _, id := range list {
			ids = append(ids, uint32(id))
		}
		offsets = append(offsets, uint32(len(ids)))
	}
	return ids, offsets
}

// reference computes the same in float64, one element after the other.
func (c kernelCase) reference(t *testing.T, data [][]uint32, n int) [][]float64 {
	t.Helper()
	keys := map[string]nn.Key{}
	mem := &looptest.Memory{Random: func(stream string, row, element int) float64 {
		return float64(keys[stream].Uniform(uint32(row), uint32(element)))
	}}
	i := 0
	for _, o := range operandsOf(c.kernel) {
		block := looptest.Block{}
		words := data[i]
		i++
		switch {
		case o.Buf.Ragged:
			block.I = integers(words)
			for _, at := range data[i] {
				block.Offsets = append(block.Offsets, int(at))
			}
			i++
		case o.Buf.Class == loop.Random:
			keys[o.Buf.Name] = nn.NewKey(uint64(words[0])|uint64(words[1])<<32, uint64(words[2]), words[3])
		case o.Buf.DType == loop.I32:
			block.I = integers(words)
		default:
			block.F = floats(words)
		}
		mem.Set(o.Buf, block)
	}
	if k, ok := c.kernel.(*loop.Contract); ok && k.Flops(n) > 1<<20 {
		fastProducts(k, mem, n)
		return c.contents(mem, n)
	}
	steps := []loop.Step{&loop.Run{Kernel: c.kernel}}
	if k, ok := c.kernel.(wholeProgram); ok {
		steps = k.steps(mem)
	}
	if err := looptest.Run(steps, mem, n); err != nil {
		t.Fatal(err)
	}
	return c.contents(mem, n)
}

// contents are all parameters as they lie in memory.
func (c kernelCase) contents(mem *looptest.Memory, n int) [][]float64 {
	var want [][]float64
	for _, o := range operandsOf(c.kernel) {
		block := mem.Block(o.Buf, n)
		values := block.F
		for _, x := range block.I {
			values = append(values, float64(x))
		}
		want = append(want, values)
		if o.Buf.Ragged {
			want = append(want, nil)
		}
	}
	return want
}
