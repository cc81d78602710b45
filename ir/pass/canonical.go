package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
)

// canonicalForm brings every kernel into the form that code generation sees.
func canonicalForm(u *unit) error {
	runs, _ := u.plan.Flat()
	for _, r := range runs {
		r.Kernel = canonical.Kernel(r.Kernel)
	}
	unread(u.plan)
	collect(u.plan) // without buffers that no expression names any more
	return nil
}

// unread takes out stores into scratch that nobody reads: of a value that a map has
// for its shape alone, times 0, say.
func unread(p *loop.Plan) {
	readers := map[*loop.Buffer]int{}
	count := func(k loop.Kernel, by int) {
		for _, a := range k.Reads() {
			readers[a.Buf] += by
		}
	}
	runs, _ := p.Flat()
	for _, r := range runs {
		count(r.Kernel, 1)
	}
	for _, b := range p.Results() {
		readers[b]++
	}
	for _, list := range []*[]loop.Step{&p.Backward, &p.Forward} {
		var kept []loop.Step
		for _, s := range slices.Backward(*list) {
			if r, ok := s.(*loop.Run); ok {
				n, ok := r.Kernel.(*loop.Nest)
				if ok && len(n.Body) == 1 && n.Body[0].Dst.Buf.Class == loop.Arena && readers[n.Body[0].Dst.Buf] == 0 {
					count(n, -1)
					continue
				}
			}
			kept = append(kept, s)
		}
		slices.Reverse(kept)
		*list = kept
	}
}
