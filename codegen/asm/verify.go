package asm

import "fmt"

// verify checks that no call of a body is too long: assembly cannot be
// preempted, and a collection of garbage waits for it.
func (b *Body) verify() error {
	for _, s := range b.Stubs {
		if s.MulAdds > Limit {
			return fmt.Errorf("a call of %s takes %d multiply-adds, at most %d are allowed", s.Name, s.MulAdds, Limit)
		}
		if s.Bytes > LimitBytes {
			return fmt.Errorf("a call of %s touches %d bytes, at most %d are allowed", s.Name, s.Bytes, LimitBytes)
		}
	}
	return nil
}
