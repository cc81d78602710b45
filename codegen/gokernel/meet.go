package gokernel

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// meeting is a kernel in the making of which a row reads others. Each worker computes
// rows of its own.
type meeting struct {
	*writer
	r, q   *gotree.Var // a row, and one that it meets
	r0, r1 *gotree.Var // the rows of a worker
}

func (e *Printer) meeting() *meeting {
	k := &meeting{e.newWriter(), &gotree.Var{Name: "r"}, &gotree.Var{Name: "q"}, &gotree.Var{Name: "r0"}, &gotree.Var{Name: "r1"}}
	k.names.Take("r", "q")
	k.Counted, k.divided = true, true
	k.Add(gotree.LetTwo(k.r0, k.r1, gotree.CallExpr{Fn: gotree.Member{X: gotree.Word("t"), Name: "Share"}, Args: []gotree.Expr{gotree.Word("n")}}))
	return k
}

// own writes the loop over the rows of a worker, every that over all rows.
func (k *meeting) own(body func())   { k.In(&gotree.For{Var: k.r, From: k.r0, To: k.r1}, body) }
func (k *meeting) every(body func()) { k.In(&gotree.Range{Key: k.q, Over: gotree.Word("n")}, body) }

// numbers is the parameter for a buffer with one number for each row.
func (k *meeting) numbers(b *loop.Buffer, wish string) *gotree.Var {
	p := k.param(b, wish)
	k.cuts[p] = gotree.Word("n")
	return p.v
}

// rowOf is a row of an operand.
func (k *meeting) rowOf(p *Param, at gotree.Expr, width int) gotree.Expr {
	return gotree.View{X: p.v, From: times(at, width), N: gotree.Literal(width), Elem: k.Float()}
}

// shuffle prints another order of rows.
func (e *Printer) shuffle(s *loop.Shuffle) *Kernel {
	k := e.meeting()
	y := k.param(s.Out, "y")
	keys := k.numbers(s.Keys, "keys")
	x := k.param(s.In, "x")
	key, rank := k.Pick("key"), k.Pick("rank")
	count := func(row *gotree.Var) {
		mine := k.Pick("mine")
		k.Add(gotree.LetTwo(rank, mine, gotree.Int(0), gotree.At(keys, row)))
		k.In(&gotree.Range{Key: k.q, Value: key, Over: keys}, func() {
			before := gotree.Op(gotree.Op(key, "<", mine), "||", gotree.Op(gotree.Op(key, "==", mine), "&&", gotree.Op(k.q, "<", row)))
			k.In(&gotree.If{Cond: before}, func() { k.Add(gotree.Increment{Var: rank}) })
		})
	}
	move := func(to, from *gotree.Var) {
		k.Add(gotree.Set(gotree.Unary{Op: "*", X: k.rowOf(y, to, s.Width)}, "=", gotree.Unary{Op: "*", X: k.rowOf(x, from, s.Width)}))
	}
	k.Name = fmt.Sprintf("shuffle%d", s.Width)
	if !s.Inverse {
		k.describe("%s[r] = %s[rank of r]: how many keys come before that of row r", y.Name, x.Name)
		k.own(func() {
			count(k.r)
			move(k.r, rank)
		})
		return k.Kernel
	}
	k.Name = fmt.Sprintf("unshuffle%d", s.Width)
	k.describe("%s[rank of r] = %s[r]: how many keys come before that of row r", y.Name, x.Name)
	k.In(&gotree.Range{Key: k.r, Over: gotree.Word("n")}, func() {
		count(k.r)
		k.In(&gotree.If{Cond: gotree.Op(gotree.Op(rank, ">=", k.r0), "&&", gotree.Op(rank, "<", k.r1))}, func() { move(rank, k.r) })
	})
	return k.Kernel
}

// compared writes the loop over the rows that row r is compared with: their product
// and, for either sum, what becomes of it.
func (k *meeting) compared(p *loop.Pairs, x *Param, labels *gotree.Var, body func(i int, product gotree.Expr, other *gotree.Var)) {
	mine, other, label := k.named("xr"), k.named("xq"), k.named("label")
	k.Add(gotree.Let(mine, k.rowOf(x, k.r, p.Width)), gotree.Let(label, gotree.At(labels, k.r)))
	k.every(func() {
		if !p.Itself {
			k.Add(&gotree.If{Cond: gotree.Op(k.q, "==", k.r), Then: gotree.Block{gotree.Continue}})
		}
		k.Add(gotree.Let(other, k.rowOf(x, k.q, p.Width)))
		dot := k.dot(mine, other, p.Width)
		choice := &gotree.If{Cond: gotree.Op(gotree.At(labels, k.q), "==", label)}
		choice.Then = k.Block(func() { body(0, dot, other) })
		choice.Else = k.Block(func() { body(1, dot, other) })
		k.Add(choice)
	})
}

// dot is the product of two rows; a long sum is taken in double precision.
func (k *meeting) dot(a, b *gotree.Var, width int) gotree.Expr {
	dot, i, v := k.named("dot"), k.Pick("i"), k.Pick("v")
	defer k.free(i, v)
	typ := k.Float()
	if width > wide {
		typ = gotree.Word("float64")
	}
	of := func(x gotree.Expr) gotree.Expr {
		if width > wide {
			return gotree.CallOf("float64", x)
		}
		return x
	}
	k.Add(gotree.Zero{Vars: []*gotree.Var{dot}, Type: typ})
	k.In(&gotree.Range{Key: i, Value: v, Over: a}, func() {
		k.Add(gotree.Set(dot, "+=", gotree.CallOf(typ.String(), gotree.Op(of(v), "*", of(gotree.At(b, i))))))
	})
	if width <= wide {
		return dot
	}
	short := k.named("product")
	k.Add(gotree.Let(short, k.el.converted(dot, "float64")))
	return short
}

// pairs prints the logarithms of the sums over pairs of rows.
func (e *Printer) pairs(p *loop.Pairs) *Kernel {
	k := e.meeting()
	y, x := k.param(p.Out, "y"), k.param(p.X, "x")
	labels := k.numbers(p.Labels, "labels")
	k.Name = fmt.Sprintf("pairs%d", p.Width)
	k.describePairs(p, fmt.Sprintf("%s[r,i] = log Σ_q exp f_i(%s[r]·%s[q])", y.Name, x.Name, x.Name), labels)
	k.own(func() {
		var top, sum [2]*gotree.Var
		for i, name := range []string{"Same", "Rest"} {
			top[i], sum[i] = k.named("top"+name), k.named("sum"+name)
		}
		least := k.el.constant(loop.NoRows)
		k.Add(gotree.LetTwo(top[0], top[1], gotree.CallOf(k.el.float, least), gotree.CallOf(k.el.float, least)))
		k.Add(gotree.Zero{Vars: sum[:], Type: gotree.Word("float64")})
		k.compared(p, x, labels, func(i int, product gotree.Expr, _ *gotree.Var) {
			v := k.termOf(p.Terms[i], product)
			rest := gotree.CallOf("float64", k.call("exp", gotree.Op(top[i], "-", v)))
			k.Add(&gotree.If{
				Cond: gotree.Op(v, ">", top[i]),
				Then: gotree.Block{
					gotree.Set(sum[i], "=", gotree.Op(gotree.CallOf("float64", gotree.Op(sum[i], "*", rest)), "+", gotree.Int(1))),
					gotree.Set(top[i], "=", v),
				},
				Else: gotree.Block{gotree.Set(sum[i], "+=", gotree.CallOf("float64", k.call("exp", gotree.Op(v, "-", top[i]))))},
			})
		})
		for i := range top {
			k.In(&gotree.If{Cond: gotree.Op(sum[i], ">", gotree.Int(0))}, func() {
				k.Add(gotree.Set(top[i], "+=", k.call("log", k.el.converted(sum[i], "float64"))))
			})
			k.Add(gotree.Set(k.element(y, k.r, i), "=", top[i]))
		}
	})
	return k.Kernel
}

// pairsGrad prints the gradient of pairs with respect to the rows.
func (e *Printer) pairsGrad(g *loop.PairsGrad) *Kernel {
	p := &g.Pairs
	k := e.meeting()
	dx, x := k.param(g.DX, "dx"), k.param(p.X, "x")
	labels := k.numbers(p.Labels, "labels")
	y, dy := k.param(p.Out, "y"), k.param(g.DOut, "dy")
	k.Name = fmt.Sprintf("pairs%dGrad", p.Width)
	weight := func(row string) string {
		return fmt.Sprintf("%s[%s,i]·exp(f_i(p) - %s[%s,i])", dy.Name, row, y.Name, row)
	}
	k.describePairs(p, fmt.Sprintf("%s[r] = Σ_q (%s + %s)·f_i'(p)·%s[q] with p = %s[r]·%s[q]", dx.Name, weight("r"), weight("q"), x.Name, x.Name, x.Name), labels)
	k.own(func() {
		dr := k.named("dr")
		k.Add(gotree.Let(dr, k.rowOf(dx, k.r, p.Width)), gotree.Run("clear", gotree.Slice{X: dr}))
		c := k.named("c")
		k.compared(p, x, labels, func(i int, product gotree.Expr, other *gotree.Var) {
			v := k.termOf(p.Terms[i], product)
			share := func(row *gotree.Var) gotree.Expr {
				return k.round(gotree.Op(k.element(dy, row, i), "*", k.call("exp", gotree.Op(v, "-", k.element(y, row, i)))))
			}
			k.Add(gotree.Let(c, gotree.Op(share(k.r), "+", share(k.q))))
			k.whole(g.Slopes[i], []gotree.Expr{product}, func(value gotree.Expr) gotree.Stmt { return gotree.Set(c, "*=", value) })
			at, w := k.Pick("i"), k.Pick("w")
			k.In(&gotree.If{Cond: gotree.Op(c, "!=", gotree.Int(0))}, func() {
				k.In(&gotree.Range{Key: at, Value: w, Over: other}, func() {
					k.Add(gotree.Set(gotree.At(dr, at), "+=", k.round(gotree.Op(c, "*", w))))
				})
			})
			k.free(at, w)
		})
	})
	return k.Kernel
}

// termOf declares the term of a pair, from which others are taken off.
func (k *meeting) termOf(e scalar.Expr, product gotree.Expr) *gotree.Var {
	v := k.named("term")
	defer k.free(v)
	args := []gotree.Expr{product}
	k.Add(k.parts(e, args)...)
	k.Add(gotree.Let(v, k.term(e, args)))
	k.held = nil
	return v
}

// element is one of the two numbers of a row.
func (k *meeting) element(p *Param, row gotree.Expr, i int) gotree.Expr {
	at := gotree.Sum{Offset: gotree.Literal(i)}.Plus(row, gotree.Literal(2))
	return gotree.At(p.v, at.Expr())
}

// describePairs is what both kernels have to say.
func (k *meeting) describePairs(p *loop.Pairs, formula string, labels *gotree.Var) {
	k.describe("%s,", formula)
	last := len(k.Doc) - 1
	k.Doc[last] = k.Doc[last][:len(k.Doc[last])-1] // the sentence goes on
	others := " but r itself"
	if p.Itself {
		others = ""
	}
	k.Doc = append(k.Doc,
		fmt.Sprintf("where i is 0 for the rows q of the same %s%s, and 1 for the rest:", labels.Name, others),
		fmt.Sprintf("f_0(p) = %s, f_1(p) = %s.", loop.Format(p.Terms[0], []string{"p"}), loop.Format(p.Terms[1], []string{"p"})))
}
