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

// distinguish gives every scratch buffer a name of its own: values have names
// of their own already, but what kernels need besides is called after them.
func distinguish(p *loop.Plan) {
	type key struct {
		name string
		grad bool
	}
	taken := claims[key]{}
	own := func(b *loop.Buffer) {
		want := b.Name
		b.Name = taken.claim(key{want, b.Grad}, func(n int) key { return key{want + strconv.Itoa(n), b.Grad} }).name
	}
	for _, b := range p.Buffers {
		switch b.Class {
		case loop.Arena, loop.Random, loop.Scalar, loop.Weight: // the last three are named by what they are
		case loop.Const: // bodies of loops name theirs alone
			own(b)
		default:
			taken.claim(key{b.Name, b.Grad}, nil)
		}
	}
	for _, b := range p.Buffers {
		if b.Class == loop.Arena {
			own(b)
		}
	}
}
