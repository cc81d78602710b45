package loop

import (
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/scalar"
)

// padded is a convolution of an image [n,4,5,2] with a kernel [3,3,2,3], "same":
// the border of zeros is clipped away.
func padded() *Contract {
	img, w, out := rowsOf("image", 0, 4, 5, 2), &Buffer{Name: "w", Class: Const, Shape: []int{3, 3, 2, 3}, Data: make([]float32, 54)}, rowsOf("conv", 0, 4, 5, 3)
	return &Contract{
		M: []Axis{batch, {Name: "y", N: 4}, {Name: "x", N: 5}}, N: []Axis{{Name: "o", N: 3}},
		K:    []Axis{{Name: "r", N: 3}, {Name: "s", N: 3}, {Name: "c", N: 2}},
		Lhs:  Access{Buf: img, Offset: -12, Strides: []int{40, 10, 2, 0, 10, 2, 1}},
		Rhs:  Access{Buf: w, Strides: []int{0, 0, 0, 1, 18, 6, 3}},
		Out:  Access{Buf: out, Strides: []int{60, 15, 3, 1, 0, 0, 0}},
		Clip: []Clip{{Terms: []ClipTerm{{1, 1}, {4, 1}}, Offset: -1, Size: 4}, {Terms: []ClipTerm{{2, 1}, {5, 1}}, Offset: -1, Size: 5}},
	}
}

func TestClipText(t *testing.T) {
	k := padded()
	want := "contract m=[n, y:4, x:5] n=[o:3] k=[r:3, s:3, c:2] 0<=y+r-1<4 0<=x+s-1<5\n" +
		"  conv[60*n + 15*y + 3*x + o] = sum(image[40*n + 10*y + 10*r + 2*x + 2*s + c - 12] * w[18*r + 6*s + 3*c + o])"
	if got := k.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for want, c := range map[string]Clip{
		"0<=2*y-r+3<4":  {Terms: []ClipTerm{{1, 2}, {4, -1}}, Offset: 3, Size: 4},
		"0<=-y<4":       {Terms: []ClipTerm{{1, -1}}, Size: 4},
		"0<=-3*y+2*r<4": {Terms: []ClipTerm{{1, -3}, {4, 2}}, Size: 4},
	} {
		if got := c.text(axisNames(k.Axes())); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Points that are left out are no work: 4 rows of 3 taps without one at either
// end, and so for the columns.
func TestClipFlops(t *testing.T) {
	k := padded()
	const rows, columns = 4*3 - 2, 5*3 - 2
	if got, want := k.Flops(2), 2*2*rows*columns*2*3; got != want {
		t.Errorf("got %d flops, want %d", got, want)
	}
	k.Epilogue = scalar.Call("max", scalar.Arg(0), scalar.Num(0))
	if got, want := k.Flops(2), 2*2*rows*columns*2*3+2*4*5*3; got != want {
		t.Errorf("with an epilogue: got %d flops, want %d", got, want)
	}
}

// The groups of axes and their runs say what Inside says, also where three
// clips tie more than two axes together.
func TestClipRuns(t *testing.T) {
	k := padded()
	k.Clip = []Clip{
		{Terms: []ClipTerm{{1, 2}, {4, -1}}, Offset: -1, Size: 5},
		{Terms: []ClipTerm{{2, 1}}, Offset: -2, Size: 2},
		{Terms: []ClipTerm{{5, -2}, {4, 1}}, Offset: 3, Size: 4},
	}
	if got := k.clipped(); !slices.EqualFunc(got, [][]int{{2}, {1, 4, 5}}, slices.Equal) {
		t.Fatalf("groups %v", got)
	}
	want := 0
	for y := range 4 {
		for x := range 5 {
			for r := range 3 {
				for s := range 3 {
					if k.Inside([]int{0, y, x, 0, r, s, 0}) {
						want++
					}
				}
			}
		}
	}
	if want == 0 || want == 4*5*3*3 {
		t.Fatalf("%d points: the test tests nothing", want)
	}
	if got := k.taking(3); got != want*2*3*3 {
		t.Errorf("%d points take part, want %d", got, want*2*3*3)
	}
}

func TestVerifyClip(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(k *Contract)
		want   string
	}{
		"right":               {func(*Contract) {}, ""},
		"no clip":             {func(k *Contract) { k.Clip = nil }, "image has 40 elements for 1 rows and is accessed from -12 to"},
		"columns only":        {func(k *Contract) { k.Clip = k.Clip[1:] }, "image has 40 elements for 1 rows and is accessed from -10 to"},
		"lets a row out":      {func(k *Contract) { k.Clip[0].Size = 5 }, "image has 40 elements for 1 rows and is accessed from 0 to 49"},
		"lets a row in front": {func(k *Contract) { k.Clip[0].Offset = 0 }, "accessed from -10 to"},
		"lets a full batch out": {func(k *Contract) {
			k.Clip[0].Offset, k.Lhs.Strides[0] = -1, 41
		}, "image has 160 elements for 4 rows and is accessed from 0 to 162"},
		"the other operand": {func(k *Contract) { k.Rhs.Strides[4] = 28 }, "w has 54 elements for 1 rows and is accessed from 0 to"},
		"nothing takes part": {func(k *Contract) {
			k.Clip[0].Offset = 100
		}, ""},
		"three terms":  {func(k *Contract) { k.Clip[0].Terms = append(k.Clip[0].Terms, ClipTerm{5, 1}) }, "clip 0 names 3 axes"},
		"no terms":     {func(k *Contract) { k.Clip[1].Terms = nil }, "clip 1 names 0 axes"},
		"no such axis": {func(k *Contract) { k.Clip[0].Terms[1].Axis = 7 }, "clip 0 names axis 7 of 7"},
		"before all":   {func(k *Contract) { k.Clip[0].Terms[1].Axis = -1 }, "clip 0 names axis -1 of 7"},
		"the rows":     {func(k *Contract) { k.Clip[0].Terms[1].Axis = 0 }, "clip 0 names axis n, which counts rows"},
		"same axis":    {func(k *Contract) { k.Clip[0].Terms[1].Axis = 1 }, "clip 0 names axis y twice"},
		"wrong axis":   {func(k *Contract) { k.Clip[0].Terms[1].Axis = 6 }, "accessed from"},
		"coefficient":  {func(k *Contract) { k.Clip[0].Terms[1].Coef = 0 }, "clip 0 names axis r with coefficient 0"},
		"size":         {func(k *Contract) { k.Clip[0].Size = 0 }, "its size is 0"},
		"endless": {func(k *Contract) {
			k.Clip = append(k.Clip, Clip{Terms: []ClipTerm{{1, 1}, {2, 1}}, Size: 1 << 30})
			k.M[1].N, k.M[2].N, k.K[0].N, k.K[1].N = 1<<12, 1<<12, 1<<5, 1<<5
			k.Out.Buf.Shape, k.Out.Strides = []int{1 << 12, 1 << 12, 3}, []int{3 << 24, 3 << 12, 3, 1, 0, 0, 0}
		}, "more than 1048576 points together"},
	} {
		k := padded()
		tt.breaks(k)
		rejects(t, name, alone(k, k.Lhs.Buf, k.Out.Buf, k.Rhs.Buf), tt.want)
	}
}

// A contraction reads its operands again and again, clipped or not, and so
// cannot lie in their place.
func TestClipOverlay(t *testing.T) {
	k := padded()
	k.N, k.K = nil, k.K[:2]
	img, out := rowsOf("image", 0, 4, 5), rowsOf("conv", 0, 4, 5)
	k.Lhs, k.Out = Access{Buf: img, Offset: -6, Strides: []int{20, 5, 1, 5, 1}}, Access{Buf: out, Strides: []int{20, 5, 1, 0, 0}}
	k.Rhs.Strides = []int{0, 0, 0, 18, 6}
	k.Clip[0].Terms[1].Axis, k.Clip[1].Terms[1].Axis = 3, 4
	rejects(t, "depth one", alone(k, img, out, k.Rhs.Buf), "")
	if CanOverlay(k, out, img) {
		t.Error("a convolution may be stored over its image")
	}
}
