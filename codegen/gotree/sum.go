package gotree

// Sum is an index: a number, and what moves it.
type Sum struct {
	Offset Number
	Terms  []Term
}

// Term is an expression times a number.
type Term struct {
	Of    Expr
	Times Number
}

// Plus adds of times a number; a literal goes into the offset.
func (s Sum) Plus(of Expr, times Number) Sum {
	n, literal := of.(Number)
	switch {
	case times.Is(0):
	case literal && n.Known():
		s.Offset = s.Offset.Plus(times.Times(n))
	default:
		s.Terms = append(s.Terms[:len(s.Terms):len(s.Terms)], Term{of, times})
	}
	return s
}

// Expr is "r*784+y*28+3": the terms in their order and the offset last, or first
// where the first term is taken away: "2-r".
func (s Sum) Expr() Expr {
	if len(s.Terms) == 0 {
		return s.Offset
	}
	var sum Expr
	offset := s.Offset
	if s.Terms[0].negative() && !(offset.Known() && offset.Value <= 0) {
		sum, offset = offset, Literal(0)
	}
	for _, t := range s.Terms {
		of, sign := t.Of, "+"
		if t.negative() {
			t.Times, sign = Literal(-t.Times.Value), "-"
			if sum == nil {
				of = Unary{"-", of}
			}
		}
		if !t.Times.Is(1) {
			of = Binary{of, "*", t.Times}
		}
		sum = added(sum, sign, of)
	}
	switch {
	case offset.Is(0):
	case offset.Known() && offset.Value < 0:
		sum = Binary{sum, "-", Literal(-offset.Value)}
	default:
		sum = Binary{sum, "+", offset}
	}
	return sum
}

func (t Term) negative() bool { return t.Times.Known() && t.Times.Value < 0 }

// added is x+y or x-y without parentheses around a sum that is added.
func added(x Expr, sign string, y Expr) Expr {
	if n, ok := y.(Number); ok && !n.Known() {
		y = n.As
	}
	b, ok := y.(Binary)
	switch {
	case x == nil:
		return y
	case ok && sign == "+" && b.bind() == bindSum:
		return Binary{added(x, "+", b.X), b.Op, b.Y}
	}
	return Binary{x, sign, y}
}
