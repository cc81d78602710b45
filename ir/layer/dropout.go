package layer

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var _ = register(Info{
	Name:  "Dropout",
	Doc:   "Sets a random fraction of its inputs to 0 while training.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &Dropout{} },
})

// Dropout sets each input to 0 with probability rate while training, and
// multiplies the others by 1/(1-rate); otherwise it does nothing. Source: Keras
// 3, layers/regularization/dropout.py; Srivastava et al., 2014.
type Dropout struct {
	Rate float64 `arg:"rate,required,min=0,below=1" doc:"fraction of the inputs to drop" train:"only"`
	Seed *int64  `arg:"seed" doc:"a number that makes this layer draw other masks than one without" train:"only"`
}

// Build implements [Config].
func (d *Dropout) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	return dropout(c, x, d.Rate, d.Seed)
}

// dropout sets values to 0 with probability rate while training, and multiplies
// the others by 1/(1-rate).
func dropout(c *Context, x *ir.Value, rate float64, seed *int64) *ir.Value {
	if !c.Training || rate == 0 || !x.Valid() {
		return x
	}
	stream := c.Name
	if seed != nil {
		stream = fmt.Sprintf("%s#%d", c.Name, *seed)
	}
	u := c.Named(op.Uniform(c.B, stream, x.Shape), "noise")
	// A value is kept where u >= rate; u comes from [0, 1).
	kept := scalar.Call("mul", scalar.Arg(0), scalar.Num(1/(1-rate)))
	return op.MapOf(c.B, scalar.Call("select", scalar.Call("ge", scalar.Arg(1), scalar.Num(rate)), kept, scalar.Num(0)), "dropout", x, u)
}
