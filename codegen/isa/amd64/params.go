package amd64

import (
	"go/token"
	"go/types"
	"strings"

	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// signature declares the parameters. Types that Go has not built in are those of
// the package that the routine will be in: pointers to them are all that is passed.
func (c *Routine) signature(s Stub) {
	p := types.NewPackage("routines", "routines")
	for _, param := range s.Params {
		name := strings.TrimPrefix(param.Type, "*")
		if types.Universe.Lookup(name) == nil && p.Scope().Lookup(name) == nil {
			typ := types.NewTypeName(token.NoPos, p, name, nil)
			types.NewNamed(typ, types.NewStruct(nil, nil), nil)
			p.Scope().Insert(typ)
		}
	}
	sig, err := gotypes.ParseSignatureInPackage(p, "func"+s.Signature())
	if err != nil {
		c.Err = err
		return
	}
	c.Signature(sig)
}

// Pointer loads a parameter of 64 bits.
func (c *Routine) Pointer(name string) reg.GPVirtual {
	r := c.GP64()
	c.Load(c.Param(name), r)
	return r
}

// Scalar spreads a float32 parameter over a register.
func (c *Routine) Scalar(name string) Vec {
	v := c.Alloc()
	place, err := c.Param(name).Resolve()
	if err != nil {
		c.Err = err
		return v
	}
	c.Broadcast(v, place.Addr)
	return v
}

// Slot is the place of a parameter in memory, where it can be changed as long
// as the call lasts.
func (c *Routine) Slot(name string) operand.Mem {
	b, err := c.Param(name).Resolve()
	if err != nil {
		c.Err = err
		return operand.Mem{}
	}
	return b.Addr
}

// CopyOf is another register with the same address.
func (c *Routine) CopyOf(r reg.Register) reg.GPVirtual {
	p := c.GP64()
	c.MOVQ(r, p)
	return p
}
