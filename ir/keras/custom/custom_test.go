package custom

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/spec"
)

const block = `
Mine>Block:
  defaults: {rate: 0.1, heads: 8}
  inputs: [x, y]
  layers:
    - Dense: {units: $width // $heads, kernel_regularizer: {l2: $rate}}
    - Dropout: $rate
    - Activation: $f
  outputs: [dropout, activation]
  weights: {dense: convs/dense_1, score: {kernel: vars/0}}
`

// TestLayers puts the arguments of a layer in place of their names.
func TestLayers(t *testing.T) {
	f, err := Read("c.yaml", []byte(block))
	if err != nil {
		t.Fatal(err)
	}
	d := f.Find("Other", "Mine>Block")
	if d == nil || f.Find("Block", "") != nil || (*File)(nil).Find("Block") != nil {
		t.Fatal("the definition is not found by its name alone")
	}
	arg := func(name string, v spec.Value) spec.Arg { return spec.Arg{Name: name, Value: v} }
	whole := func(n int64) spec.Value { return spec.Value{Kind: spec.Int, Int: n} }
	layers, unread, errs := d.Layers([]spec.Arg{arg("width", whole(65)), arg("f", spec.Value{Kind: spec.String, Str: "relu"}), arg("seed", whole(1)), arg("heads", whole(4))})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	got := spec.Value{Kind: spec.List, List: layers}.Flow()
	if want := "[{Dense: {units: 16, kernel_regularizer: {l2: 0.1}}}, {Dropout: 0.1}, {Activation: relu}]"; got != want || fmt.Sprint(unread) != "[seed]" {
		t.Errorf("%s, unread %v", got, unread)
	}
	at, place, listed := d.Place("score")
	if at != 1 || !listed || fmt.Sprint(place.Variables) != "[{kernel vars/0}]" {
		t.Errorf("%d %v %v", at, place, listed)
	}
	if _, place, listed := d.Place("other"); place.Path != "other" || listed {
		t.Errorf("%v %v", place, listed)
	}
	if len(d.Inputs) != 2 || len(d.Outputs) != 2 {
		t.Errorf("%v %v", d.Inputs, d.Outputs)
	}
}

// TestMistakes reads files with all that can be wrong in them.
func TestMistakes(t *testing.T) {
	for src, want := range map[string]string{
		"[]":                                     "c.yaml:1:1: it says what classes compute, such as MyLayer: {layers: [...]}, and is an empty list",
		"A: 3":                                   "c.yaml:1:4: A: it is 3; write what the class computes: A: {layers: [...]}",
		"A: {}":                                  "c.yaml:1:1: A: what does it compute? Write layers: [...], as in a description",
		"A: {layer: [Flatten]}":                  `c.yaml:1:5: A: there is no entry "layer"; did you mean "layers"?; it has defaults, inputs, layers, outputs and weights`,
		"A: {layers: []}":                        "A: layers is an empty list; write layers: [{Dense: {name: dense, units: $units}}]",
		"A: {layers: [Flatten], inputs: [a, a]}": `two inputs are called "a"`,
		"A: {layers: [Flatten], inputs: [1]}":    "A: inputs is a list; write inputs: [query, value]",
		"A: {layers: [Flatten], weights: 3}":     "write weights: [att, ffn], or {att: att",
		"A: {layers: [Flatten], weights: {a: 3}}":           "write weights: [att, ffn], or {att: att",
		"A: {layers: [Flatten], weights: {a: {kernel: 0}}}": "write weights: [att, ffn], or {att: att",
		"A: {layers: [Flatten], weights: [a, a]}":           `A: weights has "a" twice`,
		"A: {layers: [Flatten], defaults: [1]}":             "A: defaults is a list; write defaults: {rate: 0.1}",
		"A: {layers: [Flatten], outputs: {a: b}}":           "A: outputs is a map; write outputs: [first, second]",
	} {
		if _, err := Read("c.yaml", []byte(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", src, err, want)
		}
	}
	for text, want := range map[string]string{
		"$unit":                            `the file has no argument "unit"; did you mean "units"?`,
		"$other":                           `the file does not have the argument "other"; give what the constructor takes for it: defaults: {other: ...}`,
		"$units +":                         "a number or the name of an argument is expected",
		"($units":                          "a parenthesis is not closed",
		"$units 2":                         `an operator is expected before "2"`,
		"$units // 0":                      "division by 0",
		"$units + $f":                      "+ takes numbers, not the text",
		"$f * 2":                           "* takes numbers, not the text",
		"2 ** $units ** 9":                 "is no number",
		strings.Repeat("(", 60) + "$units": "more than 50 parentheses and signs",
		strings.Repeat("-", 60) + "$units": "more than 50 parentheses and signs",
	} {
		if _, err := value(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// value computes an expression with units: 12, rate: 0.25 and f: relu.
func value(text string) (spec.Value, error) {
	d := &Definition{Name: "A", layers: []spec.Value{{Kind: spec.String, Str: text}}, defaults: []spec.Arg{
		{Name: "units", Value: spec.Value{Kind: spec.Int, Int: 12}}, {Name: "rate", Value: spec.Value{Kind: spec.Float, Float: 0.25}},
		{Name: "f", Value: spec.Value{Kind: spec.String, Str: "relu"}}}}
	layers, _, errs := d.Layers(nil)
	return layers[0], errs.Err()
}

// TestExpressions computes as Python does: the values are Python's.
func TestExpressions(t *testing.T) {
	for text, want := range map[string]float64{
		"$units // 5": 2, "-$units // 5": -3, "$units % 5": 2, "-$units % 5": 3, "2 * $units": 24, "$units - 2 - 3": 7, "$units / 8": 1.5, "2 ** 3 ** 2 + $units": 524,
		"-2 ** 2 + $units": 8, "2 ** -1 * $units": 6, "1e-3 * $units": 0.012, "$units ** -0.5": 0.28867513459481287, "4*($rate+1)*$units": 60, "1.5e2+$rate": 150.25, "$rate": 0.25, "($units)": 12,
		"100 // $units * 2": 16, "$units*$units//100": 1, "--$units": 12,
	} {
		if v, err := value(text); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if x, ok := v.Number(); !ok || math.Abs(x-want) > 1e-15 {
			t.Errorf("%s is %s, want %v", text, v.Flow(), want)
		}
	}
	if v, _ := value("$units / 4"); v.Kind != spec.Int {
		t.Errorf("12 / 4 is %s, which no number of units is", v.Describe())
	}
}

// TestSums adds and multiplies in random order, and compares with the same in Go.
func TestSums(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var build func(depth int) (string, float64)
	build = func(depth int) (string, float64) {
		if depth == 0 || r.IntN(4) == 0 {
			if r.IntN(2) == 0 {
				return "$units", 12
			}
			n := r.IntN(9)
			return fmt.Sprint(n), float64(n)
		}
		a, x := build(depth - 1)
		b, y := build(depth - 1)
		switch r.IntN(4) {
		case 0:
			return "(" + a + " + " + b + ")", x + y
		case 1:
			return "(" + a + "-" + b + ")", x - y
		case 2:
			return a + " * (" + b + ")", x * y
		}
		return "-(" + a + ")*" + b, -x * y
	}
	for range 1000 {
		text, want := build(4)
		v, err := value(text + " + 0*$units")
		if x, _ := v.Number(); err != nil || x != want {
			t.Fatalf("%s is %s, want %v: %v", text, v.Flow(), want, err)
		}
	}
}

// FuzzRead holds any bytes to an answer.
func FuzzRead(f *testing.F) {
	f.Add([]byte(block))
	f.Add([]byte("A: {layers: [{Dense: {units: 2 * ($a - -1) ** 2}}]}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Read("c.yaml", src)
		if (file == nil) == (err == nil) {
			t.Fatal(file, err)
		}
		for _, d := range file.All() {
			d.Layers(nil)
		}
	})
}
