package conformance

// attention appends a layer that attends over steps, or one that often stands beside
// such a layer, to a chain that has reached [steps, features].
func (g *generator) attention() {
	steps, width := g.shape[0], g.shape[1]
	x := g.last
	if g.flip(15) {
		out := 1 + g.r.IntN(5)
		g.add("EinsumDense", object{{"equation", "abc,cde->abde"}, {"output_shape", []any{nil, out, 2}}, {"bias_axes", g.pick("d", "e", "de")}, {"activation", g.pick("linear", "tanh")}}, []int{steps, out, 2}, x)
		return
	}
	value, source := x, steps
	if g.flip(30) { // other steps than the query's
		source = 1 + g.r.IntN(5)
		g.add("Permute", object{{"dims", []int{2, 1}}}, []int{width, steps})
		g.dense(source, "tanh")
		value = g.add("Permute", object{{"dims", []int{2, 1}}}, []int{source, width})
		g.last, g.shape = x, []int{steps, width}
	}
	inputs := []string{x, value}
	var args object
	flag := func(name string, percent int) {
		if g.flip(percent) {
			args = append(args, member{name, true})
		}
	}
	number := func(name string, percent int, n any) {
		if g.flip(percent) {
			args = append(args, member{name, n})
		}
	}
	flag("use_causal_mask", 30)
	number("dropout", 20, 0.25)
	projected := func() {
		flag("use_gate", 15)
		number("use_bias", 20, false)
		number("sliding_window", 15, 1+g.r.IntN(3))
		if g.flip(20) {
			args = append(args, member{"attention_mask", true})
			g.add("GlobalAveragePooling1D", nil, []int{width}, x)
			g.add("Dense", object{{"units", source * steps}, {"activation", "relu"}, {"trainable", false}}, []int{source * steps})
			inputs = append(inputs, g.add("Reshape", object{{"target_shape", []int{steps, source}}}, nil))
		}
	}
	switch g.r.IntN(6) {
	case 0, 1, 2:
		projected()
		number("value_dim", 30, 1+g.r.IntN(4))
		out := width
		if g.flip(30) {
			out = 1 + g.r.IntN(6)
			args = append(args, member{"output_shape", []int{out}})
		}
		heads := 1 + g.r.IntN(4)
		args = append(args, member{"num_heads", heads}, member{"key_dim", 1 + g.r.IntN(8)})
		if g.flip(15) {
			name := g.add("MultiHeadAttention", append(args, member{"return_attention_scores", true}), []int{steps, out}, inputs...)
			g.add("Flatten", nil, nil, name+".attention_scores")
			scores := g.last
			g.add("GlobalAveragePooling1D", nil, nil, name)
			g.add("Concatenate", nil, []int{heads*steps*source + out}, scores, g.last)
			return
		}
		g.add("MultiHeadAttention", args, []int{steps, out}, inputs...)
	case 3:
		projected()
		groups := 1 + g.r.IntN(2)
		args = append(args, member{"head_dim", 1 + g.r.IntN(5)}, member{"num_key_value_heads", groups}, member{"num_query_heads", groups * (1 + g.r.IntN(3))})
		g.add("GroupedQueryAttention", args, []int{steps, width}, inputs...)
	case 4:
		flag("use_scale", 50)
		number("score_mode", 40, "concat")
		g.add("Attention", args, []int{steps, width}, inputs...)
	case 5:
		number("use_scale", 30, false)
		g.add("AdditiveAttention", args, []int{steps, width}, inputs...)
	}
}

// positions adds what tells steps apart.
func (g *generator) positions() {
	x, shape := g.last, g.shape
	if g.flip(50) {
		g.add("SinePositionEncoding", nil, shape)
	} else {
		g.add("PositionEmbedding", object{{"sequence_length", shape[len(shape)-2] + g.r.IntN(3)}}, shape)
	}
	g.add("Add", nil, shape, x, g.last)
}
