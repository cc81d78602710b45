package spec

import (
	"reflect"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/internal/golden"
)

type common struct {
	Scale float64 `arg:"scale,above=0"`
}

type everything struct {
	Units   int       `arg:"units,required,min=1" doc:"size of the output"`
	Act     Call      `arg:"activation,of=activation" doc:"applied to the output"`
	Rate    float64   `arg:"rate,min=0,max=1"`
	Open    float64   `arg:"open,above=0,below=1"`
	Bias    bool      `arg:"use_bias"`
	Mode    string    `arg:"mode,oneof=one_hot|multi_hot|count"`
	Shape   []int     `arg:"target_shape,min=1"`
	Weights []float64 `arg:"weights"`
	Words   []string  `arg:"words"`
	Seed    *int64    `arg:"seed"`
	Any     Value     `arg:"any"`
	Rate2   *float64  `arg:"learning_rate,above=0"`
	common
	inner int
}

func parseArgs(t *testing.T, args string) Args {
	t.Helper()
	m, err := Parse("d.yaml", []byte("inputs: {x: {shape: [4]}}\nlayers:\n  - Dense: "+args+"\n"))
	if err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return m.Layers[0].Args
}

func TestDecode(t *testing.T) {
	got := everything{Rate: 0.25, Bias: true, Mode: "count", Seed: new(int64), inner: 7}
	errs := Decode(parseArgs(t, `{units: 3, activation: {leaky_relu: {negative_slope: 0.1}}, open: 0.5, target_shape: [2, 3], weights: [1, 2.5], words: one, seed: null, any: {a: [1]}, learning_rate: 1, scale: 2}`), &got)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	if got.Act.Name != "leaky_relu" || len(got.Act.Args.List) != 1 || got.Act.Args.List[0].Value.Float != 0.1 {
		t.Errorf("activation: %+v", got.Act)
	}
	if got.Any.Kind != Map || len(got.Any.Map) != 1 {
		t.Errorf("any: %+v", got.Any)
	}
	got.Act, got.Any = Call{}, Value{}
	one := 1.0
	want := everything{Units: 3, Rate: 0.25, Open: 0.5, Bias: true, Mode: "count", Shape: []int{2, 3}, Weights: []float64{1, 2.5}, Words: []string{"one"}, Rate2: &one, common: common{Scale: 2}, inner: 7}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodePositional(t *testing.T) {
	var first everything
	if errs := Decode(parseArgs(t, "16"), &first); len(errs) > 0 || first.Units != 16 {
		t.Errorf("the first argument alone: %d, %v", first.Units, errs)
	}
	var tagged struct {
		A int     `arg:"a"`
		B float64 `arg:"b,positional"`
	}
	if errs := Decode(parseArgs(t, "0.5"), &tagged); len(errs) > 0 || tagged.B != 0.5 {
		t.Errorf("the positional argument alone: %+v, %v", tagged, errs)
	}
	var list struct {
		Shape []int `arg:"target_shape,required"`
	}
	if errs := Decode(parseArgs(t, "[2, 3]"), &list); len(errs) > 0 || !reflect.DeepEqual(list.Shape, []int{2, 3}) {
		t.Errorf("a list alone: %+v, %v", list, errs)
	}
	act := everything{Act: Call{Name: "linear"}}
	if errs := Decode(parseArgs(t, "{units: 1, activation: null}"), &act); len(errs) > 0 || act.Act.Name != "" {
		t.Errorf("null for a call: %+v, %v", act.Act, errs)
	}
}

func TestDecodeRate(t *testing.T) {
	type settings struct {
		Rate float64 `arg:"learning_rate,min=0,of=schedule"`
	}
	decode := func(args string) (s settings, call Call, errs diag.List) {
		rest, call, errs := parseArgs(t, args).Schedule("learning_rate")
		return s, call, append(errs, Decode(rest, &s)...)
	}
	for args, want := range map[string]struct {
		number float64
		name   string
	}{
		"0.5":                              {number: 0.5},
		"steps":                            {name: "steps"},
		"{learning_rate: 2}":               {number: 2},
		"{learning_rate: steps}":           {name: "steps"},
		"{learning_rate: {steps: {a: 1}}}": {name: "steps"},
	} {
		got, call, errs := decode(args)
		if len(errs) > 0 || got.Rate != want.number || call.Name != want.name {
			t.Errorf("%s: %+v, %v, %v", args, got, call, errs)
		}
	}
	for args, want := range map[string]string{
		"{learning_rate: -1}":           "learning_rate is -1; it must be at least 0",
		"{learning_rate: null}":         "learning_rate takes a number, or the name of a schedule with arguments, not null; take it out for the default",
		`{learning_rate: "0.5"}`:        `learning_rate takes a number, or the name of a schedule with arguments, not the text "0.5"; write learning_rate: 0.5`,
		"{learning_rate: [1]}":          "learning_rate takes a number, or the name of a schedule with arguments, not a list",
		"{learning_rate: {a: 1, b: 2}}": `learning_rate takes one name, but got "a" and "b"`,
	} {
		if _, _, errs := decode(args); len(errs) != 1 || !strings.Contains(errs.Error(), want) {
			t.Errorf("%s: %v, want %s", args, errs, want)
		}
	}
	if d := DocOf(&settings{0.01})[0]; d.Type != "rate" || d.Of != "schedule" || d.Default != 0.01 || d.Nullable {
		t.Errorf("%+v", d)
	}
}

// TestDecodeErrors keeps the messages, to the letter; each line is arguments
// and the messages after =>, with | between them.
func TestDecodeErrors(t *testing.T) {
	var b strings.Builder
	for _, args := range []string{
		`{name: hidden, unit: 16}`, `{unit: 16}`, `{name: hidden, units: 3, frobnicate: 1, "two\nlines": 2}`, `{name: hidden, activation: relu}`, `null`, `{units: 3, kernel: 3, lr: 0.1}`,
		`{units: 0}`, `{units: -5}`, `{units: 3000000000}`, `{units: 1.5}`, `{units: 16.0}`, `{units: "16"}`, `{units: 16L}`, `{units: [16]}`, `{units: [1, 2]}`, `{units: {a: 1}}`, `{units: null}`, `{units: 1, rate: null}`, `{units: ""}`, `relu`, `0`, `"16"`, `16L`,
		`{units: 1, rate: 1.5}`, `{units: 1, rate: 50%}`, `{units: 1, open: 1}`, `{units: 1, scale: 0}`, `{units: 1, learning_rate: 0}`,
		`{units: 1, use_bias: yes}`, `{units: 1, use_bias: "TRUE"}`, `{units: 1, use_bias: 1}`,
		`{units: 1, mode: onehot}`, `{units: 1, mode: binary}`, `{units: 1, mode: 3}`,
		`{units: 1, target_shape: "(28, 28)"}`, `{units: 1, target_shape: "c(28L, 28L)"}`, `{units: 1, target_shape: [2, x]}`, `{units: 1, target_shape: [2, 0]}`, `{units: 1, target_shape: [[1]]}`, `{units: 1, target_shape: [1.5]}`,
		`{units: 1, seed: None}`, `{units: 1, seed: tomorrow}`,
		`{units: 1, activation: 3}`, `{units: 1, activation: [relu]}`, `{units: 1, activation: {relu: null, alpha: 3}}`, `{units: 1, activation: activation_relu}`, `{units: 1, activation: {a: 1, b: 2}}`,
		`{units: 1, activation: {class_name: ReLU, config: {max_value: 6}}}`, `{units: 1, activation: "tf.nn.relu()"}`, `{units: 1, activation: {relu: [{max_value: 6}]}}`, `{units: 1, activation: ""}`, `{units: 1, activation: {}}`,
	} {
		var into everything
		b.WriteString(args + "\n")
		for _, e := range Decode(parseArgs(t, args), &into) {
			b.WriteString("    " + e.Error() + "\n")
		}
	}
	var none struct{}
	for _, e := range Decode(parseArgs(t, "16"), &none) {
		b.WriteString("no arguments\n    " + e.Error() + "\n")
	}
	for _, e := range Decode(parseArgs(t, "{units: 16}"), &none) {
		b.WriteString("    " + e.Error() + "\n")
	}
	golden.File(t, "testdata/decode.txt", b.String())
}

func TestDecodePanicsOnBadTags(t *testing.T) {
	for _, into := range []any{
		&struct {
			A int `arg:"a,minimum=1"`
		}{}, &struct {
			A map[string]int `arg:"a"`
		}{}, &struct {
			A int `arg:",required"`
		}{}, &struct {
			A int `arg:"a,min=one"`
		}{}, &struct {
			a int `arg:"a"`
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T: no panic", into)
				}
			}()
			Decode(Args{}, into)
		}()
	}
}

func TestDocOf(t *testing.T) {
	docs := DocOf(&everything{Rate: 0.25, Mode: "count", Act: Call{Name: "linear"}, Shape: []int{1}})
	var names []string
	for _, d := range docs {
		names = append(names, d.Name)
	}
	if got, want := strings.Join(names, " "), "units activation rate open use_bias mode target_shape weights words seed any learning_rate scale"; got != want {
		t.Errorf("arguments %s, want %s", got, want)
	}
	u, a, s := docs[0], docs[1], docs[9]
	if !u.Required || !u.Positional || u.Default != nil || *u.Min != 1 || u.Type != "int" || u.Doc != "size of the output" {
		t.Errorf("units: %+v", u)
	}
	if a.Type != "call" || a.Of != "activation" || a.Default != "linear" || !a.Nullable {
		t.Errorf("activation: %+v", a)
	}
	if s.Type != "int" || !s.Nullable || s.Default != nil {
		t.Errorf("seed: %+v", s)
	}
	if docs[2].Default != 0.25 || !reflect.DeepEqual(docs[6].Default, []any{int64(1)}) {
		t.Errorf("defaults %v and %v", docs[2].Default, docs[6].Default)
	}
}

func TestDecodeGaps(t *testing.T) {
	type shape struct {
		Shape []*int `arg:"output_shape,required,min=1" doc:"extents"`
	}
	got := shape{}
	if err := Decode(parseArgs(t, "{output_shape: [null, 3]}"), &got).Err(); err != nil || len(got.Shape) != 2 || got.Shape[0] != nil || *got.Shape[1] != 3 {
		t.Errorf("%v, %v", got.Shape, err)
	}
	got = shape{}
	if err := Decode(parseArgs(t, "{output_shape: 5}"), &got).Err(); err != nil || len(got.Shape) != 1 || *got.Shape[0] != 5 {
		t.Errorf("%v, %v", got.Shape, err)
	}
	for args, want := range map[string]string{
		"{output_shape: [null, 0]}": "output_shape has the value 0; each must be at least 1",
		"{output_shape: [[1]]}":     "output_shape takes a list of whole numbers and nulls, not ",
		"{output_shape: null}":      "output_shape takes a list of whole numbers and nulls, not null",
	} {
		if err := Decode(parseArgs(t, args), &shape{}).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
