package driver

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/machine"
)

// Verify checks that no call of a body is too long: assembly cannot be
// preempted, and a collection of garbage waits for it.
func (b *Body) Verify(m machine.Machine) error {
	for _, s := range b.Stubs {
		if s.MulAdds > m.CallMulAdds {
			return fmt.Errorf("a call of %s takes %d multiply-adds, at most %d are allowed", s.Name, s.MulAdds, m.CallMulAdds)
		}
		if s.Bytes > m.CallBytes {
			return fmt.Errorf("a call of %s touches %d bytes, at most %d are allowed", s.Name, s.Bytes, m.CallBytes)
		}
	}
	return nil
}
