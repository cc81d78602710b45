package loop

import "github.com/nngen-go/nngen/ir/scalar"

// Kernel is one call's worth of work, of one of the families below. It is
// described once and printed by every emitter.
type Kernel interface {
	// Family is "contract", "nest", "gathersum", "scattersum", "multihot",
	// "window", "windowgrad", "shuffle", "pairs" or "pairsgrad".
	Family() string
	// Writes and Reads list the accesses, destinations and operands, in a fixed order.
	Writes() []Access
	Reads() []Access
	// Flops counts multiply-adds as two, for n rows.
	Flops(n int) int
	// String is the text form.
	String() string
}

// Contract is the batched affine contraction with a scalar epilogue,
//
//	Out[b,m,n] (+)= Epilogue(Σ_k Lhs[b,m,k]·Rhs[b,k,n], Extra...)
//
// where b, m, n and k are nests of at most three loops each. The axes of its
// accesses are B, M, N, K in this order; Out and Extra have stride 0 over K.
// Points that a Clip leaves out add nothing and read nothing: there Lhs and Rhs
// may lie outside their buffers. Every element of the result is stored.
type Contract struct {
	B, M, N, K    []Axis
	Out, Lhs, Rhs Access
	Clip          []Clip
	Epilogue      scalar.Expr // of Arg(0), the sum, and Arg(1+i), Extra[i]; nil: the sum
	Extra         []Access
	Accumulate    bool
	Word          string // what the epilogue is called: "relu"
}

// Nest is the Map and Reduce families: for every point of Outer, the statements
// run one after the other.
type Nest struct {
	Outer []Axis
	Body  []Stmt
}

// Stmt is one loop over Inner: an elementwise store, or a reduction over Inner
// into Dst (which then has stride 0 over Inner). Axes of its accesses are
// Outer, then Inner.
type Stmt struct {
	Inner  []Axis
	Dst    Access
	Reduce Reduction
	Value  scalar.Expr // of Arg(i) = Srcs[i]
	Srcs   []Access
	// Finish turns the reduced Arg(0) into what is stored; nil: as it is.
	Finish scalar.Expr
	// Accumulate adds to Dst: a scatter, where Dst has an Index.
	Accumulate bool
	Word       string // "relu", "softmax", "bias gradient": the closing comment
}

// Reduction is what a statement does with the values of its inner points: a
// Store is one for every point.
type Reduction = scalar.Reduction

const (
	Store  = scalar.Store
	Sum    = scalar.Sum
	Max    = scalar.Max
	ArgMax = scalar.ArgMax
)

// GatherSum sums the table rows that a ragged list of ids names:
//
//	Out[r,:] = Epilogue(Σ_{id in row r} Table[id,:], Extra...)
//
// Where Set is true Ids.Unique holds, so that a duplicate counts once. Extra
// accesses have the axes (row, column).
type GatherSum struct {
	Ids, Table, Out *Buffer
	Limit, Width    int // Table is [Limit, Width]
	Set             bool
	Epilogue        scalar.Expr // as in Contract
	Extra           []Access
	Word            string
}

// ScatterSum is the gradient of GatherSum with respect to the table:
// Table is zeroed, then Table[id,:] += Grad[r,:] for every id of every row.
type ScatterSum struct {
	Ids, Grad, Table *Buffer
	Limit, Width     int
	Set              bool
}

// MultiHot writes a ragged list of ids as a dense row: Out[r,id] = 1 (Set) or
// the number of times that the id occurs.
type MultiHot struct {
	Ids, Out *Buffer
	Limit    int
	Set      bool
}

// Window is pooling: Out[outer, window position] reduces In over the window.
// Axes of both accesses are Outer (batch, output positions, channel) then Taps.
// Points whose input lies outside the padded image are left out: tap t at
// output position p reads input index p·Stride + t·Dilation - Pad of its axis.
type Window struct {
	Outer  []Axis
	Taps   []Axis
	Space  []WindowAxis
	In     Access
	Out    Access
	Reduce Reduction // Max, or Sum
	Mean   bool      // divide by the number of points inside the image
}

// WindowAxis ties an output axis and a tap axis to an input extent.
type WindowAxis struct {
	Outer, Tap            int // indices into Outer and Taps
	Size                  int // input extent
	Stride, Dilation, Pad int
	InStride              int // of the input buffer, in elements
}

// WindowGrad is the gradient of Window: dIn is zeroed, then every output's
// gradient goes to the first maximum (Max) or is spread evenly (Mean).
type WindowGrad struct {
	Window Window // In and Out as in the forward kernel
	DOut   Access
	DIn    Access
}

// AxesOf lists the loops of a kernel, nest by nest.
func AxesOf(k Kernel) [][]Axis {
	switch k := k.(type) {
	case *Contract:
		return [][]Axis{k.B, k.M, k.N, k.K}
	case *Nest:
		list := [][]Axis{k.Outer}
		for _, s := range k.Body {
			list = append(list, s.Inner)
		}
		return list
	case *Window:
		return [][]Axis{k.Outer, k.Taps}
	case *WindowGrad:
		return AxesOf(&k.Window)
	}
	return nil
}
