package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen"
)

// growing are families of descriptions of any number of layers.
var growing = map[string]func(layers int) string{
	"dense": func(n int) string {
		return "  - Dense: {units: 8}\n" + strings.Repeat("  - Dense: {units: 8, activation: relu}\n", n)
	},
	"normalized": func(n int) string {
		return "  - Dense: {units: 8}\n" + strings.Repeat("  - Dense: {units: 8, use_bias: false}\n  - BatchNormalization\n  - Activation: relu\n", n/3)
	},
	"convolutions": func(n int) string {
		return "  - Reshape: [2, 2, 2]\n" + strings.Repeat("  - Conv2D: {filters: 2, kernel_size: 3, padding: same, activation: relu}\n", n) + "  - Flatten\n"
	},
	"dropped": func(n int) string {
		return strings.Repeat("  - Dense: {units: 8, activation: softmax}\n  - Dropout: 0.5\n", n/2)
	},
	"elementwise": func(n int) string {
		return "  - Dense: {units: 8}\n" + strings.Repeat("  - Activation: tanh\n  - Rescaling: 0.5\n", n/2)
	},
	"penalized": func(n int) string {
		return strings.Repeat("  - Dense: {units: 8, kernel_regularizer: l2}\n", n)
	},
	"called alike": func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  - Dense: {name: %s%d, units: 8}\n", strings.Repeat("a", 50), i)
		}
		return b.String()
	},
	"residual": func(n int) string {
		b := "  - Dense: {name: r0, units: 8}\n"
		for i := range n / 2 {
			b += fmt.Sprintf("  - Dense: {name: d%d, units: 8, activation: relu}\n  - Add: {name: r%d, inputs: [r%d, d%d]}\n", i, i+1, i, i)
		}
		return b
	},
	"wide": func(n int) string {
		b := "  - Dense: {name: shared, units: 8}\n"
		var names []string
		for i := range n {
			names = append(names, fmt.Sprint("d", i))
			b += fmt.Sprintf("  - Dense: {name: d%d, units: 4, activation: relu, inputs: shared}\n", i)
		}
		return b + "  - Concatenate: [" + strings.Join(names, ", ") + "]\n"
	},
}

func describe(layers string) string {
	layers = strings.Replace(layers, "Concatenate: [", "Concatenate: {inputs: [", 1)
	if strings.Contains(layers, "Concatenate") {
		layers = strings.TrimSuffix(layers, "]\n") + "]}\n"
	}
	return "name: grown\ninputs: {x: {shape: [8]}}\nlayers:\n" + layers + "  - Dense: {units: 1}\ncompile: {optimizer: adam, loss: mean_squared_error}\n"
}

// generated compiles and prints a description, and gives the bytes of the package.
func generated(tb testing.TB, file string, predictOnly bool) (size int) {
	tb.Helper()
	net, err := compile(tb.Context(), file, nil)
	if err != nil {
		tb.Fatal(err)
	}
	files, err := net.emit(tb.Context(), codegen.Config{Package: "grown", PredictOnly: predictOnly})
	if err != nil {
		tb.Fatal(err)
	}
	for _, b := range files {
		size += len(b)
	}
	return size
}

// A description twice as long takes about twice the memory, and twice the
// allocations, from the description to the text of the package, and gives about
// twice the text. What is counted does not depend on the machine.
func TestGrowth(t *testing.T) {
	const most = 2.5 // twice, the logarithm of sorting, and growing slices and maps
	for name, layers := range growing {
		n := 80 // beyond the networks that are one kernel
		if name == "elementwise" {
			n = 400 // beyond what is fused into one expression
		}
		for _, predictOnly := range []bool{false, true} {
			var figures [2]map[string]float64
			for i, n := range []int{n, 2 * n} {
				file := filepath.Join(t.TempDir(), "grown.yaml")
				writeTestFile(t, file, describe(layers(n)))
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				text := generated(t, file, predictOnly)
				runtime.ReadMemStats(&after)
				figures[i] = map[string]float64{
					"bytes of text": float64(text), "bytes allocated": float64(after.TotalAlloc - before.TotalAlloc), "allocations": float64(after.Mallocs - before.Mallocs),
				}
			}
			for what, once := range figures[0] {
				if twice := figures[1][what]; twice > most*once {
					t.Errorf("%s, predict only %v: %.0f %s for %d layers, %.0f for twice as many: %.2f times", name, predictOnly, once, what, n, twice, twice/once)
				}
			}
		}
	}
}

// The time for a thousand layers.
func BenchmarkGenerate(b *testing.B) {
	for _, name := range []string{"dense", "normalized", "convolutions"} {
		b.Run(name, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "grown.yaml")
			writeTestFile(b, file, describe(growing[name](1000)))
			for b.Loop() {
				generated(b, file, false)
			}
		})
	}
}

func writeTestFile(tb testing.TB, file, text string) {
	tb.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		tb.Fatal(err)
	}
}
