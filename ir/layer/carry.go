package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// Carrying is what the stateful layers of a graph hand from batch to batch: row i of
// one begins where row i of the batch before has ended. Source: Keras 3,
// layers/rnn/rnn.py, whose states are variables that no gradient flows through.
type Carrying struct {
	// States are the inputs that hold what the batch before has left, and Next, one
	// for each, what this one leaves.
	States, Next []*ir.Value

	at map[string]int
}

// begin is what a state begins with. A second use of a layer goes on from where the
// use before it has ended.
func (k *Carrying) begin(c *Context, state string, shape ir.Shape) *ir.Value {
	name := c.First + "." + c.Part + state
	if i, ok := k.at[name]; ok {
		return k.Next[i]
	}
	v := op.InputOf(c.B, op.Input{Port: name, Kind: op.State, Index: len(k.States), Of: ir.Type{Shape: shape}})
	if k.at == nil {
		k.at = map[string]int{}
	}
	k.at[name] = len(k.States)
	k.States, k.Next = append(k.States, v), append(k.Next, v)
	return v
}

// leave is what a state has become.
func (k *Carrying) leave(c *Context, state string, v *ir.Value) {
	k.Next[k.at[c.First+"."+c.Part+state]] = v
}

// Stateful reports the settings of a layer that goes on where the batch before has
// ended.
func Stateful(c Config) bool {
	switch c := c.(type) {
	case *Bidirectional:
		forward, _, errs := c.directions()
		return len(errs) == 0 && forward.Stateful
	case *TimeDistributed:
		n, errs := nestedOf(c.Layer)
		return len(errs) == 0 && Stateful(n.Config)
	case interface{ lasts() bool }:
		return c.lasts()
	case recurrentLayer:
		_, s, errs := c.parts()
		return len(errs) == 0 && s.Stateful
	}
	return false
}
