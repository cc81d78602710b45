package loop

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/scalar"
)

var columns = Axis{Name: "o", N: 8}

// shared are kernels of every kind of sharing, in an order that a training step
// might have them in.
func shared() (x, y, total, gradient *Buffer, kernels map[string]Kernel) {
	x, y = rowsOf("x", 0, 8), rowsOf("y", 0, 8)
	total = &Buffer{Name: "total", Class: Arena, Shape: []int{}}
	gradient = &Buffer{Name: "w", Grad: true, Class: Gradient, Shape: []int{8}}
	relu := Stmt{Inner: []Axis{columns}, Dst: Access{Buf: y, Strides: []int{8, 1}}, Value: scalar.Call("max", scalar.Arg(0), scalar.Num(0)), Srcs: []Access{{Buf: x, Strides: []int{8, 1}}}}
	counted := relu
	counted.Value = scalar.Call("div", scalar.Arg(0), scalar.Rows{})
	before := relu
	before.Srcs = []Access{{Buf: x, Offset: 8, Strides: []int{8, 1}}}
	before.Srcs[0].Strides = []int{0, 1} // every row of the first one
	return x, y, total, gradient, map[string]Kernel{
		"relu":     &Nest{Outer: []Axis{batch}, Body: []Stmt{relu}},
		"counted":  &Nest{Outer: []Axis{batch}, Body: []Stmt{counted}},
		"repeated": &Nest{Outer: []Axis{batch}, Body: []Stmt{before}},
		"flat": &Nest{Outer: []Axis{{Name: "i", N: 8, Rows: true}}, Body: []Stmt{
			{Dst: Access{Buf: y, Strides: []int{1}}, Value: scalar.Arg(0), Srcs: []Access{{Buf: x, Strides: []int{1}}}},
		}},
		"total": &Nest{Body: []Stmt{{Inner: []Axis{batch}, Dst: Access{Buf: total, Strides: []int{0}}, Reduce: Sum, Value: scalar.Arg(0), Srcs: []Access{{Buf: y, Strides: []int{8}}}}}},
		"columns": &Nest{Outer: []Axis{columns}, Body: []Stmt{
			{Inner: []Axis{batch}, Dst: Access{Buf: gradient, Strides: []int{1, 0}}, Reduce: Sum, Value: scalar.Arg(0), Srcs: []Access{{Buf: y, Strides: []int{1, 8}}}},
		}},
		"gradW": &Contract{
			M: []Axis{columns}, N: []Axis{{Name: "i", N: 1}}, K: []Axis{batch},
			Out: Access{Buf: gradient, Strides: []int{1, 1, 0}}, Lhs: Access{Buf: x, Strides: []int{1, 0, 8}}, Rhs: Access{Buf: y, Strides: []int{0, 1, 8}},
		},
		"dense": &Contract{
			M: []Axis{batch}, N: []Axis{columns}, K: []Axis{{Name: "i", N: 8}},
			Out: Access{Buf: y, Strides: []int{8, 1, 0}}, Lhs: Access{Buf: x, Strides: []int{8, 0, 1}}, Rhs: Access{Buf: gradient, Strides: []int{0, 1, 0}},
		},
	}
}

func TestSharingOf(t *testing.T) {
	_, _, _, _, kernels := shared()
	pool, poolGrad := pooling()
	kernels["pool"], kernels["poolGrad"] = pool, poolGrad
	for name, want := range map[string]Sharing{
		"relu": ByRows, "flat": ByRows, "dense": ByRows, "pool": ByRows, "poolGrad": ByRows,
		"columns": ByUnits, "gradW": ByUnits,
		"counted": Solo, "repeated": Solo, "total": Solo,
	} {
		if got := SharingOf(kernels[name]); got != want {
			t.Errorf("%s is shared by %v, want %v", name, got, want)
		}
	}
}

// Workers meet where rows of others are read, and not between sums of their own.
func TestStages(t *testing.T) {
	_, _, _, _, k := shared()
	var plan Plan
	for _, name := range []string{"dense", "relu", "total", "columns", "gradW", "relu"} {
		plan.Forward = append(plan.Forward, run(k[name]))
	}
	// The two gradients write the same buffer: the second waits for the first.
	if got, want := plan.Stages(), []int{0, 0, 1, 1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("stages %v, want %v", got, want)
	}
}

// pairwise numbers the stages by holding every step against all of its stage.
func pairwise(p *Plan) []int {
	touches := func(a, b []Access) bool {
		return slices.ContainsFunc(a, func(x Access) bool {
			return slices.ContainsFunc(b, func(y Access) bool { return x.Buf == y.Buf })
		})
	}
	waits := func(k, before Kernel) bool {
		a, b := SharingOf(k), SharingOf(before)
		if a == ByRows || b == ByRows {
			return a != b
		}
		return (a == ByUnits || b == ByUnits) && (touches(k.Writes(), before.Writes()) || touches(k.Writes(), before.Reads()) || touches(k.Reads(), before.Writes()))
	}
	var list []int
	var here []Kernel
	stage := 0
	runs, _ := p.Flat()
	for _, r := range runs {
		if slices.ContainsFunc(here, func(before Kernel) bool { return waits(r.Kernel, before) }) {
			stage++
			here = nil
		}
		here = append(here, r.Kernel)
		list = append(list, stage)
	}
	return list
}

func TestStagesPairwise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var plan Plan
		var sets [3]map[string]Kernel // each over buffers of its own
		for i := range sets {
			_, _, _, _, sets[i] = shared()
		}
		names := slices.Sorted(maps.Keys(sets[0]))
		for range random.IntN(30) {
			plan.Forward = append(plan.Forward, run(sets[random.IntN(len(sets))][names[random.IntN(len(names))]]))
		}
		if got, want := plan.Stages(), pairwise(&plan); !slices.Equal(got, want) {
			t.Fatalf("stages %v, want %v of\n%v", got, want, &plan)
		}
	}
}

// counting counts how often somebody looks at what a kernel touches.
type counting struct {
	Kernel
	looks *int
}

func (c counting) Reads() []Access { *c.looks++; return c.Kernel.Reads() }

// Every kernel is looked at once, however many there are: a plan of twice the
// length takes twice the time.
func TestStagesGrowth(t *testing.T) {
	looks := 0
	var plan Plan
	const kernels = 1000
	for range kernels {
		_, _, _, _, k := shared()
		plan.Forward = append(plan.Forward, run(counting{k["total"], &looks}))
	}
	if plan.Stages(); looks > kernels {
		t.Errorf("%d looks at %d kernels", looks, kernels)
	}
}
