package codegen

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// compiled is the program of a description in JSON.
func compiled(t *testing.T, text string) *loop.Program {
	t.Helper()
	m, err := spec.Parse("model.json", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	net, err := build.Build(m)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	src := pass.Source{Predict: net.Predict, Step: net.Step, Evaluate: net.Evaluate, Train: net.Train}
	for _, a := range net.Adapts {
		src.Adapts = append(src.Adapts, a.Graph)
	}
	p, err := pass.Compile(net.Header, src, pass.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// generated is the package of a program.
func generated(t *testing.T, p *loop.Program, cfg Config) []File {
	t.Helper()
	files, err := Generate(p, cfg)
	if err != nil {
		t.Fatalf("%s: %v", cfg.Package, err)
	}
	return files
}

// side describes a model whose input i goes through layer i to output i, of
// shapes that differ. Every fifth input is one category, every seventh a
// list of ids of any length.
func side(n int) string {
	var inputs, layers, outputs, losses []string
	add := func(format string, args ...any) { layers = append(layers, fmt.Sprintf(format, args...)) }
	for i := range n {
		in, out := fmt.Sprint("i", i), fmt.Sprint("l", i)
		outputs, losses = append(outputs, `"`+out+`"`), append(losses, `"`+out+`": "mean_squared_error"`)
		switch {
		case i%7 == 6:
			inputs = append(inputs, fmt.Sprintf(`"%s": {"shape": [null], "dtype": "int32"}`, in))
			add(`{"CategoryEncoding": {"name": "e%d", "num_tokens": 5, "output_mode": "multi_hot", "inputs": ["%s"]}}`, i, in)
			in = fmt.Sprint("e", i)
		case i%5 == 4:
			inputs = append(inputs, fmt.Sprintf(`"%s": {"shape": [1], "dtype": "int32"}`, in))
			add(`{"Embedding": {"name": "e%d", "input_dim": 5, "output_dim": 2, "inputs": ["%s"]}}`, i, in)
			in = fmt.Sprint("e", i)
		case i%3 == 2:
			inputs = append(inputs, fmt.Sprintf(`"%s": {"shape": [2, %d]}`, in, 1+i%4))
		default:
			inputs = append(inputs, fmt.Sprintf(`"%s": {"shape": [%d]}`, in, 1+i%4))
		}
		add(`{"Dense": {"name": "%s", "units": %d, "activation": "%s", "inputs": ["%s"]}}`, out, 1+i%3, []string{"relu", "tanh", "sigmoid"}[i%3], in)
	}
	return fmt.Sprintf(`{"name": "side", "inputs": {%s}, "layers": [%s], "outputs": [%s],
		"compile": {"optimizer": "adam", "loss": {%s}}, "fit": {"batch_size": 4}}`,
		strings.Join(inputs, ", "), strings.Join(layers, ",\n"), strings.Join(outputs, ", "), strings.Join(losses, ", "))
}
