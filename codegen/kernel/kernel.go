package kernel

import (
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/contract"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/nest"
	"github.com/nngen-go/nngen/codegen/kernel/sparse"
	"github.com/nngen-go/nngen/codegen/kernel/window"
	"github.com/nngen-go/nngen/ir/loop"
)

// Bodies writes a kernel at every level, the best first. It returns nothing
// where the portable body is all there is: for kernels of scalars, say. A long
// expression may have room at one level and not at the other, and one whose calls
// would be too long however they are cut is left to the level below, or to Go.
func Bodies(u *driver.Unit, r driver.Request) ([]driver.Body, error) {
	var bodies []driver.Body
	for _, l := range amd64.Levels {
		var b *driver.Body
		var err error
		u.Attempt(func() bool {
			b, err = Body(u, r, l)
			return err == nil && b != nil && b.Verify(u.Machine) == nil
		})
		switch {
		case err != nil && !errors.Is(err, amd64.ErrRegisters):
			return nil, fmt.Errorf("%s%s: %w", r.Name, l, err)
		case err == nil && b != nil && b.Verify(u.Machine) == nil:
			b.Level = l
			bodies = append(bodies, *b)
		}
	}
	return bodies, nil
}

// Body is nil where the family has no machine code for such a kernel.
func Body(u *driver.Unit, r driver.Request, l amd64.Level) (*driver.Body, error) {
	switch k := r.Kernel.(type) {
	case *loop.Contract:
		if b, err := contract.Tiled(u, r, k, l); b != nil || err != nil {
			return b, err
		}
		if r.Few { // depends on how the rows lie, which a step has closer together
			return nil, nil
		}
		return contract.Dot(u, r, k, l)
	case *loop.GatherSum:
		return sparse.GatherSum(u, r, k, l)
	case *loop.Window:
		return window.Pooling(u, r, k, l)
	case *loop.WindowGrad:
		return window.PoolingGradient(u, r, k, l)
	case *loop.ScatterSum:
		return sparse.ScatterSum(u, r, k, l)
	case *loop.Nest:
		if sparse.IsIndexed(k) {
			return sparse.Moves(u, r, k, l)
		}
		return nest.Loops(u, r, k, l)
	}
	return nil, nil
}

// Keeps is the room of the panels of a product: see driver.Request and contract.Keeps.
func Keeps(u *driver.Unit, k loop.Kernel, mostUses int) driver.Panels {
	if c, ok := k.(*loop.Contract); ok {
		return contract.Keeps(u, c, mostUses)
	}
	return driver.Panels{}
}

// Holds reports a product of which some level can keep what it packs: see
// driver.Request.
func Holds(u *driver.Unit, k loop.Kernel) bool {
	c, ok := k.(*loop.Contract)
	return ok && contract.Holds(u, c)
}
