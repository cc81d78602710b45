package layer_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// augmented is a case of testdata/keras/augment.json.gz.
type augmented struct {
	Name, Kind        string
	Args              json.RawMessage
	Shape             ir.Shape
	High              float64
	Draws             map[string][]float64
	Output, Predicted []float64
	Targets, Mixed    []float64 // of layers that mix the targets, too
	Every             int       // one result of so many is recorded; 0: all
}

// formula is the numbers of testdata/keras/augment.py, where there are many.
func formula(n int) []float64 {
	u := make([]float64, n)
	for i := range u {
		u[i] = float64((29*i+7*(i/5))%97+1) / 98
	}
	return u
}

// recorded are the results that the file has.
func (a augmented) recorded(y []float64) (list []float64) {
	for i := 0; i < len(y); i += max(a.Every, 1) {
		list = append(list, y[i])
	}
	return list
}

func augmentCases(t *testing.T) []augmented {
	t.Helper()
	f, err := os.Open("../../testdata/keras/augment.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []augmented }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// images are those of testdata/keras/augment.py.
func (a augmented) images(rows int) []float64 {
	x := make([]float64, rows*a.Shape.Elements())
	for i := range x {
		x[i] = float64((37*i+11*(i/7))%101) / 100 * a.High
	}
	return x
}

// Given what a layer draws, it does what Keras does, but for the single precision in
// which that computes.
func TestAugmentationsAreThoseOfKeras(t *testing.T) {
	cases := augmentCases(t)
	for _, k := range cases {
		t.Run(k.Name, func(t *testing.T) {
			const rows = 2
			args := strings.TrimSuffix(strings.TrimPrefix(string(k.Args), "{"), "}")
			if args != "" {
				args = ", " + args
			}
			n := network(t, model(fmt.Sprintf("{shape: %s}", strings.ReplaceAll(fmt.Sprint([]int(k.Shape)), " ", ", ")), fmt.Sprintf("%s: {name: l%s}", k.Kind, args)))
			w := draw(n)
			w.Rows = rows
			x := k.images(rows)
			w.Feed["x"] = &ir.Tensor[float64]{Shape: append(ir.Shape{rows}, k.Shape...), F: x}
			drawn := map[string]bool{}
			w.Uniform = func(stream string, shape ir.Shape) []float64 {
				name := strings.TrimPrefix(stream, "l.")
				drawn[name] = true
				u, known := k.Draws[name]
				switch {
				case len(u) == shape.Elements():
					return u
				case known && len(u) == 0:
					return formula(shape.Elements())
				case k.Kind == "AugMix": // of whose layers all draw, and Keras asks one
					delete(drawn, name)
					return make([]float64, shape.Elements())
				}
				t.Fatalf("%s%v is drawn, where Keras draws %v", name, shape, k.Draws)
				return nil
			}
			got := evalTo(w, n.Train.Outputs[0])
			within(t, "trained", k.recorded(got), k.Output, 3e-6*max(1, k.High))
			if len(drawn) != len(k.Draws) {
				t.Errorf("%v are drawn, Keras draws %v", drawn, k.Draws)
			}
			want := x
			if k.Predicted != nil {
				want = k.Predicted
			}
			predicted := evalTo(w, n.Predict.Outputs[0])
			if slices.Contains(alwaysChanging, k.Kind) && k.Predicted == nil {
				predicted, want = k.recorded(predicted), k.Output
			}
			within(t, "predicted", predicted, want, 3e-6*max(1, k.High))
		})
	}
	for _, kind := range slices.Concat(augmentations, mixings) {
		if !slices.ContainsFunc(cases, func(k augmented) bool { return k.Kind == kind }) {
			t.Errorf("%s has no case of Keras", kind)
		}
	}
}

// augmentations are the layers that change images at random.
var augmentations = []string{
	"RandomFlip", "RandomTranslation", "RandomZoom", "RandomRotation", "RandomShear", "RandomCrop",
	"RandomContrast", "RandomBrightness", "RandomErasing", "RandomInvert", "RandomGrayscale", "RandomColorDegeneration",
	"RandomSharpness", "Solarization", "RandomPosterization", "AutoContrast", "RandomHue", "RandomSaturation",
	"RandomColorJitter", "RandomGaussianBlur", "RandomPerspective",
	"Equalization", "ContrastLimitedAdaptiveHistogramEqualization", "RandomElasticTransform", "RandAugment", "AugMix",
}

// alwaysChanging are those that change the images of a prediction, too, and drawless
// those that draw nothing.
var (
	alwaysChanging = []string{"RandomCrop", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization"}
	drawless       = []string{"AutoContrast", "Equalization", "ContrastLimitedAdaptiveHistogramEqualization"}
)

// evalTo computes a value, and what it is made of alone.
func evalTo(w *world, v *ir.Value) []float64 {
	values := map[*ir.Value]*ir.Tensor[float64]{}
	var at func(v *ir.Value) *ir.Tensor[float64]
	at = func(v *ir.Value) *ir.Tensor[float64] {
		if values[v] == nil {
			args := make([]*ir.Tensor[float64], len(v.Args))
			for i, a := range v.Args {
				args[i] = at(a)
			}
			values[v] = op.Eval(&w.Context, v, args)
		}
		return values[v]
	}
	return at(v).F
}

func within(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance+3e-6*math.Abs(want[i])) {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}
