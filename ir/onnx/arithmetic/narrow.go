package arithmetic

import (
	"math"
	"math/bits"

	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
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
	power := n.Then(num(math.Ldexp(1, f.Least)), "power", v.Type, v)
	for k := bits.Len(uint(f.Most-f.Least+1)) - 1; k >= 0; k-- {
		for range max(1, 1<<k/64) {
			up := call("mul", a1, num(math.Ldexp(1, min(64, 1<<k))))
			power = n.Then(call("select", call("ge", call("abs", a0), up), up, a1), "power", v.Type, v, power)
		}
	}
	part := math.Ldexp(1, f.Digits-1)
	e := call("mul", a1, call("mul", num(1/part), Rounded(call("mul", num(part), call("div", a0, a1)))))
	y := n.Then(e, "rounded", v.Type, v, power)
	large := call("mul", call("sign", a0), num(f.Beyond(saturate)))
	finite := call("le", call("abs", a0), num(math.MaxFloat32))
	in := call("select", call("gt", call("abs", a1), num(f.Largest)), large, a1)
	nan := a0
	if f.None {
		nan = num(0)
	}
	y = n.Then(call("select", finite, in, call("select", call("eq", a0, a0), large, nan)), "rounded", v.Type, v, y)
	if n.Failed {
		return nil
	}
	return node.One(y)
}
