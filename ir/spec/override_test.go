package spec

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

const overridden = `layers:
  - Dense: {units: 1}
inputs: {x: {shape: [4]}}
`

func parseSet(t *testing.T, text string, settings ...string) (*Model, error) {
	t.Helper()
	var list []Override
	for i, s := range settings {
		o, ok := ParseOverride("--set", i+1, s)
		if !ok {
			t.Fatalf("%q has no equals sign", s)
		}
		list = append(list, o)
	}
	return Parse("m.yaml", []byte(text), list...)
}

func TestOverride(t *testing.T) {
	const plainLoss = "compile: {loss: mean_squared_error}\n"
	for _, c := range []struct {
		text     string
		settings []string
		want     string // what the description would say
	}{
		{plainLoss, []string{"fit.epochs=3"}, plainLoss + "fit: {epochs: 3}\n"},
		{plainLoss + "fit: {epochs: 5, batch_size: 8}\n", []string{"fit.epochs=3", "fit.shuffle=false"}, plainLoss + "fit: {epochs: 3, batch_size: 8, shuffle: false}\n"},
		{"", []string{"compile.loss=mean_squared_error", "compile.metrics=[mean_absolute_error]"}, "compile: {loss: mean_squared_error, metrics: [mean_absolute_error]}\n"},
		{plainLoss, []string{"compile.optimizer=adam"}, "compile: {loss: mean_squared_error, optimizer: adam}\n"},
		{plainLoss, []string{"compile.optimizer.*.learning_rate=0.5"}, "compile: {loss: mean_squared_error, optimizer: {rmsprop: {learning_rate: 0.5}}}\n"},
		{"compile: {loss: mean_squared_error, optimizer: sgd}\n", []string{"compile.optimizer.*.learning_rate=0.5"}, "compile: {loss: mean_squared_error, optimizer: {sgd: {learning_rate: 0.5}}}\n"},
		{"compile: {loss: mean_squared_error, optimizer: {sgd: 0.5}}\n", []string{"compile.optimizer.sgd.momentum=0.9"}, "compile: {loss: mean_squared_error, optimizer: {sgd: {learning_rate: 0.5, momentum: 0.9}}}\n"},
		{"compile: {loss: mean_squared_error, optimizer: {sgd: {learning_rate: 0.5, momentum: 0.9}}}\n", []string{"compile.optimizer.sgd.momentum=0.8"}, "compile: {loss: mean_squared_error, optimizer: {sgd: {learning_rate: 0.5, momentum: 0.8}}}\n"},
		{"compile: {loss: mean_squared_error, optimizer: {sgd: {momentum: 0.9}}}\n", []string{"compile.optimizer.adam.learning_rate=0.01"}, "compile: {loss: mean_squared_error, optimizer: {adam: {learning_rate: 0.01}}}\n"},
		{"compile: {loss: mean_squared_error, optimizer: {sgd: {momentum: 0.9}}}\n", []string{"compile.optimizer=adam", "compile.optimizer.*.learning_rate=0.01"}, "compile: {loss: mean_squared_error, optimizer: {adam: {learning_rate: 0.01}}}\n"},
	} {
		got, err := parseSet(t, overridden+c.text, c.settings...)
		if err != nil {
			t.Errorf("%v: %v", c.settings, err)
			continue
		}
		want, err := Parse("m.yaml", []byte(overridden+c.want))
		if err != nil {
			t.Fatal(err)
		}
		if g, w := string(WriteJSON(got)), string(WriteJSON(want)); g != w {
			t.Errorf("%v gives\n%s\nwant\n%s", c.settings, g, w)
		}
	}
}

// TestSections puts sections of a file of their own in place of a description's.
func TestSections(t *testing.T) {
	const with = "data: {train: {npz: a.npz, arrays: [x, y]}}\ncompile: {loss: mean_squared_error, optimizer: sgd}\n"
	list, err := Sections("folder/with.yaml", []byte(with))
	if err != nil {
		t.Fatal(err)
	}
	after, _ := ParseOverride("--set", 1, "compile.optimizer.*.momentum=0.5")
	got, err := Parse("m.yaml", []byte(overridden+"compile: {loss: mean_absolute_error, metrics: [mae]}\nfit: {epochs: 3}\n"), append(list, after)...)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse("m.yaml", []byte(overridden+strings.Replace(with, "sgd", "{sgd: {momentum: 0.5}}", 1)+"fit: {epochs: 3}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if g, w := string(WriteJSON(got)), string(WriteJSON(want)); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
	for text, want := range map[string]string{
		"layers: []\nfit: {}\ninputs: {}": "with.yaml:1:1: \"layers\" is not among the sections that such a file has: data, compile, fit\nwith.yaml:3:1: \"inputs\" is not among the sections that such a file has: data, compile, fit",
		"- a":                             "with.yaml:1:1: sections of a description are a map such as data: {train: ...}, not a list",
		"fit: {":                          "with.yaml:1:7: the braces or brackets that open in this line cannot be read",
		"# nothing":                       "with.yaml:1:1: the file holds comments alone",
	} {
		if _, err := Sections("with.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
	if _, err := Sections("with.keras", nil); err == nil || err.Error() != `with.keras: a description is a .yaml or .json file, and the name of this file ends in ".keras"` {
		t.Error(err)
	}
	// What is wrong in a section has its place in the file that it stands in.
	list, err = Sections("with.yaml", []byte("fit:\n  epocks: 3"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("m.yaml", []byte(overridden+"compile: {loss: mean_squared_error}\n"), list...); err == nil || !strings.HasPrefix(err.Error(), "with.yaml:2:3: ") {
		t.Error(err)
	}
}

// An alias stands for the same map: a setting changes it in one place alone.
func TestOverrideLeavesAliases(t *testing.T) {
	const text = `compile:
  optimizer: {sgd: &a {learning_rate: 0.5}}
  loss: mean_squared_error
`
	v, _, _ := document.ReadYAML(document.Source{File: "m.yaml", Text: []byte(text + "fit: *a\n")})
	if errs := override(&v, []Override{{Flag: "--set", Key: "compile.optimizer.sgd.learning_rate", Value: "0.1"}}); len(errs) > 0 {
		t.Fatal(errs)
	}
	if fit, _ := v.Get("fit"); fit.Value.Flow() != "{learning_rate: 0.5}" {
		t.Errorf("the alias has become %s", fit.Value.Flow())
	}
}

func TestOverrideMistakes(t *testing.T) {
	for _, c := range []struct{ setting, want string }{
		{"fit.epoch=3", `--set:1:1: fit has no "epoch"; did you mean "epochs"? It takes: `},
		{"fit.epochs=x", `--set:1:12: fit: epochs takes a whole number, not the text "x"`},
		{"fit.epochs=[1", `--set:1:`},
		{"fit.epochs=", `--set:1:12: the value is missing; write it after the equals sign`},
		{"layers.hidden.units=3", `--set:1:1: "layers.hidden.units" is not a setting of compile or fit; write, for example, fit.epochs=3 or compile.optimizer.adam.learning_rate=0.01`},
		{"epochs=3", `--set:1:1: "epochs" is not a setting of compile or fit; `},
		{"fit..x=3", `--set:1:1: "fit..x" is not a setting`},
		{"fit.epochs=1\x00", `--set:1:12: the control character`},
		{"fit.epochs=a: b: c", `--set:1:`},
	} {
		_, err := parseSet(t, overridden+"compile: {loss: mean_squared_error}\n", c.setting)
		if err == nil || len(err.Error()) < len(c.want) || err.Error()[:len(c.want)] != c.want {
			t.Errorf("%s: %v, want %s", c.setting, err, c.want)
		}
	}
}
