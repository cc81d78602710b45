package nn

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Constraint is what every step of an optimizer holds a tensor to. The zero value is
// none. Source: Keras 3, constraints/constraints.py.
type Constraint struct {
	// Kind is Keras's name: non_neg makes what is below 0 0; unit_norm makes the vectors
	// along Axes 1 long; max_norm those that are longer than MaxValue that long;
	// min_max_norm brings their lengths between MinValue and MaxValue, by the share
	// Rate of the way.
	Kind               string
	MinValue, MaxValue float64
	Rate               float64
	Axes               []int // ascending
}

// String is the constraint as a tag of a parameter block has it, see [SegmentsOf].
func (c Constraint) String() string {
	text := c.Kind
	number := func(name string, v float64) { text += " " + name + "=" + strconv.FormatFloat(v, 'g', -1, 64) }
	switch c.Kind {
	case "max_norm":
		number("max_value", c.MaxValue)
	case "min_max_norm":
		number("min_value", c.MinValue)
		number("max_value", c.MaxValue)
		number("rate", c.Rate)
	}
	for _, a := range c.Axes {
		text += fmt.Sprintf(" axis=%d", a)
	}
	return text
}

// constraintOf reads what String wrote. It panics at anything else: the tag is a
// program's.
func constraintOf(text string) Constraint {
	kind, rest, _ := strings.Cut(text, " ")
	c := Constraint{Kind: kind, Rate: 1}
	for _, f := range strings.Fields(rest) {
		name, value, _ := strings.Cut(f, "=")
		x, err := strconv.ParseFloat(value, 64)
		switch name {
		case "min_value":
			c.MinValue = x
		case "max_value":
			c.MaxValue = x
		case "rate":
			c.Rate = x
		case "axis":
			c.Axes = append(c.Axes, int(x))
		default:
			err = fmt.Errorf("unknown setting")
		}
		if err != nil {
			panic(fmt.Sprintf("nn: constraint %q: %s: %v", text, name, err))
		}
	}
	if !slices.Contains([]string{"", "non_neg", "unit_norm", "max_norm", "min_max_norm"}, kind) {
		panic(fmt.Sprintf("nn: unknown constraint %q", text))
	}
	return c
}

// normEpsilon is Keras's backend.epsilon(), which is added to lengths.
const normEpsilon = 1e-7

// Held is a constraint on a tensor of one shape.
type Held struct {
	Constraint
	// The elements of one vector are reached by the axes that it lies along, the
	// vectors by the others.
	along, across []int
}

// On is the constraint on tensors of a shape, row-major.
func (c Constraint) On(shape []int) *Held {
	h := &Held{Constraint: c, along: []int{0}, across: []int{0}}
	stride := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if slices.Contains(c.Axes, i) {
			h.along = spread(h.along, shape[i], stride)
		} else {
			h.across = spread(h.across, shape[i], stride)
		}
		stride *= shape[i]
	}
	return h
}

// Apply holds the elements w of the tensor to the constraint.
func (h *Held) Apply(w []float32) {
	switch h.Kind {
	case "":
		return
	case "non_neg":
		for i, v := range w {
			w[i] = max(v, 0)
		}
		return
	}
	for _, first := range h.across {
		var sum float64
		for _, i := range h.along {
			v := float64(w[first+i])
			sum += float64(v * v)
		}
		norm := math.Sqrt(sum)
		scale := float32(h.desired(norm) / (normEpsilon + norm))
		for _, i := range h.along {
			w[first+i] *= scale
		}
	}
}

// desired is the length that a vector shall have.
func (c Constraint) desired(norm float64) float64 {
	switch c.Kind {
	case "unit_norm":
		return 1
	case "max_norm":
		return min(norm, c.MaxValue)
	}
	return float64(c.Rate*min(max(norm, c.MinValue), c.MaxValue)) + float64((1-c.Rate)*norm)
}

// spread gives every offset n places, a stride apart.
func spread(offsets []int, n, stride int) []int {
	out := make([]int, 0, n*len(offsets))
	for i := range n {
		for _, o := range offsets {
			out = append(out, o+i*stride)
		}
	}
	return out
}
