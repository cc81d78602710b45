package lane

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Numbers are the sizes of a kernel: literals, or what holds them where layers
// share it.
type Numbers interface {
	Count(a loop.Axis) gotree.Number
	Stride(a loop.Access, axes []loop.Axis, i int) gotree.Number
	Offset(a loop.Access) gotree.Number
}

// Literals are the sizes of a kernel of its own.
type Literals struct{}

func (Literals) Count(a loop.Axis) gotree.Number { return gotree.Literal(a.N) }

func (Literals) Stride(a loop.Access, _ []loop.Axis, i int) gotree.Number {
	return gotree.Literal(a.Strides[i])
}

func (Literals) Offset(a loop.Access) gotree.Number { return gotree.Literal(a.Offset) }

// Axis is a loop.
type Axis struct {
	Name    string
	N       gotree.Number
	Rows    bool // N points in every row of the batch
	Most    int  // points at most
	Reduced bool
	Blocks  bool            // its number of points, known at run time, is one of whole blocks
	Steps   []gotree.Number // of every operand
}

// Operand is a buffer and the element of it that all axes start at.
type Operand struct {
	Buf    *loop.Buffer
	Offset gotree.Number
}

// The operands of a form: what it writes, its two factors, then those of the
// epilogue.
const (
	Out = iota
	Lhs
	Rhs
	Extra
)

// Clip leaves out the points of which an index lies outside [0, Size).
type Clip struct {
	Index
	Size gotree.Number
}

// Form is a kernel as loops: those of one turn are gone.
type Form struct {
	Axes     []Axis
	Operands []Operand
	Clips    []Clip
	Void     bool // every point is left out
}

// Read makes a form of axes, of which those from reduced on are, with the accesses
// of its operands. A call has at most so many rows.
func Read(axes []loop.Axis, reduced int, accs []loop.Access, clips []loop.Clip, rows int, numbers Numbers) *Form {
	f := &Form{}
	for _, a := range accs {
		f.Operands = append(f.Operands, Operand{a.Buf, numbers.Offset(a)})
	}
	for i, a := range axes {
		x := Axis{Name: a.Name, N: numbers.Count(a), Rows: a.Rows, Most: a.N, Reduced: i >= reduced, Blocks: a.Partial()}
		if a.Rows {
			x.Most *= rows
		}
		for _, acc := range accs {
			x.Steps = append(x.Steps, numbers.Stride(acc, axes, i))
		}
		f.Axes = append(f.Axes, x)
	}
	for _, c := range clips {
		x := Clip{Index{Offset: gotree.Literal(c.Offset)}, gotree.Literal(c.Size)}
		for _, t := range c.Terms {
			if a := f.Axes[t.Axis]; !a.N.Is(1) {
				x.Terms = append(x.Terms, Term{t.Axis, gotree.Literal(t.Coef)})
			}
		}
		low, high := f.extremes(x.Index)
		if low < c.Size && high >= 0 && (low < 0 || high >= c.Size) {
			f.Clips = append(f.Clips, x)
		}
		f.Void = f.Void || low >= c.Size || high < 0
	}
	f.drop(func(a Axis) bool { return a.N.Is(1) && !a.Rows || f.Void && a.Reduced })
	if f.Void {
		f.Clips = nil
	}
	return f
}

// drop takes axes out.
func (f *Form) drop(which func(Axis) bool) {
	var kept []Axis
	at := make([]int, len(f.Axes))
	for i, a := range f.Axes {
		at[i] = len(kept)
		if !which(a) {
			kept = append(kept, a)
		}
	}
	f.Axes = kept
	for _, c := range f.Clips {
		for i := range c.Terms {
			c.Terms[i].Axis = at[c.Terms[i].Axis]
		}
	}
}

// extremes are the least and the largest value of an index.
func (f *Form) extremes(x Index) (least, most int) {
	least, most = x.Offset.Value, x.Offset.Value
	for _, t := range x.Terms {
		far := t.Coef.Value * (f.Axes[t.Axis].N.Value - 1)
		least, most = least+min(far, 0), most+max(far, 0)
	}
	return least, most
}

// Split makes two loops of an axis, of which the inner has n points.
func (f *Form) Split(at, n int) {
	inner := f.Axes[at]
	outer := inner
	outer.N, outer.Most, inner.N, inner.Most, inner.Rows = gotree.Literal(inner.N.Value/n), inner.Most/n, gotree.Literal(n), n, false
	outer.Steps = slices.Clone(inner.Steps)
	for i := range outer.Steps {
		outer.Steps[i] = outer.Steps[i].Times(gotree.Literal(n))
	}
	f.Axes = slices.Replace(f.Axes, at, at+1, outer, inner)
	for _, c := range f.Clips {
		for i := range c.Terms {
			if c.Terms[i].Axis > at {
				c.Terms[i].Axis++
			}
		}
	}
}

// Tied reports an axis that decides, with others, what is left out.
func (f *Form) Tied(at int) bool {
	return slices.ContainsFunc(f.Clips, func(c Clip) bool {
		return slices.ContainsFunc(c.Terms, func(t Term) bool { return t.Axis == at })
	})
}

// step is how far a turn of a loop moves an operand.
func (f *Form) step(at, operand int) gotree.Number { return f.Axes[at].Steps[operand] }

// Index is the index of an operand without some axes.
func (f *Form) Index(operand int, but ...int) Index {
	x := Index{Offset: f.Operands[operand].Offset}
	for at, a := range f.Axes {
		if s := a.Steps[operand]; !s.Is(0) && !slices.Contains(but, at) {
			x.Terms = append(x.Terms, Term{at, s})
		}
	}
	return x
}

// points is how many points axes have at most.
func (f *Form) points(axes []int) int {
	n := 1
	for _, at := range axes {
		n *= f.Axes[at].Most
	}
	return n
}
