// Package static copies Go that is the same for every network out of the
// runtime's sources: what a package needs that may import nothing but the
// standard library. A copy is the very text that the runtime compiles, tests and
// vets, without what nothing calls, and with unexported names. The package is
// free of what the copied functions do.
package static
