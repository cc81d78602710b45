package loop

import (
	"slices"

	"github.com/nngen-go/nngen/ir/scalar"
)

// canonical checks that there is nothing left to simplify in a kernel: see
// package canonical.
func (v *kernelVerifier) canonical(k Kernel) {
	switch k := k.(type) {
	case *Nest:
		v.canonicalNest(k)
	case *Contract:
		v.canonicalContract(k)
	}
}

func (v *kernelVerifier) canonicalNest(k *Nest) {
	var all []Access
	for _, s := range k.Body {
		switch {
		case len(s.Inner) == 0 && (s.Reduce == Sum || s.Reduce == Max):
			v.fail("it is not canonical: %v is a reduction over nothing", s.Dst.Buf)
		case len(k.Body) == 1 && s.Reduce == Store && len(s.Inner) > 0:
			v.fail("it is not canonical: %v is stored by inner loops", s.Dst.Buf)
		}
		v.named(s.Value, 0, s.Srcs)
		list := withIndices(append([]Access{s.Dst}, s.Srcs...), nil)
		v.fewest(s.Inner, len(s.Dst.Strides)-len(s.Inner), list, nil)
		all = append(all, list...)
	}
	s := k.Body[0]
	v.fewest(k.Outer, len(s.Dst.Strides)-len(s.Inner)-len(k.Outer), all, nil)
}

func (v *kernelVerifier) canonicalContract(k *Contract) {
	if k.Epilogue != nil {
		v.named(k.Epilogue, 1, k.Extra)
	}
	if hasRows(k.N) {
		v.fail("it is not canonical: rows are an axis of n")
	}
	all := append([]Access{k.Out, k.Lhs, k.Rhs}, k.Extra...)
	first, at := len(k.Out.Strides)-len(k.Axes()), 0
	for _, group := range [][]Axis{k.B, k.M, k.N, k.K} {
		from := at
		v.fewest(group, first+at, all, func(i int) bool {
			return slices.ContainsFunc(k.Clip, func(c Clip) bool {
				return slices.ContainsFunc(c.Terms, func(t ClipTerm) bool { return t.Axis == from+i })
			})
		})
		at += len(group)
	}
}

// named checks that an expression names all of its operands.
func (v *kernelVerifier) named(e scalar.Expr, first int, operands []Access) {
	for i, a := range operands {
		if !scalar.UsesArg(e, first+i) {
			v.fail("it is not canonical: %v is read for nothing", a.Buf)
		}
	}
}

// fewest checks that no loop of a list has one turn, and that no two that are
// neighbours are one to every access. Those that keep names stay.
func (v *kernelVerifier) fewest(axes []Axis, first int, accesses []Access, keep func(i int) bool) {
	kept := func(i int) bool { return keep != nil && keep(i) }
	for i, a := range axes {
		if a.N == 1 && !a.Rows && !kept(i) {
			v.fail("it is not canonical: the loop over %s has one turn", a.Name)
		}
		if i+1 == len(axes) || axes[i+1].Rows || kept(i) || kept(i+1) || a.Partial() || axes[i+1].Partial() {
			continue
		}
		apart := slices.ContainsFunc(accesses, func(x Access) bool {
			return x.Strides[first+i] != x.Strides[first+i+1]*axes[i+1].N || a.Rows && x.Buf.Class == Random
		})
		if !apart {
			v.fail("it is not canonical: the loops over %s and %s are one", a.Name, axes[i+1].Name)
		}
	}
}
