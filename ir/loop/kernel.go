package loop

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/scalar"
)

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

// The families in which rows of a batch meet: a row of the result is made of any rows
// of the operands. Workers wait before such a kernel and after it, and each computes
// rows of its own.

// Shuffle puts the rows of a batch into another order. The rank of row r is how many
// keys come before its own: those below it, and of equal ones those of earlier rows.
//
//	Out[r,:] = In[rank(r),:]        where Inverse is set: Out[rank(r),:] = In[r,:]
type Shuffle struct {
	Keys, In, Out *Buffer // [n], [n,Width], [n,Width]
	Width         int
	Inverse       bool
}

// Pairs compares a row with all others, by the products of their vectors: with those
// of its own label, and with the rest.
//
//	Out[r,0] = log Σ exp(Terms[0](X[r]·X[q]))   over q with Labels[q] = Labels[r]
//	Out[r,1] = log Σ exp(Terms[1](X[r]·X[q]))   over q with Labels[q] ≠ Labels[r]
//
// Row r is one of those of its own label only where Itself is set. A sum over no rows
// is [NoRows].
type Pairs struct {
	X, Labels, Out *Buffer // [n,Width], [n] of integers, [n,2]
	Width          int
	Terms          [2]scalar.Expr // of Arg(0), the product
	Itself         bool
}

// NoRows is the logarithm of a sum over no rows: its exponential is 0, and the sum of
// two is a number.
const NoRows = -1e30

// PairsGrad is the gradient of Pairs with respect to X: with p = X[r]·X[q], and i the
// one of both sums that the pair belongs to,
//
//	DX[r,:] = Σ_q c(r,q)·X[q,:]
//	c(r,q)  = (DOut[r,i]·exp(Terms[i](p) - Out[r,i]) + DOut[q,i]·exp(Terms[i](p) - Out[q,i]))·Slopes[i](p)
type PairsGrad struct {
	Pairs    Pairs          // Out as the forward kernel has left it
	Slopes   [2]scalar.Expr // the derivatives of Terms
	DOut, DX *Buffer        // [n,2], [n,Width]
}

func (k *Shuffle) Family() string   { return "shuffle" }
func (k *Pairs) Family() string     { return "pairs" }
func (k *PairsGrad) Family() string { return "pairsgrad" }

func (k *Shuffle) Writes() []Access   { return []Access{rows(k.Out, k.Width)} }
func (k *Pairs) Writes() []Access     { return []Access{rows(k.Out, 2)} }
func (k *PairsGrad) Writes() []Access { return []Access{rows(k.DX, k.Pairs.Width)} }

// each is the access to a number for each row.
func each(b *Buffer) Access { return Access{Buf: b, Strides: []int{1}} }

func (k *Shuffle) Reads() []Access { return []Access{each(k.Keys), rows(k.In, k.Width)} }

func (k *Pairs) Reads() []Access { return []Access{rows(k.X, k.Width), each(k.Labels)} }

func (k *PairsGrad) Reads() []Access {
	return append(k.Pairs.Reads(), rows(k.Pairs.Out, 2), rows(k.DOut, 2))
}

// Flops is zero: nothing is computed but an order.
func (k *Shuffle) Flops(int) int { return 0 }

// Flops counts a product and the larger term for each pair of rows.
func (k *Pairs) Flops(n int) int {
	return n * n * (2*k.Width + max(scalar.Size(k.Terms[0]), scalar.Size(k.Terms[1])))
}

// Flops counts a product more than the forward kernel for each pair of rows.
func (k *PairsGrad) Flops(n int) int { return k.Pairs.Flops(n) + 2*n*n*k.Pairs.Width }

func (k *Shuffle) String() string {
	t := text{}
	t.head("shuffle")
	t.head(loops(sparseAxes(k.Width), []string{"n", "i"}))
	out, in := []string{"n", "i"}, []string{fmt.Sprintf("rank(%v[n])", k.Keys), "i"}
	if k.Inverse {
		out, in = in, out
	}
	t.line("", rows(k.Out, k.Width).text(out), assign(false), rows(k.In, k.Width).text(in), "")
	return t.String()
}

func (k *Pairs) String() string {
	t := text{}
	t.head("pairs")
	t.head(loops(sparseAxes(k.Width)[:1], []string{"n"}))
	for i, others := range k.others() {
		term := Format(k.Terms[i], []string{k.product()})
		t.line("", fmt.Sprintf("%v[2*n + %d]", k.Out, i), assign(false), fmt.Sprintf("log(sum(exp(%s) for %s))", term, others), "")
	}
	return t.String()
}

func (k *PairsGrad) String() string {
	p := &k.Pairs
	t := text{}
	t.head("pairsgrad")
	t.head(loops(sparseAxes(p.Width), []string{"n", "i"}))
	for i, others := range p.others() {
		args := []string{p.product()}
		weight := fmt.Sprintf("sum(%v[2*r + %d]*exp(%s - %v[2*r + %d]) for r in n, q)", k.DOut, i, Format(p.Terms[i], args), p.Out, i)
		t.line("", rows(k.DX, p.Width).text([]string{"n", "i"}), assign(i > 0), fmt.Sprintf("sum(%s*%s*%v[q,i] for %s)", weight, Format(k.Slopes[i], args), p.X, others), "")
	}
	return t.String()
}

// product is that of two rows.
func (k *Pairs) product() string { return fmt.Sprintf("dot(%v[n], %v[q])", k.X, k.X) }

// others are the rows of both sums.
func (k *Pairs) others() [2]string {
	same := fmt.Sprintf("q with %v[q] = %v[n]", k.Labels, k.Labels)
	if !k.Itself {
		same += ", q != n"
	}
	return [2]string{same, fmt.Sprintf("q with %v[q] != %v[n]", k.Labels, k.Labels)}
}
