package pass

import (
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir/loop"
)

// collect lists the buffers of a plan in the order in which its kernels touch
// them, and results that none does after them.
func collect(p *loop.Plan) {
	p.Buffers = nil
	seen := map[*loop.Buffer]bool{}
	add := func(b *loop.Buffer) {
		if b != nil && !seen[b] {
			seen[b] = true
			p.Buffers = append(p.Buffers, b)
		}
	}
	runs, _ := p.Flat()
	for _, r := range runs {
		for _, a := range slices.Concat(r.Kernel.Reads(), r.Kernel.Writes()) {
			add(a.Buf)
		}
	}
	for _, u := range p.Updates {
		add(u.State)
	}
	for _, b := range p.Results() {
		add(b)
	}
}

// distinguish gives every scratch buffer and every constant a name of its own: values
// have names of their own already, but what kernels need besides is called after them,
// and a recurrence has constants within that have the names of others around it.
func distinguish(p *loop.Plan) {
	type key struct {
		name string
		grad bool
	}
	taken := claims[key]{}
	for _, b := range p.Buffers {
		switch b.Class {
		case loop.Arena, loop.Const, loop.Random, loop.Scalar, loop.Weight: // the last three are named by what they are
		default:
			taken.claim(key{b.Name, b.Grad}, nil)
		}
	}
	for _, class := range []loop.Class{loop.Const, loop.Arena} {
		for _, b := range p.Buffers {
			if b.Class != class {
				continue
			}
			want := b.Name
			b.Name = taken.claim(key{want, b.Grad}, func(n int) key { return key{want + strconv.Itoa(n), b.Grad} }).name
		}
	}
}
