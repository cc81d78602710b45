// Package bench times a model as the compiled package and in the interpreter, in
// turns, against what the machine can do at most. It is free of commands and of
// files: who calls it builds and names the program that it talks to.
package bench

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/interrupt"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Model is what is timed: the program that packages are printed from, and the
// graphs that the interpreter runs, that of training with its gradients.
type Model struct {
	Program        *loop.Program
	Predict, Train *ir.Graph
}

// turn is how long one engine runs before the other has its turn.
const turn = 20 * time.Millisecond

// Run times the model in so many rounds. The program is that of Source, built with
// the model's package; it writes its weights to the file.
func (m *Model) Run(ctx context.Context, program *exec.Cmd, weights string, threads, rounds int) (*Report, error) {
	c, err := startCompiled(program, threads)
	if err != nil {
		return nil, err
	}
	defer c.stop()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	i, err := interrupt.Unless(ctx, func() (*interpreted, error) {
		e, err := m.interpreter(weights)
		if err != nil {
			return nil, err
		}
		return e, e.agrees(c.hello.First)
	})
	if err != nil {
		return nil, err
	}
	report := &Report{
		Model: m.Program.Name, CPU: processor(), Cores: runtime.NumCPU(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Go: c.hello.Go, Level: c.hello.Level, Threads: threads, Rounds: rounds, Finite: allFinite(c.hello.First),
	}
	for _, w := range m.Workloads(threads) {
		result, err := measure(ctx, w, rounds, c, i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Label, err)
		}
		report.Works = append(report.Works, result)
	}
	report.Portable, err = m.portable()
	return report, err
}

// portable lists the kernels without machine code that a hundredth of the operations or
// more are spent in.
func (m *Model) portable() ([]portable, error) {
	kernels, err := codegen.Kernels(m.Program, codegen.Config{})
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
func measure(ctx context.Context, w Workload, rounds int, c *compiled, i *interpreted) (measured, error) {
	fast, err := runsPerTurn(func(count int) (time.Duration, error) {
		t, _, err := c.time(w.Name, count)
		return t, err
	})
	if err != nil {
		return measured{}, err
	}
	interpret := func(count int) (time.Duration, error) {
		return interrupt.Unless(ctx, func() (time.Duration, error) { return i.time(w, count) })
	}
	slow, err := runsPerTurn(interpret)
	if err != nil {
		return measured{}, err
	}
	allocs, err := c.allocations(w.Name)
	if err != nil {
		return measured{}, err
	}
	all := make([]round, rounds)
	for at := range all {
		r := &all[at]
		if err := ctx.Err(); err != nil {
			return measured{}, err
		}
		before, err := c.machine(w)
		if err != nil {
			return measured{}, err
		}
		t, _, err := c.time(w.Name, fast)
		if err != nil {
			return measured{}, err
		}
		if w.alone != "" {
			t, _, err := c.time(w.alone, fast)
			if err != nil {
				return measured{}, err
			}
			r.alone = float64(t) / float64(fast)
		}
		after, err := c.machine(w)
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
