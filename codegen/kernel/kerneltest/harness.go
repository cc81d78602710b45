package kerneltest

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/loop/looptest"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/runtime/nn"
)

// How kernels are tested. Describe them and hand the list over:
//
//	var relu = []kerneltest.Case{{Name: "relu 33", Kernel: &loop.Nest{...}, Tolerance: 1e-6}}
//
//	func TestMain(m *testing.M)      { kerneltest.Main(m) }
//	func TestRelu(t *testing.T)      { kerneltest.Check(t, relu) }
//	func BenchmarkRelu(b *testing.B) { kerneltest.Benchmark(b, relu) }
//
// Check asks kernel.Bodies for the machine code of every case at both
// levels, builds one program for the whole list (program.go; equal lists
// share it) and runs every case for each of its row counts:
//
//   - against the float64 reference of package looptest, within the tolerance;
//   - with parameters at odd addresses, and ending where memory ends: the same
//     bits, no word written outside, none read that is not there;
//   - split among 2 and 3 workers as loop.SharingOf allows: the same bits. Where
//     it says rows each is given a part of them, where it says units a *nn.Worker;
//     2 and 7 workers divide a body that is Divided;
//   - row by row: within rowTolerance, 0 being the same bits;
//   - with NaN, infinities, denormals and -0 among the operands, unless Plain.
//
// Parameters are the buffers of Writes, then of Reads, each once (OperandsOf).
// Destinations start as NaN unless they are read, or added to.
//
// Benchmark prints ns per call and the shares of the FMA peak loop and of a
// loop that reads the same bytes, both timed in turn with the kernel. Run one
// case by its name: go test ./codegen/kernel/nest -run 'TestRelu/relu_33/AVX2'; measure once
// with -bench Relu -benchtime 1x.

// Case is one kernel to be tested.
type Case struct {
	Name         string
	Kernel       loop.Kernel
	Rows         []int           // row counts; nil: a few around the number of lanes, or 1 if nothing has rows
	Tolerance    float64         // of a result: times 1 + its magnitude
	rowTolerance float64         // of a row computed alone
	Limit        int             // ids, other than of the families over lists of ids, lie below it
	Plain        bool            // no NaN and the like
	Machine      machine.Machine // that it is planned for; zero: machine.Server()
	Once         bool            // no run at odd addresses, and rows are not computed one by one: they are large
	shared       bool            // in the form that layers of other sizes share
	Levels       []amd64.Level   // those that there is machine code for; nil: all
	About        string          // what a report of a failure ends with
	// Value, where set, is what element i of a buffer holds; else numbers from -1 to 1.
	Value func(b *loop.Buffer, i int, r *rand.Rand) float64
	// IDs, where set, is the list of ids of a row; else up to 40 ids, sorted and unique where they must be.
	IDs func(row int, r *rand.Rand) []int32
	// Bytes, where set, is what a benchmark counts as read for n rows; else all parameters.
	Bytes func(n int) int
}

// specials are values that take other paths through a kernel.
var specials = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-40, -1e-40, math.Copysign(0, -1), 0}

// Check tests a list of kernels.
func Check(t *testing.T, cases []Case) {
	t.Helper()
	cases = withShared(cases)
	p := ProgramOf(t, cases)
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			levels := c.Levels
			if levels == nil {
				levels = amd64.Levels
			}
			trials := map[int]*trial{}
			for _, l := range levels {
				t.Run(l.String(), func(t *testing.T) {
					f := p.Find(t, i, l)
					for _, n := range c.counts() {
						if trials[n] == nil {
							trials[n] = c.trial(n)
						}
						c.check(t, p, f, n, trials[n])
					}
					if t.Failed() && c.About != "" {
						t.Log(c.About)
					}
				})
			}
		})
	}
}

// withShared adds to nests that layers may share the form in which they do.
func withShared(cases []Case) []Case {
	all := slices.Clone(cases)
	for _, c := range cases {
		if _, ok := c.Kernel.(*loop.Nest); ok && c.Levels == nil {
			if _, _, ok := shape.Nest(canonical.Kernel(c.Kernel).(*loop.Nest), cmp.Or(c.Machine, machine.Server())); ok {
				c.Name, c.shared = c.Name+" shared", true
				all = append(all, c)
			}
		}
	}
	return all
}

// takesRows reports that a kernel is run for a number of rows.
func takesRows(k loop.Kernel) bool {
	for _, o := range OperandsOf(k) {
		if o.Buf.Rows {
			return true
		}
	}
	return false
}

func (c Case) counts() []int {
	switch {
	case !takesRows(c.Kernel):
		return []int{1}
	case c.Rows != nil:
		return c.Rows
	}
	return []int{1, 2, 3, 7, 8, 9, 17, 33}
}

// trial is the data that a kernel is run on at every level, and what comes of it in
// float64.
type trial struct {
	plain, special         [][]uint32
	wanted, wantedSpecials [][]float64 // nil: not computed yet
}

func (c Case) trial(n int) *trial {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	data := &trial{plain: c.Data(n, r, false)}
	if !c.Plain {
		data.special = c.Data(n, r, true)
	}
	return data
}

func (c Case) check(t *testing.T, p *Program, f *Compiled, n int, on *trial) {
	t.Helper()
	what, sharing := fmt.Sprintf("%d rows", n), loop.SharingOf(c.Kernel)
	data := on.plain
	got := p.Run(t, f, data, n, 1, Aligned)
	if got == nil {
		return
	}
	if on.wanted == nil {
		on.wanted = c.Reference(t, data, n)
	}
	c.compare(t, what, f.Operands, got, on.wanted, c.Tolerance)
	for _, v := range []struct {
		how            string
		workers, place int
	}{
		{"at odd addresses", 1, shifted},
		{"at the end of memory", 1, atEnd},
		{"at the beginning of memory", 1, atStart},
		{"by 2 workers", 2, Aligned},
		{"by 3 workers", 3, shifted},
		{"by 7 workers", 7, Aligned},
	} {
		if sharing == loop.Solo {
			v.workers = 1
		}
		if c.Once && (v.place == shifted && v.workers == 1 || v.workers == 1 && v.place == Aligned || v.workers == 2) {
			continue
		}
		if other := p.Run(t, f, data, n, v.workers, v.place); other != nil {
			c.same(t, what+" "+v.how, f.Operands, other, got)
		}
	}
	if n > 1 && sharing == loop.ByRows && !c.Once {
		if other := p.Run(t, f, data, n, n, Aligned); other != nil {
			if c.rowTolerance == 0 {
				c.same(t, what+" one by one", f.Operands, other, got)
			} else {
				c.compare(t, what+" one by one", f.Operands, other, got, c.rowTolerance)
			}
		}
	}
	if !c.Plain {
		if got := p.Run(t, f, on.special, n, 1, Aligned); got != nil {
			if on.wantedSpecials == nil {
				on.wantedSpecials = c.Reference(t, on.special, n)
			}
			c.compare(t, what+" with NaN and infinities", f.Operands, got, on.wantedSpecials, c.Tolerance)
		}
	}
}

// Data makes the contents of every parameter, as words. Those of a list of ids
// are two: ids and offsets.
func (c Case) Data(n int, r *rand.Rand, special bool) [][]uint32 {
	var list [][]uint32
	for _, o := range OperandsOf(c.Kernel) {
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
		writes, reads := c.writes(b), c.reads(b)
		for i := range words {
			switch {
			case b.DType == loop.I32 && writes:
				words[i] = 1 << 31
			case b.DType == loop.I32:
				words[i] = uint32(r.IntN(c.idLimit()))
			case writes && !reads:
				words[i] = math.Float32bits(float32(math.NaN()))
			default:
				x := r.Float64()*2 - 1
				if c.Value != nil {
					x = c.Value(b, i, r)
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

func (c Case) writes(b *loop.Buffer) bool {
	return slices.ContainsFunc(c.Kernel.Writes(), func(a loop.Access) bool { return a.Buf == b })
}

// reads reports that what a buffer holds beforehand matters.
func (c Case) reads(b *loop.Buffer) bool {
	switch k := c.Kernel.(type) {
	case *loop.Contract:
		if k.Accumulate && k.Out.Buf == b {
			return true
		}
	case *loop.Nest:
		if slices.ContainsFunc(k.Body, func(s loop.Stmt) bool { return s.Accumulate && s.Dst.Buf == b }) {
			return true
		}
	}
	return slices.ContainsFunc(c.Kernel.Reads(), func(a loop.Access) bool { return a.Buf == b })
}

func (c Case) idLimit() int {
	switch k := c.Kernel.(type) {
	case *loop.GatherSum:
		return k.Limit
	case *loop.ScatterSum:
		return k.Limit
	case *loop.MultiHot:
		return k.Limit
	}
	return max(1, c.Limit)
}

func (c Case) idLists(b *loop.Buffer, n int, r *rand.Rand) (ids, offsets []uint32) {
	offsets = []uint32{0}
	for row := range n {
		var list []int32
		if c.IDs != nil {
			list = c.IDs(row, r)
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

// Reference computes the same in float64, one element after the other.
func (c Case) Reference(t *testing.T, data [][]uint32, n int) [][]float64 {
	t.Helper()
	keys := map[string]nn.Key{}
	mem := &looptest.Memory{Random: func(stream string, row, element int) float64 {
		return float64(keys[stream].Uniform(uint32(row), uint32(element)))
	}}
	i := 0
	for _, o := range OperandsOf(c.Kernel) {
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
			block.F = Floats(words)
		}
		mem.Set(o.Buf, block)
	}
	if k, ok := c.Kernel.(*loop.Contract); ok && k.Flops(n) > 1<<20 {
		FastProducts(k, mem, n)
		return c.Contents(mem, n)
	}
	steps := []loop.Step{&loop.Run{Kernel: c.Kernel}}
	if k, ok := c.Kernel.(WholeProgram); ok {
		steps = k.Steps(mem)
	}
	if err := looptest.Run(steps, mem, n); err != nil {
		t.Fatal(err)
	}
	return c.Contents(mem, n)
}

// Contents are all parameters as they lie in memory.
func (c Case) Contents(mem *looptest.Memory, n int) [][]float64 {
	var want [][]float64
	for _, o := range OperandsOf(c.Kernel) {
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
