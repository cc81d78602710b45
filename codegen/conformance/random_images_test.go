package conformance

import (
	"slices"
	"strings"
)

// volume is the value at hand as layers over space see it: its channels, which come
// first in some, and how long every axis of space is.
type volume struct {
	first    bool
	channels int
	space    []int
}

// volume draws which axis of the value at hand the channels are.
func (g *generator) volume() volume {
	last := len(g.shape) - 1
	if g.flip(20) {
		return volume{true, g.shape[0], g.shape[1:]}
	}
	return volume{false, g.shape[last], g.shape[:last]}
}

// over appends a layer that makes so many channels and such axes of space of v.
func (g *generator) over(v volume, kind string, args object, space []int, channels int) {
	shape := append(slices.Clone(space), channels)
	if v.first {
		args = append(args, member{"data_format", "channels_first"})
		shape = append([]int{channels}, space...)
	}
	if strings.HasPrefix(kind, "Conv") || strings.HasPrefix(kind, "DepthwiseConv") {
		g.wrapped(kind, args, shape)
		return
	}
	g.add(kind, args, shape)
}

// windows draws how windows go over every axis of space: the arguments of a layer, and
// how many positions there are. Keras takes either strides or a dilation, and of
// depthwise layers both.
func (g *generator) windows(v volume, size, padding string, dilate, both bool) (args object, out []int) {
	dilate = dilate && g.flip(30)
	stride := (both || !dilate) && g.flip(40)
	var sizes, strides, dilations []int
	for _, n := range v.space {
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
// axis of space becomes.
func (g *generator) transposed(v volume) (args object, out []int) {
	padding, dilate, more := g.pick("valid", "same"), g.flip(20), g.flip(30)
	var sizes, strides, dilations, paddings []int
	for _, n := range v.space {
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

// convolution appends a convolution, a pooling, a border or another size of a sequence,
// an image or a volume.
func (g *generator) convolution() {
	if len(g.shape) == 4 && g.flip(25) {
		g.frames()
		return
	}
	v := g.volume()
	suffix := []string{1: "1D", 2: "2D", 3: "3D"}[len(v.space)]
	padding := g.pick("valid", "same")
	end := func() object {
		return object{{"activation", g.pick("linear", "relu", "tanh", "gelu", "sigmoid", "elu")}, {"use_bias", g.flip(80)}}
	}
	kind := g.r.IntN(16)
	switch {
	case kind >= 13:
		if suffix == "2D" && !v.first {
			g.augmentation()
		}
	case kind == 0:
		args, out := g.transposed(v)
		filters := 1 + g.r.IntN(6)
		g.over(v, "Conv"+suffix+"Transpose", append(append(args, end()...), member{"filters", filters}), out, filters)
	case kind <= 2 || kind <= 4 && suffix == "3D":
		if suffix == "1D" && g.flip(30) {
			padding = "causal"
		}
		args, out := g.windows(v, "kernel_size", padding, true, false)
		groups := 1
		if v.channels%2 == 0 && g.flip(30) {
			groups = 2
		}
		filters := groups * (1 + g.r.IntN(9/groups))
		args = append(append(args, end()...), member{"filters", filters}, member{"groups", groups})
		if g.flip(15) {
			args = append(args, member{"kernel_regularizer", object{{"l2", 0.01}}})
			g.penalised = true
		}
		g.over(v, "Conv"+suffix, args, out, filters)
	case kind == 3:
		args, out := g.windows(v, "kernel_size", padding, true, true)
		m := 1 + g.r.IntN(2)
		g.over(v, "DepthwiseConv"+suffix, append(append(args, end()...), member{"depth_multiplier", m}), out, v.channels*m)
	case kind == 4:
		args, out := g.windows(v, "kernel_size", padding, true, true)
		filters := 1 + g.r.IntN(6)
		args = append(append(args, end()...), member{"depth_multiplier", 1 + g.r.IntN(2)}, member{"filters", filters})
		g.over(v, "SeparableConv"+suffix, args, out, filters)
	case kind <= 6:
		args, out := g.windows(v, "pool_size", padding, false, false)
		g.over(v, g.pick("MaxPooling", "AveragePooling")+suffix, args, out, v.channels)
	case kind == 7:
		g.over(v, g.pick("GlobalAveragePooling", "GlobalMaxPooling")+suffix, nil, nil, v.channels)
	case kind == 8:
		g.border(v, suffix)
	case kind == 9:
		out := make([]int, len(v.space))
		for i := range out {
			out[i] = 1 + g.r.IntN(5)
		}
		g.over(v, g.pick("AdaptiveMaxPooling", "AdaptiveAveragePooling")+suffix, object{{"output_size", out}}, out, v.channels)
	default:
		g.resized(v, suffix)
	}
}

// frames appends a layer over images that is applied to each of a film.
func (g *generator) frames() {
	one := &generator{r: g.r, shape: g.shape[1:], bare: true}
	for one.layers == nil { // some draws add nothing
		one.convolution()
	}
	g.penalised = g.penalised || one.penalised
	drawn := one.layers[0][0]
	args := drawn.value.(object)
	layer := object{{drawn.key, args[:len(args)-2]}} // without a name and inputs
	g.add("TimeDistributed", object{{"layer", layer}}, append([]int{g.shape[0]}, one.shape...))
}

// border appends zeros around the value at hand, or cuts its ends off.
func (g *generator) border(v volume, suffix string) {
	sides := make([][2]int, len(v.space))
	out := slices.Clone(v.space)
	if v.first && suffix == "1D" || g.flip(60) { // Cropping1D has no data_format
		for i := range out {
			sides[i] = [2]int{g.r.IntN(2), g.r.IntN(3)}
			out[i] += sides[i][0] + sides[i][1]
		}
		g.over(v, "ZeroPadding"+suffix, object{{"padding", sides}}, out, v.channels)
		return
	}
	for i, n := range out {
		before := g.r.IntN(n)
		sides[i] = [2]int{before, g.r.IntN(n - before)}
		out[i] -= sides[i][0] + sides[i][1]
	}
	g.over(v, "Cropping"+suffix, object{{"cropping", sides}}, out, v.channels)
}

// resized appends a layer that gives the value at hand another size.
func (g *generator) resized(v volume, suffix string) {
	method := func() member {
		return member{"interpolation", g.pick("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")}
	}
	height, width := 1+g.r.IntN(7), 1+g.r.IntN(7)
	to := object{{"height", height}, {"width", width}}
	switch {
	case suffix == "2D" && g.flip(40):
		args := append(to, method(), member{"antialias", g.flip(30)})
		switch g.r.IntN(3) {
		case 0:
			args = append(args, member{"crop_to_aspect_ratio", true})
		case 1:
			args = append(args, member{"pad_to_aspect_ratio", true}, member{"fill_value", 0.5})
		}
		g.over(v, "Resizing", args, []int{height, width}, v.channels)
	case suffix == "2D" && g.flip(30):
		g.over(v, "CenterCrop", to, []int{height, width}, v.channels)
	default:
		var size []int
		out := slices.Clone(v.space)
		for i := range out {
			size = append(size, 1+g.r.IntN(2+len(out)%2))
			out[i] *= size[i]
		}
		args := object{{"size", size}}
		if suffix == "2D" {
			args = append(args, method())
		}
		if suffix == "1D" {
			v = volume{false, g.shape[1], nil}
			out = []int{g.shape[0] * size[0]}
		}
		g.over(v, "UpSampling"+suffix, args, out, v.channels)
	}
}

// augmentation appends a layer that changes images at random while training.
func (g *generator) augmentation() {
	if g.flip(25) {
		g.levels()
		return
	}
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
