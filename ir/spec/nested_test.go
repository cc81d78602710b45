package spec

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// flat lists the layers with what they read and share: "b(a)", "b_1=b(x)".
func flat(m *Model) string {
	var all []string
	for i, name := range m.Names() {
		if s := m.Layers[i].Shared.Name; s != "" {
			name += "=" + s
		}
		var reads []string
		for _, r := range m.InputRefs()[i] {
			reads = append(reads, r.Name)
		}
		all = append(all, name+"("+strings.Join(reads, " ")+")")
	}
	return strings.Join(all, " ")
}

// TestExpand holds models in models to the layers that they stand for.
func TestExpand(t *testing.T) {
	const two = "inputs: {a: {shape: [4]}, b: {shape: [4]}}\n"
	for layers, want := range map[string]string{
		// Second uses: names, automatic and taken, and what stands before them.
		"[{Dense: {name: d, units: 4, inputs: a}}, {Shared: d}, {Shared: {layer: d, inputs: b}}, {Shared: {layer: d, name: last, inputs: [d_2]}}, {Add: {inputs: [d_1, last]}}]": "d(a) d_1=d(d) d_2=d(b) last=d(d_2) add(d_1 last)",
		"[{Dense: {units: 4, inputs: a}}, {Shared: dense}, {Dense: {units: 4, inputs: b}}, {Dense: {name: dense_2, units: 4}}, {Add: {inputs: [dense_3, dense_2]}}]":             "dense(a) dense_3=dense(dense) dense_1(b) dense_2(dense_1) add(dense_3 dense_2)",
		"[{Add: {inputs: [d_1, d]}}, {Shared: {layer: d, inputs: b}}, {Dense: {name: d, units: 4, inputs: a}}, {Dense: {units: 1, inputs: add}}]":                                "add(d_1 d) d_1=d(b) d(a) dense(add)",
		// A model reads by its own names, by those outside, or the layer before it.
		"[{Model: {name: m, inputs: {x: a}, layers: [{Dense: {name: p, units: 1}}, {Add: {inputs: [x, p]}}]}}, {Shared: {layer: m, inputs: {x: b}}}, {Dot: {axes: 1, inputs: [m, m_1]}}]": "p(a) add(a p) p_1=p(b) add_1=add(b p_1) dot(add add_1)",
		"[{Model: {name: m, inputs: [a, b], layers: [{Add: {inputs: [a, b]}}]}}, {Shared: {layer: m, inputs: [b, m]}}]":                                                                   "add(a b) add_1=add(b add)",
		"[{Dense: {units: 4, inputs: a}}, {Model: {name: m, layers: [Flatten]}}, {Shared: {layer: m, inputs: b}}, {Add: {inputs: [m, m_1]}}]":                                             "dense(a) flatten(dense) flatten_1=flatten(b) add(flatten flatten_1)",
		"[{Add: {inputs: [a, b]}}, {Model: {name: m, layers: [{Dense: 4}, {Dense: 4}]}}, {Shared: m}, {Add: {inputs: [m, m_1]}}]":                                                         "add(a b) dense(add) dense_1(dense) dense_2=dense(dense_1) dense_1_1=dense_1(dense_2) add_1(dense_1 dense_1_1)",
		// Models in models, and what is after one.
		"[{Model: {name: m, inputs: a, layers: [{Model: {name: n, layers: [{Dense: {name: p, units: 4}}]}}, {Dense: {name: q, units: 4}}, {Shared: {layer: n, inputs: q}}]}}, {Shared: {layer: m, inputs: b}}, {Add: {inputs: [m, m_1]}}]": "p(a) q(p) p_1=p(q) p_2=p(b) q_1=q(p_2) p_3=p(q_1) add(p_1 p_3)",
		// Several outputs, by the names of layers; of a second use what nobody reads is not there.
		"[{Model: {name: m, inputs: a, layers: [{Dense: {name: p, units: 4}}, {Dense: {name: q, units: 4}}, {Dense: {name: r, units: 4, inputs: p}}], outputs: [q, r]}}, {Shared: {layer: m, inputs: b}}, {Add: {inputs: [q, r, q_1]}}]": "p(a) q(p) r(p) p_1=p(b) q_1=q(p_1) add(q r q_1)",
		// Of a layer that gives several results, each.
		"[{Model: {name: m, inputs: {x: a}, layers: [{LSTM: {name: l, units: 4}}, {Add: {inputs: [l, l.state_c]}}]}}, {Shared: {layer: m, inputs: b}}, {Add: {inputs: [m, m_1]}}]":                            "l(a) add(l l.state_c) l_1=l(b) add_2=add(l_1 l_1.state_c) add_1(add add_2)",
		"[{Model: {name: m, inputs: {x: a}, layers: [{LSTM: {name: l, units: 4}}], outputs: [l.state_h, l.state_c]}}, {Shared: {layer: m, inputs: b}}, {Add: {inputs: [l.state_h, l.state_c, l_1.state_c]}}]": "l(a) l_1=l(b) add(l.state_h l.state_c l_1.state_c)",
	} {
		m, err := Parse("m.yaml", []byte(two+"layers: "+layers+"\n"))
		if err != nil {
			t.Errorf("%s\n%v", layers, err)
			continue
		}
		if got := flat(m); got != want {
			t.Errorf("%s\n%s\nwant %s", layers, got, want)
		}
		again, err := Parse("m.json", WriteJSON(m))
		if err != nil || flat(again) != want {
			t.Errorf("%s\nwritten: %v\n%s", layers, err, WriteJSON(m))
		}
	}
}

// TestModelNames uses the name of a model for its output, wherever outputs are named.
func TestModelNames(t *testing.T) {
	_, err := Parse("m.yaml", []byte(`
data: {train: {npz: m.npz, inputs: {x: x}, target: {tower: t, side: s}}, target: {tower: {classes: [no, yes]}}}
inputs: {x: {shape: [4]}}
layers:
  - Model: {name: tower, inputs: x, layers: [{Dense: {units: 3}}, {Dense: {name: top, units: 1, activation: sigmoid}}]}
  - Dense: {name: side, units: 2, inputs: dense_of}
outputs: [side, tower]
`))
	if err == nil || !strings.Contains(err.Error(), `"dense_of"`) {
		t.Errorf("%v", err)
	}
	m, err := Parse("m.yaml", []byte(`
data: {train: {npz: m.npz, inputs: {x: x}, target: {tower: t, side: s}}, target: {tower: {classes: [no, yes]}}}
inputs: {x: {shape: [4]}}
layers:
  - Model: {name: tower, inputs: x, layers: [{Dense: {units: 3}}, {Dense: {name: top, units: 1, activation: sigmoid}}]}
  - Dense: {name: side, units: 2, inputs: x}
outputs: [side, tower]
compile:
  loss: {tower: binary_crossentropy, side: mse}
  loss_weights: {side: 1, tower: 2}
  metrics: {tower: accuracy}
  weighted_metrics: {tower: accuracy}
`))
	if err != nil {
		t.Fatal(err)
	}
	c, d := m.Compile, m.Data
	got := fmt.Sprintln(m.Outputs[0].Name, m.Outputs[1].Name, c.Losses[0].Output, c.LossWeights[1].Output, c.Metrics[0].Output, c.WeightedMetrics[0].Output, d.Targets[1].Output, d.Classes, d.Train.Arrays)
	if want := "side top top top top top top [no yes] [x s t]\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestPositionsInModels holds layers to the lines that they are written in.
func TestPositionsInModels(t *testing.T) {
	m, err := Parse("m.yaml", []byte("inputs: {a: {shape: [4]}, b: {shape: [4]}}\nlayers:\n  - Model:\n      name: m\n      inputs: {x: a}\n      layers:\n        - Dense: {name: p, units: 4}\n        - Add: {name: q, inputs: [x, p]}\n  - Shared: {layer: m, inputs: b}\n  - Add: {inputs: [m, m_1]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range m.Layers {
		got = append(got, fmt.Sprintf("%d:%d", l.Pos.Line, l.Pos.Col))
	}
	if fmt.Sprint(got) != "[7:11 8:11 9:5 9:5 10:5]" {
		t.Errorf("%v", got)
	}
	if p := m.Layers[1].Inputs[1].Pos; p.Line != 8 || p.Col != 38 {
		t.Errorf("an input in a model is at %v", p)
	}
}

// TestExpandSoon expands as many layers as there may be.
func TestExpandSoon(t *testing.T) {
	var b strings.Builder
	b.WriteString("inputs: {a: {shape: [4]}}\nlayers:\n  - Model: {name: m0, inputs: a, layers: [Flatten, Flatten]}\n")
	for i := range 12 {
		fmt.Fprintf(&b, "  - Model: {name: m%d, layers: [{Shared: m%d}, {Shared: m%d}]}\n", i+1, i, i)
	}
	begin := time.Now()
	_, err := Parse("m.yaml", []byte(b.String()))
	if err == nil || !strings.Contains(err.Error(), "more than 10000 layers") {
		t.Errorf("%v", err)
	}
	m, err := Parse("m.yaml", []byte(b.String()[:strings.Index(b.String(), "  - Model: {name: m11")]))
	if err != nil || len(m.Layers) < 4000 {
		t.Errorf("%v", err)
	}
	if d := time.Since(begin); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
}
