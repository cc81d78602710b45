//go:build !amd64 || purego || tinygo

package nn

import "unsafe"

// detect finds no level above Go: there are no machine kernels to choose.
func detect() Level { return Go }

// pause has no instruction to use; its caller's own loop is the pause.
func pause(int) {}

// prefetch has none either.
func prefetch(unsafe.Pointer, int) {}
