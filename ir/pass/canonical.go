package pass

import (
	"github.com/nngen-go/nngen/ir/canonical"
)

// canonicalForm brings every kernel into the form that code generation sees.
func canonicalForm(u *unit) error {
	runs, _ := u.plan.Flat()
	for _, r := range runs {
		r.Kernel = canonical.Kernel(r.Kernel)
	}
	collect(u.plan) // without buffers that no expression names any more
	return nil
}
