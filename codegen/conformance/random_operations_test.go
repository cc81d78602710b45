package conformance

// apply appends a function of keras.ops.
func (g *generator) apply(name string, args object, shape []int, inputs ...string) {
	g.add("Operation", append(object{{"op", name}}, args...), shape, inputs...)
}

// operation appends one or several functions of keras.ops.
func (g *generator) operation() {
	from, shape := g.last, g.shape
	axis := 1 + g.r.IntN(len(shape))
	n := shape[axis-1]
	at := func(size int) []int {
		out := append([]int(nil), shape...)
		out[axis-1] = size
		return out
	}
	switch g.r.IntN(9) {
	case 0:
		g.apply(g.pick("sin", "cos", "arctan", "arcsinh", "square", "erf", "logical_not", "sign", "stop_gradient"), nil, shape)
		g.apply("add", nil, shape, from, g.last)
	case 1: // x·list + (1 - x)
		list := make([]float64, shape[len(shape)-1])
		for i := range list {
			list[i] = float64(g.r.IntN(9)-4) / 4
		}
		g.apply("multiply", object{{"x2", list}}, shape)
		scaled := g.last
		g.apply("subtract", object{{"x1", 1}}, shape, from)
		g.apply("add", nil, shape, scaled, g.last)
	case 2:
		g.apply("greater", object{{"x2", 0.25}}, shape)
		g.apply("where", object{{"x2", -0.5}}, shape, g.last, from)
	case 3:
		g.apply(g.pick("mean", "max", "min", "logsumexp", "sum", "ptp"), object{{"axis", axis}, {"keepdims", true}}, at(1))
		g.apply(g.pick("subtract", "maximum", "logaddexp"), nil, shape, from, g.last)
	case 4:
		if g.flip(50) {
			g.apply("cumsum", object{{"axis", axis}}, shape)
		}
		g.apply(g.pick("flip", "softmax"), object{{"axis", axis}}, shape)
	case 5:
		g.apply("roll", object{{"shift", 1}, {"axis", axis}}, shape)
		g.apply("concatenate", object{{"axis", axis}}, at(2*n), from, g.last)
	case 6:
		if n%2 == 0 {
			g.apply("split", object{{"indices_or_sections", 2}, {"axis", axis}}, at(n/2))
			g.apply("multiply", nil, at(n/2), g.last, g.last+".1")
		} else {
			g.apply("take", object{{"indices", []int{0, n - 1, n / 2}}, {"axis", axis}}, at(3))
		}
	case 7:
		if len(shape) == 2 {
			steps := shape[0]
			g.apply("einsum", object{{"subscripts", "bqd,bkd->bqk"}}, []int{steps, steps}, from, from)
			g.apply("matmul", nil, shape, g.last, from)
		} else {
			g.apply("prod", object{{"axis", axis}, {"keepdims", true}}, at(1))
		}
	case 8:
		key := make([]any, len(shape)+1)
		for i := range key {
			key[i] = ":"
		}
		key[axis] = "::-2"
		g.apply("get_item", object{{"key", key}}, at((n+1)/2))
		g.apply("pad", object{{"pad_width", padding(len(shape), axis)}}, at((n+1)/2+1))
	}
}

// padding is one element before those of an axis.
func padding(rank, axis int) [][2]int {
	list := make([][2]int, rank+1)
	list[axis][0] = 1
	return list
}
