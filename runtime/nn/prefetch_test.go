package nn

import (
	"testing"
	"unsafe"
)

// A prefetch is not an access: any address and any length will do.
func TestPrefetch(t *testing.T) {
	x := make([]float32, 100)
	for _, n := range []int{-1, 0, 1, 63, 64, 65, 400, 1 << 20} {
		Prefetch(unsafe.Pointer(&x[0]), n)
		Prefetch(nil, n)
	}
}
