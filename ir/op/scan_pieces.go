package op

import "github.com/nngen-go/nngen/ir"

// Piece is one result of a Scan: so many elements of every row of its packed value, from
// Offset on, that are a value of Shape.
type Piece struct {
	Offset int
	Shape  ir.Shape
}

// Pieces are where a Scan packs its final carried values, and its outputs, which have an
// axis of steps after that of the rows.
func (s *Scan) Pieces() (finals, stacked []Piece) {
	l := s.layout()
	for _, p := range l.finals {
		finals = append(finals, Piece{p.offset, p.shape})
	}
	for _, p := range l.stacked {
		stacked = append(stacked, Piece{p.offset, p.shape})
	}
	return finals, stacked
}
