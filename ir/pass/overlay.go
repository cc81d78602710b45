package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// overlay lets an elementwise result take the place of an operand that dies as it is
// made: plan gives both one place.
func overlay(u *unit) error {
	u.over = map[*loop.Buffer]*loop.Buffer{}
	spans := u.plan.Spans()
	taken := map[*loop.Buffer]bool{}
	for _, nest := range nests(u.plan) {
		if u.teamed() && loop.SharingOf(nest.Nest) != loop.ByRows {
			continue // a worker might overwrite what another one has yet to read
		}
		for _, w := range nest.Writes() {
			dst := w.Buf
			if dst.Class != loop.Arena || spans[dst].First != nest.step || u.over[dst] != nil {
				continue
			}
			for _, a := range nest.Reads() {
				src := a.Buf
				if src.Class == loop.Arena && spans[src].First < nest.step && spans[src].Last == nest.step && !taken[src] && loop.CanOverlay(nest.Nest, dst, src) {
					u.over[dst], taken[src] = src, true
					break
				}
			}
		}
	}
	return nil
}

// absorbTemporaries renames, in every nest, a temporary to the result that a
// statement computes from it point by point: exp(x) of a softmax is computed in the
// place of the softmax.
func absorbTemporaries(u *unit) error {
	spans := u.plan.Spans()
	for _, nest := range nests(u.plan) {
		for j, s := range nest.Body {
			dst := s.Dst.Buf
			if dst.Class != loop.Arena || s.Reduce != loop.Store || s.Accumulate || firstWrite(nest.Nest, dst) != j {
				continue
			}
			for _, a := range s.Srcs {
				tmp := a.Buf
				inside := spans[tmp].First == nest.step && spans[tmp].Last == nest.step
				if tmp.Class == loop.Arena && inside && firstWrite(nest.Nest, tmp) >= 0 && sameBlock(dst, tmp) && replaceable(nest.Nest, j, tmp) {
					rename(nest.Nest, tmp, dst)
					break
				}
			}
		}
	}
	collect(u.plan)
	return nil
}

func firstWrite(nest *loop.Nest, b *loop.Buffer) int {
	return slices.IndexFunc(nest.Body, func(s loop.Stmt) bool { return s.Dst.Buf == b })
}

func sameBlock(a, b *loop.Buffer) bool {
	return a.DType == b.DType && a.Rows == b.Rows && slices.Equal(a.Shape, b.Shape)
}

// replaceable reports whether statement j reads tmp exactly where it stores, and
// nothing reads tmp after it.
func replaceable(nest *loop.Nest, j int, tmp *loop.Buffer) bool {
	dst := nest.Body[j].Dst
	for i, s := range nest.Body[j:] {
		if s.Dst.Buf == tmp {
			return false
		}
		for _, a := range s.Srcs {
			if a.Index != nil && a.Index.Buf == tmp {
				return false
			}
			if a.Buf == tmp && (i > 0 || a.Index != nil || a.Offset != dst.Offset || !slices.Equal(a.Strides, dst.Strides)) {
				return false
			}
		}
	}
	return true
}

func rename(nest *loop.Nest, from, to *loop.Buffer) {
	access := func(a *loop.Access) {
		if a.Buf == from {
			a.Buf = to
		}
	}
	for i := range nest.Body {
		access(&nest.Body[i].Dst)
		for k := range nest.Body[i].Srcs {
			access(&nest.Body[i].Srcs[k])
		}
	}
}
