package nn

// Format is the newest format of generated code that this runtime compiles and
// runs, OldestFormat the oldest. A generated package of format f contains
//
//	const regenerate_with_nngen = uint(nn.Format-f) + uint(f-nn.OldestFormat)
//
// which does not compile when f lies outside [OldestFormat, Format]: a constant
// of type uint cannot be negative, and the name in the compiler's message says
// what to do.
const (
	Format       = 1
	OldestFormat = 1
)
