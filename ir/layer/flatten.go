package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "Flatten",
	Doc:  "Lays the values of a row out in one line.",
	New:  func() Config { return &Flatten{lateFormat(lastAxis)} },
})

// Flatten lays the values of a row out in one line: [n, a, b, …] to [n, a·b·…],
// the last axis running fastest. Where the channels are first, they run fastest as
// well: the result is that of channels last. Source: Keras 3, layers/reshaping/flatten.py.
type Flatten struct{ lateFormat }

// Build implements [Config].
func (l *Flatten) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.oneLength(x) {
		return c.poison()
	}
	if imageFormat(l.lateFormat).first() && len(x.Shape) > 2 {
		perm := []int{0}
		for i := range len(x.Shape) - 2 {
			perm = append(perm, 2+i)
		}
		x = op.TransposeTo(c.B, x, append(perm, 1)...)
	}
	return c.B.Apply(&op.Reshape{Shape: ir.Shape{ir.Batch, x.Shape.Elements()}}, x)
}

// oneLength reports ragged rows.
func (c *Context) oneLength(x *ir.Value) bool {
	if !x.Valid() {
		return false
	}
	if x.Shape.Ragged() {
		c.Errorf("%s takes rows of one length, but %s has a different number of ids in every row (%v)", c.Kind, from(x), x.Type)
		return false
	}
	return true
}
