package shape

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// Plain is a copy of a nest that may be changed, if all that it accesses lies where
// its loops say: neither an index nor a list of ids tells where, and numbers are
// drawn for what is stored alone.
func Plain(k *loop.Nest) (*loop.Nest, bool) {
	t := &loop.Nest{Outer: slices.Clone(k.Outer), Body: slices.Clone(k.Body)}
	for i := range t.Body {
		s := &t.Body[i]
		s.Inner, s.Srcs = slices.Clone(s.Inner), slices.Clone(s.Srcs)
		for _, a := range Accesses(s) {
			if a.Index != nil || a.Buf.Ragged || len(a.Strides) != len(t.Outer)+len(s.Inner) || isRandom(a) && s.Reduce != loop.Store {
				return nil, false
			}
			a.Strides = slices.Clone(a.Strides)
		}
		if s.Reduce == loop.ArgMax || s.Dst.Buf.DType != loop.F32 {
			return nil, false
		}
	}
	return t, true
}

// Accesses are the destination of a statement and its sources.
func Accesses(s *loop.Stmt) []*loop.Access {
	list := []*loop.Access{&s.Dst}
	for i := range s.Srcs {
		list = append(list, &s.Srcs[i])
	}
	return list
}

func isRandom(a *loop.Access) bool { return a.Buf.Class == loop.Random }
