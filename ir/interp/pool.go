package interp

import "github.com/nngen-go/nngen/ir"

// pool lends memory to the values of a run and takes it back after their last
// use. A value may share the memory of another (a reshape): it is free when
// both are. Memory that the pool has not lent, that of inputs and parameters,
// is left alone.
type pool[F ir.Float] struct {
	free  map[int][][]F // by length
	lent  map[*F][]F    // by first element
	users map[*F]int    // values that live in it
}

func newPool[F ir.Float]() pool[F] {
	return pool[F]{free: map[int][][]F{}, lent: map[*F][]F{}, users: map[*F]int{}}
}

// alloc gives n zeros.
func (p *pool[F]) alloc(n int) []F {
	var s []F
	if list := p.free[n]; len(list) > 0 {
		s = list[len(list)-1]
		p.free[n] = list[:len(list)-1]
		clear(s)
	} else {
		s = make([]F, n)
	}
	if n > 0 {
		p.lent[&s[0]] = s
	}
	return s
}

// keep counts one more value that lives in s.
func (p *pool[F]) keep(s []F) {
	if len(s) > 0 {
		p.users[&s[0]]++
	}
}

// release counts one value less.
func (p *pool[F]) release(s []F) {
	if len(s) == 0 {
		return
	}
	at := &s[0]
	if p.users[at]--; p.users[at] > 0 {
		return
	}
	delete(p.users, at)
	if whole, ok := p.lent[at]; ok {
		p.free[len(whole)] = append(p.free[len(whole)], whole)
		delete(p.lent, at)
	}
}

// reset takes back what the last run still holds: its results.
func (p *pool[F]) reset() {
	for at, s := range p.lent {
		p.free[len(s)] = append(p.free[len(s)], s)
		delete(p.lent, at)
	}
	clear(p.users)
}
