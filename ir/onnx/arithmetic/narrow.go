package arithmetic

import (
	"math"
	"math/bits"

	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Narrowed rounds a number as a cast to its type does, in the graph too, whose arithmetic
// keeps more digits.
func Narrowed(n *node.Node, v *node.Value, saturate bool) []*node.Value {
	if n.Failed {
		return nil
	}
	f, ok := tensor.Formats[v.Type]
	if !ok {
		return node.One(v)
	}
	// The power of two at or below the number, found from the highest bit of its exponent
	// to the lowest. No step leaves what float32 can hold.
	power := n.Then(scalar.Num(math.Ldexp(1, f.Least)), "power", v.Type, v)
	for k := bits.Len(uint(f.Most-f.Least+1)) - 1; k >= 0; k-- {
		for range max(1, 1<<k/64) {
			up := scalar.Call("mul", scalar.Arg(1), scalar.Num(math.Ldexp(1, min(64, 1<<k))))
			power = n.Then(scalar.Call("select", scalar.Call("ge", scalar.Call("abs", scalar.Arg(0)), up), up, scalar.Arg(1)), "power", v.Type, v, power)
		}
	}
	part := math.Ldexp(1, f.Digits-1)
	e := scalar.Call("mul", scalar.Arg(1), scalar.Call("mul", scalar.Num(1/part), Rounded(scalar.Call("mul", scalar.Num(part), scalar.Call("div", scalar.Arg(0), scalar.Arg(1))))))
	y := n.Then(e, "rounded", v.Type, v, power)
	large := scalar.Call("mul", scalar.Call("sign", scalar.Arg(0)), scalar.Num(f.Beyond(saturate)))
	finite := scalar.Call("le", scalar.Call("abs", scalar.Arg(0)), scalar.Num(math.MaxFloat32))
	in := scalar.Call("select", scalar.Call("gt", scalar.Call("abs", scalar.Arg(1)), scalar.Num(f.Largest)), large, scalar.Arg(1))
	nan := scalar.Expr(scalar.Arg(0))
	if f.None {
		nan = scalar.Num(0)
	}
	y = n.Then(scalar.Call("select", finite, in, scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Arg(0)), large, nan)), "rounded", v.Type, v, y)
	if n.Failed {
		return nil
	}
	return node.One(y)
}
