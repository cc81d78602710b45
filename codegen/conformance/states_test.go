package conformance

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/pass"
)

var detector = flag.Bool("detector", false, "TestManyStates builds with the race detector, whose kernels are then Go")

// manyStates are networks whose states are stepped in great numbers.
var manyStates = map[string]string{
	"remembers": `{
		"name": "remembers",
		"inputs": {"x": {"shape": [8, 3]}},
		"layers": [{"LSTM": {"units": 5, "return_sequences": true}}, {"GRU": {"units": 7, "return_sequences": true}}, {"Dense": 4}],
		"compile": {"loss": "mean_squared_error", "optimizer": "sgd"}
	}`,
	"attends": `{
		"name": "attends",
		"inputs": {"x": {"shape": [8, 3]}},
		"layers": [
			{"Dense": {"name": "a", "units": 8}},
			{"SinePositionEncoding": {"name": "p"}},
			{"Add": {"name": "b", "inputs": ["a", "p"]}},
			{"MultiHeadAttention": {"name": "c", "num_heads": 2, "key_dim": 4, "use_causal_mask": true}},
			{"Add": {"name": "d", "inputs": ["b", "c"]}},
			{"LayerNormalization": {}},
			{"Dense": 4}
		],
		"compile": {"loss": "mean_squared_error", "optimizer": "sgd"}
	}`,
}

// manyStatesMain steps 10,000 states of each network from 12 goroutines at a time, every
// step of a state from another one, and compares with what Predict gives.
const manyStatesMain = `package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"

	"scratch/attends"
	"scratch/remembers"
)

const states, goroutines, sequences, steps = 10000, 12, 40, 8

// network is one of the two: what a step of a state gives, and the whole sequence.
type network struct {
	step  func(state, sequence, step int) [4]float32
	whole func(sequence int) [steps][4]float32
}

func main() {
	r := rand.New(rand.NewPCG(1, 2))
	var x [sequences][steps][3]float32
	for i := range x {
		for t := range x[i] {
			for j := range x[i][t] {
				x[i][t][j] = float32(r.NormFloat64())
			}
		}
	}
	a, b := remembers.New(remembers.Seed(1)), attends.New(attends.Seed(1))
	as, bs := make([]*remembers.State, states), make([]*attends.State, states)
	for i := range states {
		as[i], bs[i] = a.NewState(), b.NewState()
	}
	for _, n := range []network{{
		func(state, sequence, step int) [4]float32 { in := remembers.StepInput(x[sequence][step]); return a.Step(as[state], &in) },
		func(sequence int) [steps][4]float32 { in := remembers.Input(x[sequence]); return a.Predict(&in) },
	}, {
		func(state, sequence, step int) [4]float32 { in := attends.StepInput(x[sequence][step]); return b.Step(bs[state], &in) },
		func(sequence int) [steps][4]float32 { in := attends.Input(x[sequence]); return b.Predict(&in) },
	}} {
		var want [sequences][steps][4]float32
		for i := range want {
			want[i] = n.whole(i)
		}
		var taken, wrong atomic.Int64
		for t := range steps {
			var all sync.WaitGroup
			for g := range goroutines {
				all.Add(1)
				go func() {
					defer all.Done()
					for s := (g + t) % goroutines; s < states; s += goroutines {
						got, same := n.step(s, s%sequences, t), want[s%sequences][t]
						for i := range got {
							if math.Float32bits(got[i]) != math.Float32bits(same[i]) {
								wrong.Add(1)
							}
						}
						taken.Add(1)
					}
				}()
			}
			all.Wait()
		}
		fmt.Println(taken.Load(), "steps,", wrong.Load(), "wrong values")
		if wrong.Load() > 0 || taken.Load() != states*steps {
			os.Exit(1)
		}
	}
}
`

// TestManyStates steps 10,000 states of a network at the same time.
func TestManyStates(t *testing.T) {
	var args []string
	if *detector {
		args = []string{"-race", "-tags", "purego"}
	}
	exe, _ := stepping(t, manyStates, manyStatesMain, args...)
	out, err := ran(exe, "GOMAXPROCS=8")
	if want := strings.Repeat("80000 steps, 0 wrong values\n", 2); err != nil || out != want {
		t.Fatalf("%v\n%s", err, head([]byte(out)))
	}
}

// stepping builds networks, and a program that steps them.
func stepping(t *testing.T, networks map[string]string, main string, args ...string) (exe string, built []*network) {
	t.Helper()
	dir := t.TempDir()
	module, err := filepath.Abs("../../runtime")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range networks {
		net, err := compileJSON(name, []byte(text))
		if err == nil {
			err = net.emit(dir, pass.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if !net.streams {
			t.Fatalf("%s takes no steps: %s", name, net.whole)
		}
		built = append(built, net)
	}
	for name, text := range map[string]string{
		"main.go": main,
		"go.mod":  fmt.Sprintf("module scratch\n\ngo 1.24\n\nrequire github.com/nngen-go/nngen/runtime v0.0.0\n\nreplace github.com/nngen-go/nngen/runtime => %s\n", module),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	exe = filepath.Join(dir, "states.exe")
	build := exec.Command("go", append(append([]string{"build", "-o", exe}, args...), ".")...)
	build.Dir, build.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, head(out))
	}
	return exe, built
}

// ran is what a program prints.
func ran(exe string, env ...string) (string, error) {
	run := exec.Command(exe)
	run.Env = append(os.Environ(), env...)
	out, err := run.CombinedOutput()
	return string(out), err
}
