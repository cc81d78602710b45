package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// sliding is a contraction in which a kernel slides over an image; see package layer,
// convolve.go. All lists have an entry for every axis of space.
type sliding struct {
	lead                            int // axes before those of space
	transposed                      bool
	strides, dilations, before, out []int
	taps                            []int // extents of the kernel
	groups                          int
	// kernel are the axes of the kernel in the order of ONNX, and shape is what it is then.
	kernel []int
	shape  ir.Shape
}

// slidingOf reads a contraction as a convolution, or as what a convolution makes of the
// gradient of its result.
func slidingOf(k *op.Contract, kernel ir.Shape) (s sliding, ok bool) {
	space := len(kernel) - 2
	if s.lead = len(k.Lhs) - space - 1; space < 1 || space > 3 || s.lead < 1 || len(k.Out) != len(k.Lhs) || len(k.Rhs) != len(kernel) {
		return s, false
	}
	for i := range s.lead {
		if !sameIndex(k.Lhs[i], k.Out[i]) || !isPlain(k.Lhs[i]) && len(k.Lhs[i].Terms) > 0 {
			return s, false
		}
	}
	image, places := k.Lhs, k.Out
	if slides := func(list []op.Index) bool {
		return slices.ContainsFunc(list[s.lead:len(list)-1], func(x op.Index) bool { return len(x.Terms) == 2 || x.Offset != 0 })
	}; slides(k.Out) {
		s.transposed = true
		image, places = k.Out, k.Lhs
	} else if !slides(k.Lhs) {
		return s, false
	}
	for i := range space {
		at, place, tap := image[s.lead+i], places[s.lead+i], k.Rhs[i]
		if !isPlain(place) || !isPlain(tap) || len(at.Terms) != 2 || at.Offset > 0 {
			return s, false
		}
		byPlace, byTap := at.Terms[0], at.Terms[1]
		if byPlace.Axis != place.Terms[0].Axis {
			byPlace, byTap = byTap, byPlace
		}
		if byPlace.Axis != place.Terms[0].Axis || byTap.Axis != tap.Terms[0].Axis || byPlace.Coef < 1 || byTap.Coef < 1 {
			return s, false
		}
		s.strides, s.dilations, s.before = append(s.strides, byPlace.Coef), append(s.dilations, byTap.Coef), append(s.before, -at.Offset)
		s.taps, s.kernel = append(s.taps, kernel[i]), append(s.kernel, i)
	}
	s.out = k.Shape[s.lead : s.lead+space]
	return s, s.channels(k, kernel, space)
}

// channels reads how the channels of the image, the kernel and the result go together.
func (s *sliding) channels(k *op.Contract, kernel ir.Shape, space int) bool {
	last := func(list []op.Index) op.Index { return list[len(list)-1] }
	in, out, a, b := last(k.Lhs), last(k.Out), k.Rhs[space], k.Rhs[space+1]
	channels, filters := kernel[space], kernel[space+1]
	switch {
	case s.transposed: // [taps…, filters, channels] -> [channels, filters, taps…]
		if sameIndex(in, b) && sameIndex(out, a) && isPlain(in) && isPlain(out) {
			s.groups, s.kernel, s.shape = 1, append([]int{space + 1, space}, s.kernel...), ir.Shape{filters, channels}
			break
		}
		if !sameIndex(in, a) || !grouped(out, b, in) || !isPlain(in) && len(in.Terms) != 2 { // [taps…, channels, filters/groups]
			return false
		}
		s.groups = groupsOf(k, in)
		s.kernel, s.shape = append([]int{space, space + 1}, s.kernel...), ir.Shape{channels, filters}
	case sameIndex(in, a) && isPlain(in) && sameIndex(out, b) && isPlain(out): // [taps…, channels, filters]
		s.groups, s.kernel, s.shape = 1, append([]int{space + 1, space}, s.kernel...), ir.Shape{filters, channels}
	case len(in.Terms) == 2 && sameIndex(out, b) && len(out.Terms) == 2 && isPlain(a) && a.Terms[0].Axis == in.Terms[1].Axis && in.Terms[0].Axis == out.Terms[0].Axis:
		s.groups, s.kernel, s.shape = groupsOf(k, in), append([]int{space + 1, space}, s.kernel...), ir.Shape{filters, channels}
	case sameIndex(in, a) && isPlain(in) && (grouped(out, b, in) || sameIndex(out, in) && len(b.Terms) == 0): // depthwise: [taps…, channels, multiplier]
		s.groups, s.kernel, s.shape = channels, append([]int{space, space + 1}, s.kernel...), ir.Shape{channels * filters, 1}
	default:
		return false
	}
	s.shape = append(s.shape, s.taps...)
	return true
}

// grouped reports that out is element b of the block that in belongs to.
func grouped(out, b, in op.Index) bool {
	if len(out.Terms) != 2 || !isPlain(b) || len(in.Terms) == 0 {
		return len(in.Terms) == 1 && sameIndex(out, b) && isPlain(b)
	}
	return out.Terms[0].Axis == in.Terms[0].Axis && out.Terms[1].Axis == b.Terms[0].Axis && out.Terms[1].Coef == 1 && out.Offset == 0
}

// groupsOf is how many blocks an index of channels has.
func groupsOf(k *op.Contract, in op.Index) int {
	if len(in.Terms) < 2 {
		return 1
	}
	return k.Axes[in.Terms[0].Axis].Extent
}

func isPlain(x op.Index) bool {
	return len(x.Terms) == 1 && x.Terms[0].Coef == 1 && x.Offset == 0
}

func sameIndex(x, y op.Index) bool { return x.Offset == y.Offset && slices.Equal(x.Terms, y.Terms) }

// convolution writes a Conv or a ConvTranspose.
func (e products) convolution(v *ir.Value, args []*ir.Value, s sliding, bias *ir.Value) bool {
	x, kernel := args[0], args[1]
	kind, attributes, ok := s.operator(s.image(x.Shape))
	if !ok {
		e.errorf(v, "its padding is such that %s of ONNX gives another shape than %v", kind, v.Shape)
		return true
	}
	name := ""
	if s.lead == 1 {
		name = e.channelsFirst(x)
	} else if name = e.value(x); name != "" {
		flat := append([]int{-1}, x.Shape[s.lead:]...)
		name = e.reshaped(name, flat, inner(title(v), "images"))
		name = e.node("Transpose", []string{name}, inner(title(v), "channels_first"), intsOf("perm", toFirst(len(flat))...))
	}
	if name == "" {
		return true
	}
	in := []string{name, e.constant(kernel, s.kernel, s.shape)}
	if bias != nil {
		in = append(in, e.constant(bias, nil, ir.Shape{bias.Shape.Elements()}))
	}
	if s.lead == 1 {
		e.setFirst(v, kind, in, attributes...)
		return true
	}
	y := e.node(kind, in, inner(title(v), "images"), attributes...)
	y = e.node("Transpose", []string{y}, inner(title(v), "channels_last"), intsOf("perm", toLast(len(s.taps)+2)...))
	shape := extents(v.Shape)
	shape[0] = -1 // the rows are not the first extent of the images
	e.set(v, "Reshape", []string{y, e.ints(shape...)})
	return true
}

// image are the extents of space of an operand.
func (s sliding) image(shape ir.Shape) []int { return shape[s.lead : len(shape)-1] }

// operator is the node for an image of such extents; not ok where the operator would give
// other extents.
func (s sliding) operator(in []int) (kind string, attributes []*attribute, ok bool) {
	after, extra := make([]int, len(in)), make([]int, len(in))
	ok = true
	for i, d := range in {
		span := (s.taps[i]-1)*s.dilations[i] + 1
		if s.transposed {
			rest := (d-1)*s.strides[i] + span - s.before[i] - s.out[i]
			after[i], extra[i] = max(rest, 0), max(-rest, 0)
			ok = ok && s.before[i] >= 0 && extra[i] < max(s.strides[i], s.dilations[i])
			continue
		}
		after[i] = max((s.out[i]-1)*s.strides[i]+span-s.before[i]-d, 0)
		ok = ok && s.before[i] >= 0 && (d+s.before[i]+after[i]-span)/s.strides[i]+1 == s.out[i]
	}
	attributes = []*attribute{
		intsOf("kernel_shape", s.taps...), intsOf("strides", s.strides...), intsOf("dilations", s.dilations...),
		intsOf("pads", slices.Concat(s.before, after)...), intOf("group", s.groups),
	}
	if !s.transposed {
		return "Conv", attributes, ok
	}
	if slices.Max(extra) > 0 {
		attributes = append(attributes, intsOf("output_padding", extra...))
	}
	return "ConvTranspose", attributes, ok
}
