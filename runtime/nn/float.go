package nn

// Float is the element type of the kernels of generated packages, which their
// tests run in double precision, too.
type Float interface{ float32 | float64 }
