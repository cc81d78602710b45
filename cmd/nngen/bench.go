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
	var asJSON bool
	var threads, rounds int
	cmd := &cobra.Command{
		Use:   "bench MODEL",
		Short: "Time a model, compiled and interpreted, against the limits of the machine",
		Long: `bench runs a model as the compiled package and in the interpreter (float32,
gonum's BLAS), in turns, on the same weights and random inputs. Between the
turns it measures what the machine can do at most: the rate of multiply-adds and
the rate of reading as many bytes as the work has to move. Figures are medians
over the rounds; shares and ratios are taken within a round.

NNGEN_CPU=go or =avx2 times the package at a lower level.`,
		Example: `  nngen bench mnist.yaml
  nngen bench mnist.yaml --threads 2 --json
  NNGEN_CPU=avx2 nngen bench mnist.yaml --rounds 5`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if threads < 1 {
				return &usageError{cmd.CommandPath(), fmt.Sprintf("--threads %d: there must be at least one", threads)}
			}
			if rounds < 1 {
				return usagef(cmd, "--rounds %d: there must be at least one", rounds)
			}
			net, err := compile(cmd.Context(), args[0], nil)
			if err != nil {
				return err
			}
			if !net.trains() {
				return diag.List{diag.Errorf(net.spec.Pos, "there is no compile section, so there is no training step to time; write compile: {optimizer: rmsprop, loss: ...}")}
			}
			report, err := net.bench(cmd.Context(), threads, rounds)
			switch {
			case cmd.Context().Err() != nil:
				return cmd.Context().Err() // it has ended the program that was asked, too
			case err != nil:
				return err
			}
			if !report.Finite {
				fmt.Fprintf(cmd.ErrOrStderr(), "warning: with bench's random weights and samples the outputs are not finite; a trained model may take a different time\n")
			}
			if err := report.write(cmd.OutOrStdout(), asJSON); err != nil || asJSON {
				return err
			}
			next(cmd.ErrOrStderr(), "nngen", "generate", args[0])
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print everything that was measured as JSON")
	cmd.Flags().IntVar(&threads, "threads", 1, "number of cores to use")
	cmd.Flags().IntVar(&rounds, "rounds", 11, "number of rounds")
	return cmd
}

// turn is how long one engine runs before the other has its turn.
const turn = 20 * time.Millisecond

// bench times the model on so many threads, in so many rounds.
func (n *network) bench(ctx context.Context, threads, rounds int) (*benchReport, error) {
	p := n.program
	pkg, err := n.emit(ctx, codegen.Config{Package: codegen.PackageName(p.Name)})
	if err != nil {
		return nil, err
	}
	main, err := n.benchSource(threads)
	if err != nil {
		return nil, err
	}
	s, err := newScratch(pkg, main)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	exe, err := s.build(ctx)
	if err != nil {
		return nil, err
	}
	weights := filepath.Join(s.dir, weightsFile)
	compiled, err := startCompiled(ctx, exe, weights, threads)
	if err != nil {
		return nil, err
	}
	defer compiled.stop()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	interpreted, err := unlessInterrupted(ctx, func() (*interpretedEngine, error) {
		e, err := n.interpreter(weights)
		if err != nil {
			return nil, err
		}
		return e, e.agrees(compiled.hello.First)
	})
	if err != nil {
		return nil, err
	}
	report := &benchReport{
		Model: p.Name, CPU: processor(), Cores: runtime.NumCPU(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Go: compiled.hello.Go, Level: compiled.hello.Level, Threads: threads, Rounds: rounds, Finite: allFinite(compiled.hello.First),
	}
	for _, w := range n.workloads(threads) {
		m, err := measure(ctx, w, rounds, compiled, interpreted)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.label, err)
		}
		report.Works = append(report.Works, m)
	}
	report.Portable, err = n.portable()
	return report, err
}

// portable lists the kernels without machine code that a hundredth of the operations or
// more are spent in.
func (n *network) portable() ([]portable, error) {
	kernels, err := codegen.Kernels(n.program, codegen.Config{PredictOnly: !n.trains()})
	if err != nil {
		return nil, err
	}
	var list []portable
	for _, k := range kernels {
		if len(k.Levels) == 0 && k.Share >= 0.01 {
			list = append(list, portable{k.Name, k.Share})
		}
	}
	return list, nil
}

// measure times both engines in turns, and the machine between them.
func measure(ctx context.Context, w workload, rounds int, compiled *compiledEngine, interpreted *interpretedEngine) (measured, error) {
	fast, err := runsPerTurn(func(count int) (time.Duration, error) {
		t, _, err := compiled.time(w.name, count)
		return t, err
	})
	if err != nil {
		return measured{}, err
	}
	interpret := func(count int) (time.Duration, error) {
		return unlessInterrupted(ctx, func() (time.Duration, error) { return interpreted.time(w.name, count) })
	}
	slow, err := runsPerTurn(interpret)
	if err != nil {
		return measured{}, err
	}
	allocs, err := compiled.allocations(w.name)
	if err != nil {
		return measured{}, err
	}
	all := make([]round, rounds)
	for i := range all {
		r := &all[i]
		if err := ctx.Err(); err != nil {
			return measured{}, err
		}
		before, err := compiled.machine(w)
		if err != nil {
			return measured{}, err
		}
		t, _, err := compiled.time(w.name, fast)
		if err != nil {
			return measured{}, err
		}
		if w.alone != "" {
			t, _, err := compiled.time(w.alone, fast)
			if err != nil {
				return measured{}, err
			}
			r.alone = float64(t) / float64(fast)
		}
		after, err := compiled.machine(w)
		if err != nil {
			return measured{}, err
		}
		r.machine, r.compiled = mean(before, after), float64(t)/float64(fast)
		if t, err = interpret(slow); err != nil {
			return measured{}, err
		}
		r.interpreted = float64(t) / float64(slow)
	}
	return w.result(all, allocs), nil
}

// runsPerTurn warms an engine up and finds how many runs fill a turn.
func runsPerTurn(run func(count int) (time.Duration, error)) (int, error) {
	for count := 1; ; count *= 4 {
		t, err := run(count)
		if err != nil {
			return 0, err
		}
		if t >= turn/4 || count > 1<<24 {
			return max(1, int(float64(count)*float64(turn)/float64(max(t, 1)))), nil
		}
	}
}

// median gives the middle of what each of the rounds says.
func median(all []round, of func(round) float64) float64 {
	v := make([]float64, len(all))
	for i, r := range all {
		v[i] = of(r)
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// write prints the report for people, or all of it as JSON.
func (r *benchReport) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return writeJSON(w, r)
	}
	_, err := io.WriteString(w, r.text())
	return err
}
