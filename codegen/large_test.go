package codegen

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/machine"
)

// large are networks with what calls of kernels may be passed: ids, random numbers,
// rows that are others in every turn of a loop.
var large = map[string]string{
	"ids": `"inputs": {"x": {"shape": [6], "dtype": "int32"}}, "layers": [{"Embedding": {"input_dim": 9, "output_dim": 4, "mask_zero": true}}, {"LSTM": 5}, {"Dropout": 0.3}, {"Dense": {"units": 3, "activation": "softmax"}}],
		"compile": {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}`,
	"images": `"inputs": {"x": {"shape": [7, 7, 2]}}, "layers": [{"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same", "activation": "relu"}}, "BatchNormalization", {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}}, {"Dropout": 0.2},
		"BatchNormalization", {"MaxPooling2D": 2}, {"Flatten": {}}, {"Dense": {"units": 3, "activation": "softmax"}}], "compile": {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy"}`,
	"odd` layer": `"inputs": {"x": {"shape": [3]}}, "layers": [{"Dense": {"name": "a` + "`" + `b", "units": 4, "activation": "tanh"}}, {"Dense": {"name": "w[", "units": 2, "bias_initializer": "ones"}}], "compile": {"optimizer": "sgd", "loss": "mean_squared_error"}`,
}

// The packages of networks whose layers share kernels pass their own tests. They
// name every kernel of a list of calls once, and none of their views is inlined.
func TestLargeNetworks(t *testing.T) {
	m := machine.Server()
	m.OwnKernels, m.ShareMulAdds = 0, 1
	var packages [][]File
	describe := func(name, text string) []File {
		files := generated(t, compiled(t, `{"name": "`+name+`", `+text+`}`), Config{Package: "large", Machine: m})
		packages = append(packages, files)
		return files
	}
	for name, text := range large {
		files := describe(name, text)
		if double := string(fileNamed(t, files, "float64_test.go")); !strings.Contains(double, "call.List(kernels, `\n") {
			t.Errorf("%s: no calls are listed:\n%s", name, double)
		}
		forward := string(fileNamed(t, files, "forward.go"))
		views := len(regexp.MustCompile(`(?m)^func \(s \*pass\)`).FindAllString(forward, -1))
		if n := strings.Count(forward, "//go:noinline\nfunc (s *pass)"); n != views || n == 0 {
			t.Errorf("%s: %d of %d views are kept out of line", name, n, views)
		}
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 2 {
		describe("drawn", drawOdd(r))
	}
	testIn(t, packages...)
}

// Constants that several plans have are printed once.
func TestConstantsOnce(t *testing.T) {
	files := generated(t, compiled(t, `{"name": "mel", "inputs": {"x": {"shape": [256]}}, "layers": [
		{"MelSpectrogram": {"fft_length": 32, "sequence_stride": 16, "num_mel_bins": 6, "sampling_rate": 8000, "max_freq": 4000}}, {"Flatten": {}}, {"Dense": 2}],
		"compile": {"optimizer": "sgd", "loss": "mean_squared_error"}}`), Config{Package: "mel"})
	arrays := regexp.MustCompile(`(?m)^var (\w+) = (\[\d+\]\w+\{.*\})$`).FindAllStringSubmatch(string(fileNamed(t, files, "kernels_generic.go")), -1)
	if len(arrays) == 0 {
		t.Fatal("there are no constants")
	}
	names := map[string]string{}
	for _, a := range arrays {
		if other, ok := names[a[2]]; ok {
			t.Errorf("%s is %s again", a[1], other)
		}
		names[a[2]] = a[1]
	}
	testIn(t, files)
}
