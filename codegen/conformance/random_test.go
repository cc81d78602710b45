package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// object keeps the order of its members: the order of layers' arguments shows
// in error messages, and a map would make it random.
type object []member

type member struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		k, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, k...), ':'), v...)
	}
	return append(out, '}'), nil
}

// generator draws the description of one random network: a chain with an
// optional branch, over every input kind and layer that this version compiles.
type generator struct {
	r      *rand.Rand
	layers []object
	shape  []int  // of the value that the chain has reached, without the batch
	last   string // its layer's name
	// penalised: a layer has a regularizer
	penalised bool
	// more: another chain follows, which may have one
	more bool
	// bare: its layers are used twice, or within others, and are not wrapped
	bare  bool
	count int
}

func (g *generator) pick(names ...string) string { return names[g.r.IntN(len(names))] }

func (g *generator) flip(percent int) bool { return g.r.IntN(100) < percent }

// add appends a layer that follows the chain and reports its name.
func (g *generator) add(kind string, args object, shape []int, inputs ...string) string {
	g.count++
	name := fmt.Sprintf("%s_%d", kind, g.count)
	args = append(args, member{"name", name})
	if len(inputs) == 0 && g.last != "" {
		inputs = []string{g.last}
	}
	args = append(args, member{"inputs", inputs})
	g.layers = append(g.layers, object{{kind, args}})
	g.last, g.shape = name, shape
	return name
}

var activations = []string{
	"linear", "relu", "sigmoid", "tanh", "softmax", "log_softmax", "elu", "selu", "gelu", "silu",
	"softplus", "softsign", "exponential", "leaky_relu", "hard_sigmoid", "mish", "relu6",
	"celu", "glu", "hard_silu", "hard_tanh", "log_sigmoid", "soft_shrink", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink",
}

func (g *generator) dense(units int, activation string) {
	if strings.HasSuffix(activation, "max") {
		units = max(units, 2) // over one unit it is a constant, which is refused
	}
	args := object{{"units", units}, {"activation", activation}}
	if activation == "glu" {
		args[0].value = 2 * units // of which it leaves half
	}
	if g.flip(20) {
		args = append(args, member{"use_bias", false})
	}
	if g.flip(20) {
		args = append(args, member{"kernel_regularizer", object{{g.pick("l1", "l2"), 0.01}}})
		g.penalised = true
	}
	if g.flip(10) {
		args = append(args, member{"kernel_constraint", g.pick("max_norm", "unit_norm", "non_neg", "min_max_norm")})
	}
	if g.flip(10) {
		args = append(args, member{"trainable", false})
	}
	shape := append(append([]int(nil), g.shape[:len(g.shape)-1]...), units)
	g.wrapped("Dense", args, shape)
}

// input draws an input of the model and whatever must directly follow it. Of several
// none is ragged.
func (g *generator) input(name string, several bool) object {
	g.last = name
	dim := 1 + g.r.IntN(9)
	kind := g.r.IntN(8)
	if kind == 4 && several {
		kind = 3
	}
	switch kind {
	case 0, 1:
		g.shape = []int{dim}
		return object{{"shape", g.shape}}
	case 2:
		g.shape = []int{1 + g.r.IntN(8), dim}
		return object{{"shape", g.shape}}
	case 6, 7:
		g.shape = []int{2 + g.r.IntN(6), 2 + g.r.IntN(6), 1 + g.r.IntN(4)}
		if g.flip(40) {
			g.shape = []int{2 + g.r.IntN(3), 1 + g.r.IntN(4), 2 + g.r.IntN(3), 1 + g.r.IntN(4)}
		}
		in := object{{"shape", g.shape}}
		g.convolution()
		return in
	case 3: // ids of a fixed length
		t, vocabulary := 2+g.r.IntN(5), 3+g.r.IntN(20)
		g.shape = []int{t}
		in := object{{"shape", g.shape}, {"dtype", "int32"}}
		g.add("Embedding", object{{"input_dim", vocabulary}, {"output_dim", dim}}, []int{t, dim})
		if g.flip(60) {
			g.add("GlobalAveragePooling1D", nil, []int{dim})
		}
		return in
	case 4: // ids of any length
		vocabulary := 4 + g.r.IntN(30)
		g.add("CategoryEncoding", object{{"num_tokens", vocabulary}, {"output_mode", g.pick("multi_hot", "count")}}, []int{vocabulary})
		if g.flip(80) {
			g.dense(1+g.r.IntN(8), g.pick(activations...))
		}
		return object{{"shape", []any{nil}}, {"dtype", "int32"}}
	default: // one category
		vocabulary := 2 + g.r.IntN(8)
		g.add("CategoryEncoding", object{{"num_tokens", vocabulary}, {"output_mode", "one_hot"}}, []int{vocabulary})
		return object{{"shape", []int{1}}, {"dtype", "int32"}}
	}
}

// step appends one random layer.
func (g *generator) step() {
	width := g.shape[len(g.shape)-1]
	switch {
	case len(g.shape) == 2 && g.flip(30):
		g.attention()
		return
	case len(g.shape) == 2 && g.flip(30):
		g.recurrent()
		return
	case len(g.shape) > 1 && g.flip(10):
		g.positions()
		return
	case g.flip(12):
		g.operation()
		return
	case len(g.shape) < 3 && g.flip(6):
		g.signal()
		return
	case len(g.shape) > 1 && len(g.shape) < 5 && product(g.shape) < 600 && g.flip(50):
		g.convolution()
		return
	}
	switch g.r.IntN(15) {
	case 0, 1, 2:
		g.dense(1+g.r.IntN(12), g.pick(activations...))
	case 3:
		name := g.pick(activations...)
		if width == 1 && strings.HasSuffix(name, "max") || name == "glu" {
			name = "mish"
		}
		g.add("Activation", object{{"activation", name}}, g.shape)
	case 4:
		g.noise()
	case 5:
		if !strings.HasPrefix(g.last, "BatchNormalization") { // its shift would have no gradient but rounding errors
			var args object
			if g.flip(30) {
				args = object{{"renorm", true}, {"renorm_clipping", object{{"rmin", 0.5}, {"rmax", 2}, {"dmax", 1}}}}
			}
			g.add("BatchNormalization", args, g.shape)
		}
	case 6:
		g.add("Rescaling", object{{"scale", 0.5}, {"offset", -0.25}}, g.shape)
	case 7:
		if len(g.shape) > 1 {
			g.add("Flatten", nil, []int{product(g.shape)})
		} else if width%2 == 0 {
			g.add("Reshape", object{{"target_shape", []int{width / 2, 2}}}, []int{width / 2, 2})
		}
	case 8:
		if len(g.shape) == 2 {
			g.add("GlobalAveragePooling1D", nil, []int{width})
		}
	case 9: // a residual branch
		from, shape := g.last, g.shape
		g.dense(width, g.pick("relu", "tanh", "gelu", "elu"))
		g.add(g.pick("Add", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), nil, shape, from, g.last)
	case 10: // a wider one
		from, shape := g.last, g.shape
		units := 2 + g.r.IntN(5)
		g.dense(units, g.pick(activations...))
		out := append(append([]int(nil), shape[:len(shape)-1]...), width+units)
		g.add("Concatenate", nil, out, from, g.last)
	case 11:
		g.function()
	case 12:
		g.normalization()
	case 13:
		g.rearrangement()
	case 14:
		g.again()
	}
}

// again appends a layer, its second use on what it gives or reads itself, and what
// joins both.
func (g *generator) again() {
	from, shape := g.last, g.shape
	g.bare = true
	defer func() { g.bare = false }()
	switch {
	case g.flip(20):
		g.add("BatchNormalization", nil, shape)
	case g.flip(20):
		g.add("Dropout", object{{"rate", 0.25}}, shape)
	case len(shape) == 3 && g.flip(50):
		g.add("Conv2D", object{{"filters", shape[2]}, {"kernel_size", 3}, {"padding", "same"}, {"activation", "tanh"}}, shape)
	default:
		g.dense(shape[len(shape)-1], g.pick("relu", "tanh", "gelu", "elu"))
	}
	layer := g.last
	for range 1 + g.r.IntN(2) {
		g.add("Shared", object{{"layer", layer}}, shape, g.last)
	}
	if g.flip(80) {
		g.add(g.pick("Add", "Subtract", "Multiply", "Maximum"), nil, shape, g.pick(from, layer), g.last)
	}
}

// recurrent appends a layer that goes over a sequence, or one that goes both ways.
func (g *generator) recurrent() {
	units, all := 1+g.r.IntN(9), g.flip(60)
	args := object{{"units", units}, {"return_sequences", all}}
	kind := g.pick("LSTM", "GRU", "SimpleRNN")
	if g.flip(20) {
		args = append(args, member{"activation", g.pick("sigmoid", "softsign", "elu")})
	}
	if kind == "GRU" && g.flip(30) {
		args = append(args, member{"reset_after", false})
	}
	if g.flip(20) {
		args = append(args, member{"use_bias", false})
	}
	if g.flip(20) {
		args = append(args, member{"dropout", 0.25}, member{"recurrent_dropout", 0.25})
	}
	shape := []int{units}
	if all {
		shape = []int{g.shape[0], units}
	}
	if g.flip(25) {
		mode := g.pick("concat", "sum", "mul", "ave")
		if mode == "concat" {
			shape[len(shape)-1] *= 2
		}
		g.add("Bidirectional", object{{"layer", object{{kind, args}}}, {"merge_mode", mode}}, shape)
		return
	}
	if g.flip(30) {
		args = append(args, member{"go_backwards", true})
	}
	g.add(kind, args, shape)
}

// normalization appends a layer that normalizes every row by itself.
func (g *generator) normalization() {
	width := g.shape[len(g.shape)-1]
	axis := 1 + g.r.IntN(len(g.shape))
	switch g.r.IntN(4) {
	case 0:
		g.add("LayerNormalization", object{{"axis", axis}, {"epsilon", 0.1}, {"center", g.flip(50)}, {"scale", g.flip(80)}}, g.shape)
	case 1:
		groups := width
		for groups > 1 && (width%groups != 0 || g.flip(50)) {
			groups--
		}
		if width%groups == 0 {
			g.add("GroupNormalization", object{{"groups", groups}, {"epsilon", 0.1}}, g.shape)
		}
	case 2:
		g.add("RMSNormalization", object{{"epsilon", 0.1}}, g.shape)
	case 3: // of values that are not all near 0
		g.add("Rescaling", object{{"scale", 1}, {"offset", 0.5}}, g.shape)
		g.add("UnitNormalization", object{{"axis", axis}}, g.shape)
	}
}

// rearrangement appends a layer that moves values, or sums products of two inputs.
func (g *generator) rearrangement() {
	width := g.shape[len(g.shape)-1]
	switch {
	case len(g.shape) == 1 && g.flip(50):
		n := 1 + g.r.IntN(4)
		g.add("RepeatVector", object{{"n", n}}, []int{n, width})
	case len(g.shape) == 1:
		from := g.last
		g.dense(width, g.pick("tanh", "linear"))
		g.add("Dot", object{{"axes", 1}}, []int{1}, from, g.last)
	case len(g.shape) == 2 && g.flip(50): // what attention begins with
		from, steps := g.last, g.shape[0]
		g.dense(width, "tanh")
		g.add("Dot", object{{"axes", 2}}, []int{steps, steps}, from, g.last)
	default:
		dims := g.r.Perm(len(g.shape))
		shape := make([]int, len(dims))
		for i, d := range dims {
			shape[i] = g.shape[d]
			dims[i]++
		}
		g.add("Permute", object{{"dims", dims}}, shape)
	}
}

// function appends one of the layers that only apply a function.
func (g *generator) function() {
	tenth := func(least int) float64 { return float64(least+g.r.IntN(10)) / 10 }
	switch g.r.IntN(7) {
	case 6:
		var args object
		if len(g.shape) > 1 && g.flip(50) {
			args = object{{"shared_axes", []int{1}}}
		}
		g.add("PReLU", append(args, member{"alpha_initializer", object{{"constant", object{{"value", 0.25}}}}}), g.shape)
	case 0, 1:
		var args object
		if g.flip(50) {
			args = append(args, member{"max_value", []float64{tenth(1), 6}[g.r.IntN(2)]})
		}
		if g.flip(50) {
			args = append(args, member{"negative_slope", tenth(0)})
		}
		if g.flip(50) {
			args = append(args, member{"threshold", tenth(0)})
		}
		g.add("ReLU", args, g.shape)
	case 2:
		g.add("LeakyReLU", object{{"negative_slope", tenth(0)}}, g.shape)
	case 3:
		g.add("ELU", object{{"alpha", tenth(0)}}, g.shape)
	case 4:
		axis := 1 + g.r.IntN(len(g.shape))
		if g.shape[axis-1] > 1 { // over one element it is a constant, which is refused
			g.add("Softmax", object{{"axis", axis}}, g.shape)
		}
	case 5:
		g.add("Identity", nil, g.shape)
	}
}

func product(s []int) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// noise adds a layer that draws.
func (g *generator) noise() {
	switch kind := g.pick("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout"); {
	case kind == "GaussianNoise":
		g.add(kind, object{{"stddev", 0.25}}, g.shape)
	case kind == "SpatialDropout" && len(g.shape) > 1:
		g.add(fmt.Sprintf("%s%dD", kind, len(g.shape)-1), object{{"rate", 0.25}}, g.shape)
	case kind == "SpatialDropout":
		g.add("Dropout", object{{"rate", 0.25}, {"noise_shape", []any{nil, 1}}}, g.shape)
	default:
		g.add(kind, object{{"rate", 0.25}}, g.shape)
	}
}
