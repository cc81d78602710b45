package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/codegen"
)

// compile runs a description as it is through every stage up to its program.
func compile(ctx context.Context, file string, dump func(stage, text string)) (*network.Network, error) {
	return network.Compile(ctx, file, network.Settings{}, dump)
}

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

// printedBytes prints the package of a network, and gives its bytes.
func printedBytes(tb testing.TB, n *network.Network, predictOnly bool) (size int) {
	tb.Helper()
	files, err := n.Emit(tb.Context(), codegen.Config{Package: "grown", PredictOnly: predictOnly})
	if err != nil {
		tb.Fatal(err)
	}
	for _, b := range files {
		size += len(b)
	}
	return size
}

// growth is what is counted of a description on the way to either kind of
// package: its compilation, which they share, counts for both.
func growth(t *testing.T, layers string) map[string]float64 {
	file := filepath.Join(t.TempDir(), "grown.yaml")
	writeTestFile(t, file, describe(layers))
	count := func(step func()) (bytes, allocations float64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		step()
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc), float64(after.Mallocs - before.Mallocs)
	}
	var net *network.Network
	var err error
	bytes, allocations := count(func() { net, err = compile(t.Context(), file, nil) })
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]float64{}
	for kind, predictOnly := range map[string]bool{"package": false, "predict-only package": true} {
		moreBytes, moreAllocations := count(func() { figures["bytes of a "+kind] = float64(printedBytes(t, net, predictOnly)) })
		figures["bytes allocated for a "+kind], figures["allocations for a "+kind] = bytes+moreBytes, allocations+moreAllocations
	}
	return figures
}

// A description twice as long takes about twice the memory, and twice the
// allocations, from the description to the text of the package, and gives about
// twice the text. What is counted does not depend on the machine.
func TestGrowth(t *testing.T) {
	const most = 2.5                                  // twice, the logarithm of sorting, and growing slices and maps
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // collecting is a third of the time, and changes no figure
	for name, layers := range growing {
		n := 80 // beyond the networks that are one kernel
		if name == "elementwise" {
			n = 400 // beyond what is fused into one expression
		}
		once, twice := growth(t, layers(n)), growth(t, layers(2*n))
		for what := range once {
			if twice[what] > most*once[what] {
				t.Errorf("%s: %.0f %s for %d layers, %.0f for twice as many: %.2f times", name, once[what], what, n, twice[what], twice[what]/once[what])
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
				net, err := compile(b.Context(), file, nil)
				if err != nil {
					b.Fatal(err)
				}
				printedBytes(b, net, false)
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
