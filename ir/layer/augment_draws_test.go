package layer_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// plain are the arguments with which each layer is drawn from below.
var plain = map[string]string{
	"RandomTranslation": "height_factor: 0.3, width_factor: 0.2", "RandomZoom": "height_factor: 0.3, width_factor: 0.2",
	"RandomRotation": "factor: 0.2", "RandomShear": "x_factor: 0.3, y_factor: 0.4", "RandomCrop": "height: 3, width: 2",
	"RandomContrast": "factor: 0.4", "RandomBrightness": "factor: 0.4", "RandomColorDegeneration": "factor: 0.5",
	"RandomSharpness": "factor: 0.9", "RandomPosterization": "factor: 7", "RandomHue": "factor: 0.6", "RandomSaturation": "factor: 0.6",
	"RandomColorJitter": "brightness_factor: 0.2, contrast_factor: 0.3, saturation_factor: [0.2, 0.7], hue_factor: 0.4",
	"Solarization":      "addition_factor: 0.2, threshold_factor: [0.4, 0.9]", "RandomGaussianBlur": "sigma: [0.5, 1]",
	"ContrastLimitedAdaptiveHistogramEqualization": "tile_grid_size: [2, 3]", "AugMix": "num_chains: 2, chain_depth: 2",
}

func augmenting(kind string) string {
	return model("{shape: [6, 5, 3]}", fmt.Sprintf("%s: {name: l, %s}", kind, plain[kind]))
}

// pixels feeds images from 0 to 255.
func pixels(w *world, n int) {
	in := ir.Shape{n, 6, 5, 3}
	x := make([]float64, in.Elements())
	for i := range x {
		x[i] = float64((i*73 + i/90*31) % 256)
	}
	w.Rows, w.Feed["x"] = n, &ir.Tensor[float64]{Shape: in, F: x}
}

// What each image draws is uniform, and independent of what the others draw and of
// what it draws besides, as far as 4,000 images tell (five standard errors).
func TestAugmentationsDrawUniformly(t *testing.T) {
	const images = 4000
	for _, kind := range augmentations {
		n := network(t, augmenting(kind))
		w := draw(n)
		w.Rows = images
		streams := map[string][]float64{}
		for _, v := range n.Train.Values {
			if r, ok := v.Op.(*op.Random); ok && v.Shape.Batched() && v.Shape.Elements() == 1 {
				streams[r.Stream] = op.Eval(&w.Context, v, nil).F
			}
		}
		var names []string
		for name, u := range streams {
			names = append(names, name)
			slices.Sort(names)
			for _, x := range []float64{0.1, 0.25, 0.5, 0.8, 0.97} {
				below := 0.0
				for _, v := range u {
					if v < x {
						below++
					}
				}
				if math.Abs(below/images-x) > 5*math.Sqrt(x*(1-x)/images) {
					t.Errorf("%s: %v below %v", name, below/images, x)
				}
			}
			apart(t, name+" and that of the next image", u[:images-1], u[1:])
		}
		for i, a := range names {
			for _, b := range names[:i] {
				apart(t, a+" and "+b, streams[a], streams[b])
			}
		}
	}
}

// apart reports correlation of uniform numbers.
func apart(t *testing.T, what string, x, y []float64) {
	t.Helper()
	sum := 0.0
	for i := range x {
		sum += 12 * (x[i] - 0.5) * (y[i] - 0.5)
	}
	if n := float64(len(x)); math.Abs(sum/n) > 5/math.Sqrt(n) {
		t.Errorf("%s: correlation %v", what, sum/n)
	}
}

// Half of the images are turned, each as a whole; about as many as Keras erases are.
func TestAugmentationsChangeSomeImages(t *testing.T) {
	const images = 2000
	for kind, share := range map[string]float64{
		"RandomFlip": 0.5, "RandomErasing": 0.5, "RandomInvert": 0.5, "RandomGrayscale": 0.5, "RandomPerspective": 0.5,
		"RandomErasing: {name: l, factor: [0.2, 0.4]}": 0.3, "RandomErasing: {name: l, factor: 0.4}": 0.2, "RandomGrayscale: {name: l, factor: 0.1}": 0.1,
	} {
		text := augmenting(kind)
		if strings.Contains(kind, ":") {
			text = model("{shape: [6, 5, 3]}", kind)
		}
		n := network(t, text)
		w := draw(n)
		pixels(w, images)
		x, y := w.Feed["x"].F, evalTo(w, n.Train.Outputs[0])
		changed := 0.0
		for i := range images {
			if !slices.Equal(x[i*90:(i+1)*90], y[i*90:(i+1)*90]) {
				changed++
			}
		}
		if math.Abs(changed/images-share) > 5*math.Sqrt(share*(1-share)/images) {
			t.Errorf("%s: %v of the images change, want %v", kind, changed/images, share)
		}
	}
}

// Augmentations are there in training alone: of the prediction nothing is left. A
// batch that is cut has the numbers of the whole one, and another step or seed others.
func TestAugmentations(t *testing.T) {
	for _, kind := range augmentations {
		n := network(t, augmenting(kind))
		if !slices.Contains(alwaysChanging, kind) {
			if _, ok := n.Predict.Outputs[0].Op.(*op.Input); !ok || len(n.Predict.Values) != 1 {
				t.Errorf("%s: the prediction has %d values", kind, len(n.Predict.Values))
			}
		}
		if slices.Contains(drawless, kind) {
			continue
		}
		images := func(text string, rows, first int, step uint64) string {
			n := network(t, text)
			w := draw(n)
			pixels(w, rows)
			w.Step = step
			x := w.Feed["x"]
			w.Rows, w.First = rows-first, first
			w.Feed["x"] = &ir.Tensor[float64]{Shape: append(ir.Shape{rows - first}, x.Shape[1:]...), F: x.F[first*90:]}
			return fmt.Sprint(evalTo(w, n.Train.Outputs[0]))
		}
		text := augmenting(kind)
		all := images(text, 7, 0, 1)
		if tail := images(text, 7, 4, 1); !strings.HasSuffix(all, tail[1:]) {
			t.Errorf("%s: the end of a batch has other numbers by itself", kind)
		}
		seeded := strings.Replace(text, "name: l", "name: l, seed: 3", 1)
		// A part of so small an image is the same now and then.
		if all == images(text, 7, 0, 2) && all == images(text, 7, 0, 3) || all == images(seeded, 7, 0, 1) && all == images(seeded, 7, 0, 2) {
			t.Errorf("%s: another step or seed draws the same", kind)
		}
		if once, again := images(seeded, 7, 0, 1), images(seeded, 7, 0, 1); once != again {
			t.Errorf("%s: one seed draws different numbers", kind)
		}
	}
}

// Gradients flow through augmentations to what is before them.
func TestAugmentationsAreDifferentiable(t *testing.T) {
	for kind, args := range map[string]string{
		"RandomFlip": "mode: horizontal", "RandomRotation": "factor: 0.3", "RandomTranslation": "height_factor: 0.5, width_factor: 0.5, fill_mode: constant",
		"RandomZoom": "height_factor: 0.5, fill_mode: nearest, interpolation: nearest", "RandomCrop": "height: 2, width: 2", "RandomContrast": "factor: 0.4, value_range: [-99, 99]",
		"RandomErasing": "scale: [0.4, 0.8], fill_value: 0.5, value_range: [-1, 1]", "RandomSharpness": "factor: 1, value_range: [-99, 99]", "RandomHue": "factor: 1, value_range: [-99, 99]",
	} {
		channels := 1
		if kind == "RandomHue" {
			channels = 3
		}
		text := model("{shape: [3, 3, 2]}", fmt.Sprintf("Dense: %d", channels), fmt.Sprintf("%s: {name: l, %s}", kind, args), "Flatten", "Dense: 1")
		n := network(t, text)
		differentiable(t, n)
	}
}
