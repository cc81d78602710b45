package conformance

import "slices"

// windows draws how windows go over every space axis of the value at hand: the
// arguments of a layer, and how many positions there are. Keras takes either
// strides or a dilation.
func (g *generator) windows(size, padding string, dilate bool) (args object, out []int) {
	dilate = dilate && g.flip(30)
	stride := !dilate && g.flip(40)
	var sizes, strides, dilations []int
	for _, n := range g.shape[:len(g.shape)-1] {
		k, s, d := 1+g.r.IntN(min(n, 3)), 1, 1
		if stride {
			s = 2
		}
		if dilate && (padding != "valid" || 2*k-1 <= n) {
			d = 2
		}
		positions := (n + s - 1) / s
		if padding == "valid" {
			positions = (n-(k-1)*d-1)/s + 1
		}
		sizes, strides, dilations, out = append(sizes, k), append(strides, s), append(dilations, d), append(out, positions)
	}
	args = object{{size, sizes}, {"strides", strides}, {"padding", padding}}
	if dilate {
		args = append(args, member{"dilation_rate", dilations})
	}
	return args, out
}

// transposed draws the arguments of a transposed convolution, and how long every
// space axis becomes.
func (g *generator) transposed() (args object, out []int) {
	padding, dilate, more := g.pick("valid", "same"), g.flip(20), g.flip(30)
	var sizes, strides, dilations, paddings []int
	for _, n := range g.shape[:len(g.shape)-1] {
		k, s, d, p := 1+g.r.IntN(3), 1+g.r.IntN(2), 1, 0
		if dilate {
			s, d = 1, 2
		}
		if more {
			k, p = 1+2*g.r.IntN(2), g.r.IntN(s)
		}
		span := (k-1)*d + 1
		switch {
		case padding == "valid" && more:
			out = append(out, (n-1)*s+span+p)
		case padding == "valid":
			out = append(out, (n-1)*s+max(span, s))
		case more:
			out = append(out, (n-1)*s+1+p)
		default:
			out = append(out, n*s)
		}
		sizes, strides, dilations, paddings = append(sizes, k), append(strides, s), append(dilations, d), append(paddings, p)
	}
	args = object{{"kernel_size", sizes}, {"strides", strides}, {"padding", padding}, {"dilation_rate", dilations}}
	if more {
		args = append(args, member{"output_padding", paddings})
	}
	return args, out
}

// convolution appends a convolution, a pooling or a border of a sequence or an
// image.
func (g *generator) convolution() {
	last := len(g.shape) - 1
	channels, suffix := g.shape[last], []string{"1D", "2D"}[last-1]
	padding := g.pick("valid", "same")
	end := func() object {
		return object{{"activation", g.pick("linear", "relu", "tanh", "gelu", "sigmoid", "elu")}, {"use_bias", g.flip(80)}}
	}
	switch g.r.IntN(12) {
	case 9, 10, 11:
		if suffix == "2D" {
			g.augmentation()
		}
	case 0:
		args, out := g.transposed()
		filters := 1 + g.r.IntN(6)
		g.add("Conv"+suffix+"Transpose", append(append(args, end()...), member{"filters", filters}), append(out, filters))
	case 1, 2:
		if suffix == "1D" && g.flip(30) {
			padding = "causal"
		}
		args, out := g.windows("kernel_size", padding, true)
		groups := 1
		if channels%2 == 0 && g.flip(30) {
			groups = 2
		}
		filters := groups * (1 + g.r.IntN(9/groups))
		args = append(append(args, end()...), member{"filters", filters}, member{"groups", groups})
		if g.flip(15) {
			args = append(args, member{"kernel_regularizer", object{{"l2", 0.01}}})
		}
		g.add("Conv"+suffix, args, append(out, filters))
	case 3:
		args, out := g.windows("kernel_size", padding, true)
		m := 1 + g.r.IntN(2)
		g.add("DepthwiseConv"+suffix, append(append(args, end()...), member{"depth_multiplier", m}), append(out, channels*m))
	case 4:
		args, out := g.windows("kernel_size", padding, true)
		filters := 1 + g.r.IntN(6)
		args = append(append(args, end()...), member{"depth_multiplier", 1 + g.r.IntN(2)}, member{"filters", filters})
		g.add("SeparableConv"+suffix, args, append(out, filters))
	case 5, 6:
		args, out := g.windows("pool_size", padding, false)
		g.add(g.pick("MaxPooling", "AveragePooling")+suffix, args, append(out, channels))
	case 7:
		g.add(g.pick("GlobalAveragePooling", "GlobalMaxPooling")+suffix, nil, []int{channels})
	case 8:
		var sides [][2]int
		out := append([]int(nil), g.shape...)
		for i := range last {
			before, after := g.r.IntN(2), g.r.IntN(3)
			sides = append(sides, [2]int{before, after})
			out[i] += before + after
		}
		g.add("ZeroPadding"+suffix, object{{"padding", sides}}, out)
	}
}

// augmentation appends a layer that changes images at random while training.
func (g *generator) augmentation() {
	h, w := g.shape[0], g.shape[1]
	args := object{}
	set := func(name string, value any) { args = append(args, member{name, value}) }
	fill := func() {
		set("fill_mode", g.pick("reflect", "constant", "nearest"))
		set("interpolation", g.pick("bilinear", "bilinear", "nearest"))
		set("fill_value", 0.25)
	}
	if g.flip(20) {
		set("seed", g.r.IntN(9))
	}
	shape := g.shape
	kind := g.pick("RandomFlip", "RandomTranslation", "RandomZoom", "RandomRotation", "RandomShear", "RandomCrop", "RandomContrast", "RandomBrightness", "RandomErasing",
		"RandomInvert", "RandomSharpness", "Solarization", "RandomPosterization", "AutoContrast", "RandomGaussianBlur", "RandomPerspective")
	if g.shape[2] == 3 && g.flip(60) {
		kind = g.pick("RandomGrayscale", "RandomColorDegeneration", "RandomHue", "RandomSaturation", "RandomColorJitter")
	}
	if kind == "RandomPerspective" && min(h, w) < 2 {
		kind = "RandomInvert"
	}
	if slices.Contains([]string{"RandomHue", "RandomSaturation", "RandomColorJitter", "RandomPosterization", "AutoContrast"}, kind) {
		g.add("Activation", object{{"activation", "sigmoid"}}, g.shape) // pixels from 0 to 1
	}
	switch kind {
	case "RandomFlip":
		set("mode", g.pick("horizontal", "vertical", "horizontal_and_vertical"))
	case "RandomTranslation":
		set("height_factor", 0.3)
		set("width_factor", []float64{-0.2, 0.7})
		fill()
	case "RandomZoom":
		set("height_factor", 0.4)
		if g.flip(50) {
			set("width_factor", 0.2)
		}
		fill()
	case "RandomRotation":
		set("factor", 0.3)
		fill()
	case "RandomShear":
		set("x_factor", 0.6)
		set("y_factor", 0.3)
		fill()
	case "RandomCrop":
		shape = []int{1 + g.r.IntN(h+1), 1 + g.r.IntN(w+1), g.shape[2]}
		set("height", shape[0])
		set("width", shape[1])
	case "RandomContrast", "RandomBrightness":
		set("factor", 0.4)
		set("value_range", []float64{-4, 4})
	case "RandomInvert", "Solarization":
		set("value_range", []float64{-4, 4})
		if kind == "Solarization" {
			set("addition_factor", 0.2)
			set("threshold_factor", []float64{0.4, 0.8})
		}
	case "RandomSharpness", "RandomColorDegeneration":
		set("factor", 0.9)
		set("value_range", []float64{-4, 4})
	case "RandomHue", "RandomSaturation":
		set("factor", []float64{0.2, 0.7})
		set("value_range", []float64{0, 1})
	case "RandomColorJitter":
		set("brightness_factor", 0.2)
		set("contrast_factor", 0.4)
		set("saturation_factor", []float64{0.2, 0.7})
		set("hue_factor", 0.3)
		set("value_range", []float64{0, 1})
	case "RandomPosterization":
		set("factor", 7)
		set("value_range", []float64{0, 1})
	case "AutoContrast":
		args = object{{"value_range", []float64{0, 1}}}
	case "RandomGaussianBlur":
		set("kernel_size", []int{3, 5}[g.r.IntN(2)])
		set("sigma", []float64{0.5, 0.9})
		set("value_range", []float64{-4, 4})
	case "RandomPerspective":
		set("interpolation", g.pick("bilinear", "nearest"))
		set("fill_value", 0.25)
	case "RandomErasing":
		set("scale", []float64{0.1, 0.6})
		set("value_range", []float64{-1, 1})
		if g.flip(50) {
			set("fill_value", 0.5)
		}
	}
	g.add(kind, args, shape)
}
