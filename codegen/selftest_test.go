package codegen

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// odd describes models that are right and that a test which expects something
// of them would fail: they begin dead, are frozen, overflow, cannot learn, drop
// out twice in a row.
var odd = map[string]string{
	"dead": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 4, "activation": "relu", "bias_initializer": {"constant": {"value": -100}}}}, {"Dense": {"units": 1}}],
		"compile": {"optimizer": "rmsprop", "loss": "mean_squared_error"}`,
	"zero": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 4, "activation": "relu", "use_bias": false, "kernel_initializer": "zeros"}},
		{"Dense": {"units": 2, "use_bias": false, "kernel_initializer": "zeros"}}], "compile": {"optimizer": "adam", "loss": "mean_absolute_error"}`,
	"frozen": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 4, "activation": "tanh", "trainable": false, "kernel_initializer": "zeros"}}, {"Dense": {"units": 2, "trainable": false}}],
		"compile": {"optimizer": "sgd", "loss": "mean_squared_error"}`,
	"overflow": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 4, "activation": "exponential", "kernel_initializer": {"constant": {"value": 1e10}}}},
		{"Rescaling": {"scale": 1e30}}, {"Rescaling": {"scale": 1e30}}, {"Dense": {"units": 3, "activation": "softmax"}}], "compile": {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy"}`,
	"saturated": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Rescaling": {"scale": 1e4}}, {"Dense": {"units": 3, "activation": "softmax"}}],
		"compile": {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}`,
	"sure": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Rescaling": {"scale": 1e3}}, {"Dense": {"units": 2, "activation": "sigmoid"}}, {"Dense": {"units": 1, "activation": "sigmoid", "kernel_initializer": {"constant": {"value": 90}}}}],
		"compile": {"optimizer": {"sgd": {"learning_rate": 1e6}}, "loss": "binary_crossentropy"}`,
	"forgetful": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 4}}, {"Dropout": {"rate": 0.99}}, {"Dense": {"units": 1, "activation": "relu", "bias_initializer": {"constant": {"value": -3}}}}],
		"compile": {"optimizer": {"sgd": {"learning_rate": 0}}, "loss": "mean_squared_error"}`,
	"twice": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 9}}, {"Dropout": {"rate": 0.25}}, {"Dropout": {"rate": 0.5}}, {"Dense": {"units": 2}}],
		"compile": {"optimizer": "adam", "loss": "mean_squared_error"}`,
	"lonely": `"inputs": {"x": {"shape": [2], "dtype": "int32"}}, "layers": [{"Embedding": {"input_dim": 1, "output_dim": 2}}, "Flatten", {"Dense": {"units": 1}}],
		"compile": {"optimizer": "adam", "loss": "mean_squared_error"}`,
	"constant": `"inputs": {"x": {"shape": [2]}}, "layers": [{"Rescaling": {"scale": 1e-30}}, {"Dense": {"units": 4, "activation": "relu"}}, "BatchNormalization", {"Dense": {"units": 1}}],
		"compile": {"optimizer": {"adam": {"learning_rate": 10}}, "loss": "mean_squared_error"}, "fit": {"batch_size": 1}`,
}

// drawOdd draws a small model with odd initializers, activations and rates.
func drawOdd(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	initializer := func() string {
		return pick(`"zeros"`, `"ones"`, `"glorot_uniform"`, `"he_normal"`, `{"constant": {"value": -1e3}}`, `{"constant": {"value": 1e20}}`, `{"random_normal": {"stddev": 100}}`, `{"random_normal": {"stddev": 1e-20}}`)
	}
	activation := func() string {
		return pick("linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "silu", "softplus", "softsign", "exponential", "leaky_relu", "hard_sigmoid", "mish")
	}
	var layers []string
	dense := func(units int, activation string) {
		layers = append(layers, fmt.Sprintf(`{"Dense": {"units": %d, "activation": "%s", "kernel_initializer": %s, "bias_initializer": %s, "use_bias": %v, "trainable": %v}}`,
			units, activation, initializer(), initializer(), r.IntN(3) > 0, r.IntN(5) > 0))
	}
	for range 1 + r.IntN(4) {
		switch r.IntN(6) {
		case 0:
			layers = append(layers, pick(`"BatchNormalization"`, `{"Dropout": {"rate": 0.9}}`, `{"Rescaling": {"scale": 1e3}}`, `{"Rescaling": {"scale": 1e-30}}`, `{"Rescaling": {"scale": 1e-6, "offset": 5}}`))
		default:
			dense(2+r.IntN(6), activation())
		}
	}
	units, last, loss := 2+r.IntN(3), "linear", "mean_squared_error"
	switch r.IntN(6) {
	case 0:
		units, last, loss = 1, "sigmoid", "binary_crossentropy"
	case 1:
		last, loss = "softmax", "sparse_categorical_crossentropy"
	case 2:
		last, loss = pick("linear", "tanh", "relu"), pick("mean_absolute_error", "huber")
	case 3:
		last, loss = "softmax", "categorical_crossentropy"
	}
	dense(units, last)
	rate := []float64{0, 1e-8, 1e-3, 0.1, 10, 1e5}[r.IntN(6)]
	return fmt.Sprintf(`"inputs": {"x": {"shape": [%d]}}, "layers": [%s], "compile": {"optimizer": {"%s": {"learning_rate": %g}}, "loss": "%s"}, "fit": {"batch_size": %d}`,
		1+r.IntN(6), strings.Join(layers, ", "), pick("sgd", "adam", "rmsprop", "adagrad"), rate, loss, []int{1, 2, 5, 32}[r.IntN(4)])
}

// The packages of right models pass their own tests, however odd the models:
// the tests judge the code.
func TestOddModels(t *testing.T) {
	var packages [][]File
	describe := func(name, text string) {
		packages = append(packages, generated(t, compiled(t, `{"name": "`+name+`", `+text+`}`), Config{Package: name}))
	}
	for name, text := range odd {
		describe(name, text)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 8 {
		describe("drawn", drawOdd(r))
	}
	testIn(t, packages...)
}

// plain describes a network without anything odd.
const plain = `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"units": 5, "activation": "tanh"}}, "BatchNormalization", {"Dense": {"units": 3, "activation": "softmax"}}],
	"compile": {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}`

// product matches a product in the Go text of a kernel.
var product = regexp.MustCompile(`(?m)^([^/\n]*[\w\])]) \* ([\w(])`)

// A kernel that computes something else is caught by the test of its package,
// also where the network begins dead; and so is a gradient that is wrong in both
// precisions.
func TestWrongKernelsAreCaught(t *testing.T) {
	var packages [][]File
	var what []string
	for name, text := range map[string]string{"dead": odd["dead"], "zero": odd["zero"], "plain": plain} {
		files := generated(t, compiled(t, `{"name": "`+name+`", `+text+`}`), Config{Package: name})
		kernels := string(fileNamed(t, files, "kernels_generic.go"))
		for _, m := range product.FindAllStringSubmatchIndex(kernels, -1) {
			at := m[3] // between the factors
			if left := kernels[m[2]:at]; strings.Contains(left, "range") || strings.Count(left, "[") > strings.Count(left, "]") {
				continue // of integers
			}
			if line, _, _ := strings.Cut(kernels[at:], "\n"); strings.HasSuffix(line, "// softmax") {
				continue // neither a loss that is computed from the logits nor its gradient reads it
			}
			text := kernels[:at] + " * 1.01" + kernels[at:]
			packages = append(packages, replaced(files, "kernels_generic.go", text))
			what = append(what, name+": "+strings.TrimSpace(kernels[m[0]:m[1]]))
		}
		double := string(fileNamed(t, files, "float64_test.go"))
		at := strings.LastIndex(double, "}")
		off := `call("", func(g *[1]float64) { g[0] = 1.01*g[0] + 1e-3 }, "g0")`
		packages = append(packages, replaced(files, "float64_test.go", double[:at]+off+"\n"+double[at:]))
		what = append(what, name+": a gradient in both precisions")
	}
	keep := map[int]bool{}
	for len(keep) < 8 {
		keep[rand.IntN(len(packages))] = true
	}
	var drawn [][]File
	var names []string
	for i := range keep {
		drawn, names = append(drawn, packages[i]), append(names, what[i])
	}
	dir := scratch(t, bundled(drawn)...)
	writeScratch(t, dir, "tests", []File{bundle(t, nil, drawn)})
	out, err := exec.Command("go", "test", "-vet=off", compilerFlags(dir), linkerFlags, "-tags", "purego", "-run", "TestPackages/p/TestModel/(GradientIsSlope|Trajectory)", "./"+dir+"/tests").CombinedOutput()
	if err == nil {
		t.Fatalf("nothing was caught:\n%s", out)
	}
	for i, name := range names {
		if !bytes.Contains(out, fmt.Appendf(nil, "--- FAIL: TestPackages/p%d (", i)) {
			t.Errorf("%s was not caught", name)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

// replaced are files with another text for one.
func replaced(files []File, name, text string) []File {
	out := slices.Clone(files)
	for i := range out {
		if out[i].Name == name {
			out[i].Data = []byte(text)
		}
	}
	return out
}
