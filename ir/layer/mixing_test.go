package layer_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/op"
)

// mixings are the layers that mix the images of a batch, and their targets.
var mixings = []string{"MixUp", "CutMix"}

// classified is a network that tells so many classes of images apart, with the layer at
// its head.
func classified(t *testing.T, shape, layer string, classes int) *build.Network {
	t.Helper()
	text := model("{shape: "+shape+"}", layer, "Flatten", fmt.Sprintf("Dense: {name: d, units: %d, activation: softmax}", classes))
	return network(t, strings.Replace(text, "mean_squared_error", "categorical_crossentropy", 1))
}

// feedRows gives a network images, and targets that say which row each is.
func feedRows(w *world, n int, image ir.Shape) (x, y []float64) {
	classes := max(n, 2)
	x, y = make([]float64, n*image.Elements()), make([]float64, n*classes)
	for i := range x {
		x[i] = float64((i*73+i/90*31)%256) + 0.25
	}
	for i := range n {
		y[i*classes+i] = 1
	}
	w.Rows = n
	w.Feed["x"] = &ir.Tensor[float64]{Shape: append(ir.Shape{n}, image...), F: x}
	w.Feed["d"] = &ir.Tensor[float64]{Shape: ir.Shape{n, classes}, F: y}
	return x, y
}

// Every image is one of the batch, and another one by as much as its target is that of
// the other: all points of MixUp by the same weight, a rectangle of CutMix.
func TestMixingsMixTargetsAlike(t *testing.T) {
	image := ir.Shape{6, 5, 2}
	for _, rows := range []int{1, 2, 7, 33} {
		for _, kind := range mixings {
			n := classified(t, "[6, 5, 2]", kind+": {name: l}", max(rows, 2))
			w := draw(n)
			x, _ := feedRows(w, rows, image)
			moved := false
			for step := range uint64(5) {
				w.Step = step
				y, targets := evalTo(w, valueOf(t, n.Train, "l")), evalTo(w, n.Train.Outputs[1])
				for r := range rows {
					target := targets[r*max(rows, 2) : (r+1)*max(rows, 2)]
					other := r
					for q, share := range target {
						if q != r && share > 0 {
							other = q
						}
					}
					moved = moved || other != r
					weight := target[r]
					if sum := target[r] + target[other]; other != r && math.Abs(sum-1) > 1e-12 {
						t.Fatalf("%s of %d rows: the target of row %d is %v", kind, rows, r, target)
					}
					at := func(list []float64, row int) []float64 { return list[row*60 : (row+1)*60] }
					if kind == "MixUp" {
						for i, v := range at(y, r) {
							if want := weight*at(x, r)[i] + (1-weight)*at(x, other)[i]; other != r && math.Abs(v-want) > 1e-9 {
								t.Fatalf("MixUp: point %d of row %d is %v, want %v", i, r, v, want)
							}
						}
						continue
					}
					rectangle(t, at(y, r), at(x, r), at(x, other), 1-weight, other == r)
				}
			}
			if moved != (rows > 1) {
				t.Errorf("%s of %d rows: a row meets another one: %v", kind, rows, moved)
			}
		}
	}
}

// rectangle checks an image of 6 x 5 points of which a part is that of another one: a
// rectangle of its proportions with share of its area, as far as points can be.
func rectangle(t *testing.T, got, own, other []float64, share float64, same bool) {
	t.Helper()
	top, bottom, left, right, count := 6, -1, 5, -1, 0
	for i, v := range got {
		switch {
		case v == own[i]:
		case v != other[i]:
			t.Fatalf("point %d is %v, not %v or %v", i, v, own[i], other[i])
		default:
			y, x := i/10, i/2%5
			top, bottom, left, right = min(top, y), max(bottom, y), min(left, x), max(right, x)
			count++
		}
	}
	if same {
		return
	}
	height, width := math.Sqrt(share)*6, math.Sqrt(share)*5
	if bottom >= 0 && count != 2*(bottom-top+1)*(right-left+1) {
		t.Errorf("%d values of rows %d to %d and columns %d to %d are those of another image", count, top, bottom, left, right)
	}
	if h, w := float64(bottom-top+1), float64(right-left+1); bottom >= 0 && (math.Abs(h-height) > 1 || math.Abs(w-width) > 1) || bottom < 0 && min(height, width) >= 1 {
		t.Errorf("a rectangle of %v x %v, want %v x %v", h, w, height, width)
	}
}

// valueOf is the value of that name.
func valueOf(t *testing.T, g *ir.Graph, name string) *ir.Value {
	t.Helper()
	i := slices.IndexFunc(g.Values, func(v *ir.Value) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("there is no value %s", name)
	}
	return g.Values[i]
}

// Given what a layer draws, targets become what Keras makes of labels.
func TestMixedTargetsAreThoseOfKeras(t *testing.T) {
	found := 0
	for _, k := range augmentCases(t) {
		if !slices.Contains(mixings, k.Kind) {
			continue
		}
		found++
		args := strings.Trim(string(k.Args), "{}")
		n := classified(t, strings.ReplaceAll(fmt.Sprint([]int(k.Shape)), " ", ", "), fmt.Sprintf("%s: {name: l, %s}", k.Kind, args), 3)
		w := draw(n)
		w.Rows = 2
		w.Feed["d"] = &ir.Tensor[float64]{Shape: ir.Shape{2, 3}, F: k.Targets}
		w.Uniform = func(stream string, shape ir.Shape) []float64 { return k.Draws[strings.TrimPrefix(stream, "l.")] }
		within(t, k.Name, evalTo(w, n.Train.Outputs[1]), k.Mixed, 3e-6)
	}
	if found < 6 {
		t.Errorf("%d cases of Keras", found)
	}
}

// Weights are distributed as beta, those of CutMix with a parameter for each batch, as
// far as many images tell (five standard errors).
func TestMixingWeights(t *testing.T) {
	const images = 20000
	for layer, alpha := range map[string]float64{
		"MixUp": 0.2, "MixUp: {alpha: 1, seed: 3}": 1, "MixUp: {alpha: 3.5}": 3.5, "MixUp: {alpha: 0.01}": 0.01,
		"CutMix: {factor: [0.7, 0.7]}": 0.7, "CutMix: {factor: 0}": 1e-6,
	} {
		kind, args, _ := strings.Cut(layer, ": ")
		n := classified(t, "[2, 2, 1]", fmt.Sprintf("%s: {name: l, %s}", kind, strings.Trim(args, "{}")), 2)
		w := draw(n)
		w.Rows = images
		u := evalTo(w, valueOf(t, n.Train, "l.weight"))
		for _, x := range []float64{0.001, 0.05, 0.3, 0.5, 0.8, 0.99} {
			below := 0.0
			for _, v := range u {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("%s: weight %v", layer, v)
				}
				if v < x {
					below++
				}
			}
			p := mathext.RegIncBeta(alpha, alpha, x)
			if math.Abs(below/images-p) > 5*math.Sqrt(p*(1-p)/images)+1e-4 {
				t.Errorf("%s: %v of the weights are below %v, want %v", layer, below/images, x, p)
			}
		}
	}
}

// Of four rows every order comes as often as the others.
func TestShuffledOrders(t *testing.T) {
	const steps, orders = 12000, 24
	n := classified(t, "[1, 1, 1]", "MixUp: {name: l}", 4)
	w := draw(n)
	feedRows(w, 4, ir.Shape{1, 1, 1})
	keys := valueOf(t, n.Train, "l.order")
	rows := &ir.Tensor[float64]{Shape: ir.Shape{4}, F: []float64{0, 1, 2, 3}}
	shuffle := &ir.Value{Op: &op.Shuffle{}, Type: ir.Type{Shape: ir.Shape{ir.Batch}}}
	count := map[string]int{}
	for step := range uint64(steps) {
		w.Step = step
		order := op.Eval(&w.Context, shuffle, []*ir.Tensor[float64]{{Shape: ir.Shape{4}, F: evalTo(w, keys)}, rows})
		count[fmt.Sprint(order.F)]++
	}
	for order, times := range count {
		if p := 1.0 / orders; math.Abs(float64(times)/steps-p) > 5*math.Sqrt(p*(1-p)/steps) {
			t.Errorf("order %s came %d times of %d", order, times, steps)
		}
	}
	if len(count) != orders {
		t.Errorf("%d orders came", len(count))
	}
}

// A step and a seed have draws of their own, the same ones again; of the prediction
// nothing is left, and the loss of an evaluation is that of the targets as they are.
func TestMixingsDrawAnew(t *testing.T) {
	for _, kind := range mixings {
		images := func(args string, step uint64) string {
			n := classified(t, "[6, 5, 2]", kind+": {name: l, "+args+"}", 9)
			w := draw(n)
			feedRows(w, 9, ir.Shape{6, 5, 2})
			w.Step = step
			for _, g := range []*ir.Graph{n.Predict, n.Evaluate} {
				if slices.ContainsFunc(g.Values, func(v *ir.Value) bool { return v.Op.Name() == "shuffle" || v.Op.Name() == "random" }) {
					t.Errorf("%s: something is drawn or mixed for a prediction", kind)
				}
			}
			return fmt.Sprint(evalTo(w, valueOf(t, n.Train, "l")))
		}
		first := images("", 1)
		if again := images("", 1); first != again {
			t.Errorf("%s: a step draws different numbers", kind)
		}
		if first == images("", 2) || first == images("seed: 4", 1) {
			t.Errorf("%s: another step or seed draws the same", kind)
		}
	}
}

// Gradients flow to what is before a layer that mixes rows, and other inputs stay.
func TestMixingsAreDifferentiable(t *testing.T) {
	for _, layer := range []string{"MixUp: {name: l}", "CutMix: {name: l}"} {
		differentiable(t, network(t, model("{shape: [3, 3, 2]}", "Dense: 1", layer, "Flatten", "Dense: 1")))
	}
}

func TestMixingMistakes(t *testing.T) {
	with := func(loss string, layers ...string) string {
		return strings.Replace(model("{shape: [6, 6, 1]}", layers...), "mean_squared_error", loss, 1)
	}
	for want, text := range map[string]string{
		`model.yaml:7:17: compile: layer "l": MixUp mixes the targets with the images, and sparse_categorical_crossentropy takes whole numbers, between which there is nothing; write loss: categorical_crossentropy, whose targets are fractions`: with("sparse_categorical_crossentropy", "MixUp: {name: l}", "Flatten", "Dense: {units: 3, activation: softmax}"),
		"write loss: {categorical_crossentropy: {from_logits: true}}":                                                                 with("{sparse_categorical_crossentropy: {from_logits: true}}", "CutMix: {name: l}", "Flatten", "Dense: 3"),
		"circle takes whole numbers, between which there is nothing; take the layer out, or write a loss whose targets are fractions": with("circle", "MixUp", "Flatten", "Dense: 3"),
		"CutMix cuts targets that are fractions of classes, or images of 6 x 6 like those that it is given, not [n,2,2]":              with("mean_squared_error", "CutMix", "MaxPooling2D: 3"),
		"CutMix takes images (height, width, channels), but":                                                                          with("mean_squared_error", "Flatten", "CutMix", "Dense: 1"),
		"alpha is 0; it must be above 0": with("mean_squared_error", "MixUp: {alpha: 0}", "Flatten", "Dense: 1"),
		"factor has 3 numbers":           with("mean_squared_error", "CutMix: {factor: [0, 0.5, 1]}", "Flatten", "Dense: 1"),
	} {
		fails(t, text, want)
	}
}
