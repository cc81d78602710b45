package loop

// Expr is a scalar expression over the operands of a kernel or of a Map:
// Arg, Num, Rows or Apply.
type Expr interface{ String() string }

// Arg is the i-th operand.
type Arg int

// Num is a constant.
type Num float64

// Rows is the run-time row count n.
type Rows struct{}

// Apply applies a base function (see Funcs) to its arguments.
type Apply struct {
	Fn   string
	Args []Expr
}

// F builds an application.
func F(fn string, args ...Expr) Expr { return Apply{fn, args} }
