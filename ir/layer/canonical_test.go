package layer_test

import (
	"encoding/json"
	"testing"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/spec"
)

func TestCanonical(t *testing.T) {
	info, ok := layer.Find("Dense")
	if !ok {
		t.Fatal("no Dense")
	}
	m, err := spec.Parse("m.yaml", []byte("inputs: {x: {shape: [2]}}\nlayers:\n  - Dense: {units: 3, activation: swish, bias_regularizer: {l2: 0.5}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	config := info.New()
	if errs := spec.Decode(m.Layers[0].Args, config); len(errs) > 0 {
		t.Fatal(errs)
	}
	for training, want := range map[bool]string{
		true: `{"activation":{"silu":{}},"bias_initializer":{"zeros":{}},"bias_regularizer":{"l2":{"l2":0.5}},` +
			`"kernel_initializer":{"glorot_uniform":{"seed":null}},"kernel_regularizer":null,"units":3,"use_bias":true}`,
		false: `{"activation":{"silu":{}},"units":3,"use_bias":true}`,
	} {
		got, err := json.Marshal(layer.Canonical(config, training))
		if err != nil || string(got) != want {
			t.Errorf("training %v: %s, %v, want %s", training, got, err, want)
		}
	}
}
