package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
)

func benchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "bench MODEL",
		Short: "Time a model interpreted and compiled",
		Long: `bench runs a model in the interpreter (float32, gonum's BLAS) and as the compiled
package, in turns, on the same weights and random inputs. It prints the median
of several rounds and how many times faster the package is.`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			net, err := compile(args[0], nil)
			if err != nil {
				return err
			}
			if !net.trains() {
				return diag.List{diag.Errorf(net.spec.Pos, "there is no compile section, so there is no training step to time; write compile: {optimizer: rmsprop, loss: ...}")}
			}
			return net.bench(cmd.Context(), cmd.OutOrStdout())
		},
	}
}

const (
	rounds = 9
	// turn is how long one engine runs before the other has its turn.
	turn = 40 * time.Millisecond
)

// engine is one way to run the model: it runs a workload a number of times.
type engine interface {
	time(what string, count int) (time.Duration, error)
}

// workload is a row of the table.
type workload struct{ name, label string }

func (n *network) bench(ctx context.Context, w io.Writer) error {
	p := n.program
	pkg, err := n.emit(codegen.Config{Package: codegen.PackageName(p.Name)})
	if err != nil {
		return err
	}
	main, err := n.benchSource()
	if err != nil {
		return err
	}
	s, err := newScratch(pkg, main)
	if err != nil {
		return err
	}
	defer s.Close()
	exe, err := s.build(ctx)
	if err != nil {
		return err
	}
	weights := filepath.Join(s.dir, weightsFile)
	compiled, err := startCompiled(ctx, exe, weights)
	if err != nil {
		return err
	}
	defer compiled.stop()
	interpreted, err := n.interpreter(weights)
	if err != nil {
		return err
	}
	if err := interpreted.agrees(compiled.first); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s on %s/%s, %d cores: interpreted on all, compiled on one\n\n", printable(p.Name), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintf(w, "%-26s%14s%14s%9s\n", "", "interpreted", "compiled", "ratio")
	for _, l := range []workload{
		{"predict", "predict 1 row"},
		{"batch", fmt.Sprintf("predict %d rows", p.Batch)},
		{"train", fmt.Sprintf("training step, %d rows", p.Batch)},
	} {
		slow, fast, err := compare(ctx, l.name, interpreted, compiled)
		if err != nil {
			return fmt.Errorf("%s: %w", l.label, err)
		}
		fmt.Fprintf(w, "%-26s%14s%14s%8.1fx\n", l.label, duration(slow), duration(fast), slow/fast)
	}
	return nil
}

// compare times both engines in turns and gives the median nanoseconds per run.
func compare(ctx context.Context, what string, engines ...engine) (first, second float64, err error) {
	var times [2][]float64
	for i, e := range engines {
		// The first runs warm up and tell how many fill a turn.
		count := 1
		for {
			t, err := e.time(what, count)
			if err != nil {
				return 0, 0, err
			}
			if t >= turn/4 || count > 1<<24 {
				times[i] = []float64{float64(count) * float64(turn) / float64(max(t, 1))}
				break
			}
			count *= 4
		}
	}
	counts := [2]int{max(1, int(times[0][0])), max(1, int(times[1][0]))}
	times = [2][]float64{}
	for range rounds {
		for i, e := range engines {
			if err := ctx.Err(); err != nil {
				return 0, 0, err
			}
			t, err := e.time(what, counts[i])
			if err != nil {
				return 0, 0, err
			}
			times[i] = append(times[i], float64(t)/float64(counts[i]))
		}
	}
	return median(times[0]), median(times[1]), nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// duration prints nanoseconds with four digits.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.1f ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.2f µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	}
	return fmt.Sprintf("%.2f s", ns/1e9)
}
