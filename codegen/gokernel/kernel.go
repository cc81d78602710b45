package gokernel

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Kernel is a kernel as a function. Nothing in it names a buffer or a layer, so that
// equal work gives equal text.
type Kernel struct {
	Name   string
	Detail string   // what its name has besides where another kernel has the same one
	Doc    []string // lines of its documentation, which begin after its name: see Documented
	Params []*Param

	Shape   *shape.Shape // of a kernel that layers share, or nil
	Planned *loop.Nest   // in the form in which they share it
	Family  *Family      // of a contraction that is one function with others, or nil
	Sizes   []int        // and what its fields are

	Order   string                 // of the sums of a contraction: see lane.Plan
	Upto    bool                   // it goes over the steps of a sequence so far: see shape.Upto
	Counted bool                   // n is used
	Shared  bool                   // workers divide it: t is used
	divided bool                   // and the body says how: else one of them does it
	worker  string                 // the type of t
	el      Elem                   // of what it computes with
	cuts    map[*Param]gotree.Expr // parameters resliced at the top, by their lengths
	head    gotree.Block           // what the body begins with
	body    gotree.Block
	layered bool   // a variable is called after a layer
	key     string // see Key
}

// Param is one parameter of a kernel function.
type Param struct {
	Form Form
	Name string
	Buf  *loop.Buffer // that it stands for
	Dims []int        // Fixed: the array's dimensions
	v    *gotree.Var
}

// typ is the type of the parameter of a kernel over some elements.
func (p *Param) typ(el Elem) string {
	switch p.Form {
	case Value:
		return el.float
	case RowSlice:
		return "[]" + el.Of(p.Buf)
	}
	return "*" + gotree.Array(p.Dims) + el.Of(p.Buf)
}

// Form is how a parameter is passed.
type Form uint8

// The forms that there are.
const (
	RowSlice Form = iota // []float32: n rows
	Fixed                // *[K][N]float32
	Value                // float32: a run-time scalar
	Ragged               // ids, offsets []int32
	Random               // key nn.Key
)

// Draws reports that random numbers are drawn: the kernel is then given a key
// for each stream, and the number that its first row has in the batch.
func (k *Kernel) Draws() bool {
	return slices.ContainsFunc(k.Params, func(p *Param) bool { return p.Form == Random })
}

// nameWidth is how long the name of a kernel is taken to be where its head is broken.
const nameWidth = 24

// Documented is the documentation of a kernel of some name.
func Documented(name string, doc []string) []string {
	return append([]string{name + " " + doc[0]}, doc[1:]...)
}

// unjoined is the kernel before it was one function with others.
func (k *Kernel) unjoined() *Kernel {
	c := *k
	c.Family, c.Sizes = nil, nil
	return &c
}

// Key is equal for kernels that are one function: its text before it is one with
// others, and what the fields of its shape are.
func (k *Kernel) Key() string {
	if k.key == "" {
		k.key = k.Text("") + k.Shape.Names()
	}
	return k.key
}

// Text is the function.
func (k *Kernel) Text(name string) string { return k.Head(name) + k.Inside().String() + "\n}" }

// Head is the line, or the lines, that the function begins with.
func (k *Kernel) Head(name string) string {
	typed := k.el.params()
	return gotree.DeclarationFor(nameWidth+len([]rune(typed)), name+typed, k.Signature(), "") + "\n"
}

// Inside is what comes after that, up to the closing brace.
func (k *Kernel) Inside() gotree.Block {
	var top gotree.Block
	for _, p := range k.Params {
		if n := k.cuts[p]; n != nil {
			top = append(top, gotree.Set(p.v, "=", gotree.Slice{X: p.v, To: n}))
		}
	}
	if k.Shared && !k.divided {
		top = append(top, SoloOnly())
	}
	return slices.Concat(top, k.head, k.body)
}

// SoloOnly leaves a kernel to one of the workers.
func SoloOnly() gotree.Stmt {
	solo := gotree.CallExpr{Fn: gotree.Member{X: gotree.Word("t"), Name: "Solo"}}
	return &gotree.If{Cond: gotree.Unary{Op: "!", X: solo}, Then: gotree.Block{gotree.Return}}
}

// Signature lists the parameters of the function.
func (k *Kernel) Signature() []gotree.Parameter { return k.SignatureOver(k.el) }

// SignatureOver is that of a function over elements of its own.
func (k *Kernel) SignatureOver(el Elem) []gotree.Parameter {
	var list []gotree.Parameter
	for _, p := range k.Params {
		switch p.Form {
		case Ragged:
			list = append(list, gotree.Parameter{Name: p.Name, Type: "[]int32"}, gotree.Parameter{Name: "offsets", Type: "[]int32"})
		case Random:
			list = append(list, gotree.Parameter{Name: p.Name, Type: "§nn.Key"})
		default:
			list = append(list, gotree.Parameter{Name: p.Name, Type: p.typ(el)})
		}
	}
	if k.Draws() {
		list = append(list, gotree.Parameter{Name: "first", Type: "int"})
	}
	if k.Sized() {
		list = append(list, gotree.Parameter{Name: shape.Argument, Type: k.shapeType()})
	}
	if k.Upto {
		list = append(list, gotree.Parameter{Name: shape.Upto, Type: "int"})
	}
	if k.Counted {
		list = append(list, gotree.Parameter{Name: "n", Type: "int"})
	}
	if k.Shared {
		list = append(list, gotree.Parameter{Name: "t", Type: k.worker})
	}
	return list
}
