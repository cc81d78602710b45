package nn

import "unsafe"

// Prefetch tells the processor that the n bytes at p will be read soon, so that
// their way from memory goes on beside other work. It changes nothing else, and
// does nothing at level Go.
func Prefetch(p unsafe.Pointer, n int) {
	if level > Go {
		prefetch(p, n)
	}
}
