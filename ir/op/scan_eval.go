package op

import "github.com/nngen-go/nngen/ir"

// Eval32 is the rule in single precision.
func (s *Scan) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalScan(c, s, v, args)
}

// Eval64 is the rule in double precision.
func (s *Scan) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalScan(c, s, v, args)
}

// evalScan runs the body step by step. Of the body it computes what the next
// step and the results that are asked for depend on.
func evalScan[F ir.Float](c *ir.Context[F], s *Scan, v *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	out := c.New(v.Shape.Concrete(c.Rows))
	l := s.layout()
	values := s.needed()
	carried := append([]*ir.Tensor[F](nil), args[:s.Carried]...)
	inner := &ir.Context[F]{Rows: c.Rows, Seed: c.Seed, Step: c.Step, First: c.First, Feed: map[string]*ir.Tensor[F]{}}
	for i := range s.Length {
		t := i
		if s.Reverse {
			t = s.Length - 1 - i
		}
		for j, in := range s.Body.Inputs {
			x := args[j]
			switch {
			case j < s.Carried:
				x = carried[j]
				if s.Keep && !s.Shared {
					write(out, l.kept[j], l.rows, t, x, false)
				}
			case j < s.Carried+s.Steps:
				x = atStep(c, x, in.Shape.Concrete(c.Rows), t)
			}
			inner.Feed[in.Op.(*Input).Port] = x
		}
		results := run(inner, values)
		for j, o := range s.Body.Outputs {
			x := results[o]
			switch k := j - s.Carried; {
			case k < 0:
				carried[j] = x
			case k < s.outputs():
				if !s.Shared {
					write(out, l.stacked[k], l.rows, t, x, false)
				}
			case o.Shape.Batched() != s.Shared:
				size := l.rows
				if s.Shared {
					size = l.shared
				}
				write(out, l.sums[k-s.outputs()], size, 0, x, true)
			}
		}
	}
	if !s.Shared {
		for j, p := range l.finals {
			write(out, p, l.rows, 0, carried[j], false)
		}
	}
	return out
}

// needed are the values of the body that are computed, in order.
func (s *Scan) needed() []*ir.Value {
	need := map[*ir.Value]bool{}
	for j, o := range s.Body.Outputs {
		switch k := j - s.Carried; {
		case k < 0, k < s.outputs() && !s.Shared, k >= s.outputs() && o.Shape.Batched() != s.Shared:
			need[o] = true
		}
	}
	values := make([]*ir.Value, 0, len(s.Body.Values))
	for i := len(s.Body.Values) - 1; i >= 0; i-- {
		v := s.Body.Values[i]
		if !need[v] {
			continue
		}
		values = append(values, v)
		for _, a := range v.Args {
			need[a] = true
		}
	}
	for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
		values[i], values[j] = values[j], values[i]
	}
	return values
}

// run evaluates values in order.
func run[F ir.Float](c *ir.Context[F], values []*ir.Value) map[*ir.Value]*ir.Tensor[F] {
	results := make(map[*ir.Value]*ir.Tensor[F], len(values))
	for _, v := range values {
		args := make([]*ir.Tensor[F], len(v.Args))
		for i, a := range v.Args {
			args[i] = results[a]
		}
		results[v] = Eval(c, v, args)
	}
	return results
}

// write stores, or adds, one step's value into its piece of the packed result,
// of which a row (everything, where there are no rows) has size elements.
func write[F ir.Float](out *ir.Tensor[F], p piece, size, t int, x *ir.Tensor[F], add bool) {
	rows := 1
	if p.shape.Batched() {
		rows = x.Shape[0]
	}
	each := len(x.F) / rows
	for r := range rows {
		dst := out.F[r*size+p.offset+t*each:][:each]
		for i, a := range x.F[r*each : (r+1)*each] {
			if add {
				a += dst[i]
			}
			dst[i] = a
		}
	}
}

// atStep is x[:,t].
func atStep[F ir.Float](c *ir.Context[F], x *ir.Tensor[F], shape ir.Shape, t int) *ir.Tensor[F] {
	out := like(c, x, shape)
	strides := x.Shape.Strides()
	from := place{offset: t * strides[1], strides: append([]int{strides[0]}, strides[2:]...)}
	move(shape, out, packed(shape), x, from)
	return out
}
