package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// rules are all optimizers in all the variants of their formulas.
func rules() map[string]Rule {
	centered := NewRMSprop(0.01)
	centered.Centered = true
	momentum := NewRMSprop(0.01)
	momentum.Momentum = 0.9
	both := NewRMSprop(0.01)
	both.Centered, both.Momentum, both.WeightDecay = true, 0.9, 0.1
	amsgrad := NewAdam(0.01)
	amsgrad.AMSGrad = true
	return map[string]Rule{
		"sgd":              NewSGD(0.01),
		"sgd decay":        &SGD{Settings: Settings{LearningRate: 0.01, WeightDecay: 0.1}},
		"sgd momentum":     &SGD{Settings: Settings{LearningRate: 0.01}, Momentum: 0.9},
		"sgd nesterov":     &SGD{Settings: Settings{LearningRate: 0.01}, Momentum: 0.9, Nesterov: true},
		"rmsprop":          NewRMSprop(0.01),
		"rmsprop centered": centered,
		"rmsprop momentum": momentum,
		"rmsprop both":     both,
		"adam":             NewAdam(0.01),
		"adam amsgrad":     amsgrad,
		"adamw":            NewAdamW(0.01),
		"adagrad":          NewAdagrad(0.01),
		"adadelta":         NewAdadelta(0.01),
		"adamax":           NewAdamax(0.01),
		"nadam":            NewNadam(0.01),
		"ftrl":             NewFtrl(0.01),
		"lion":             NewLion(0.01),
		"lamb":             NewLamb(0.01),
		"adafactor":        NewAdafactor(0.01),
	}
}

func normals(n int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func sameBits(a, b []float32) error {
	if len(a) != len(b) {
		return fmt.Errorf("lengths %d and %d", len(a), len(b))
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return fmt.Errorf("element %d: %v, want %v", i, a[i], b[i])
		}
	}
	return nil
}

// A step gives the same bits whoever shares it, and however it is cut: those of
// one call of Update over the whole block.
func TestApplyShared(t *testing.T) {
	for name, rule := range rules() {
		for _, n := range []int{1, SharedFrom - 1, 2*chunk + 5} {
			want := normals(n, 1)
			whole, err := New(rule, vector(n))
			if err != nil {
				t.Fatal(err)
			}
			for step := 1; step <= 3; step++ {
				decayGo(want, float32(rule.Common().WeightDecay), 0.01)
				at := Step{Number: step, LearningRate: 0.01, Globals: whole.globals}
				if r, ok := rule.(GlobalRule); ok {
					r.Advance(at)
				}
				rule.Update(at, want, normals(n, uint64(step)+10), whole.tensors[0].slots)
			}
			for _, workers := range []int{0, 2, 3} {
				var team *nn.Team
				if workers > 0 {
					team = nn.NewTeam(workers)
				}
				o, _ := New(rule, vector(n))
				w := normals(n, 1)
				for step := 1; step <= 3; step++ {
					if err := o.ApplyShared(team, w, normals(n, uint64(step)+10)); err != nil {
						t.Fatal(err)
					}
				}
				team.Close()
				if err := sameBits(w, want); err != nil {
					t.Errorf("%s, %d weights, %d workers: %v", name, n, workers, err)
				}
				for i, s := range o.Slots {
					if err := sameBits(s, whole.Slots[i]); err != nil {
						t.Errorf("%s, %d weights, %d workers: accumulator %d: %v", name, n, workers, i, err)
					}
				}
			}
		}
	}
}

func TestApplySharedAllocatesNothing(t *testing.T) {
	const n = 2 * SharedFrom
	w, g := normals(n, 1), normals(n, 2)
	team := nn.NewTeam(2)
	defer team.Close()
	for name, rule := range rules() {
		o, _ := New(rule, vector(n))
		step := func() {
			if err := o.ApplyShared(team, w, g); err != nil {
				t.Fatal(err)
			}
		}
		step()
		if got := testing.AllocsPerRun(5, step); got != 0 {
			t.Errorf("%s: a step allocates %v times", name, got)
		}
	}
}

func TestAdd(t *testing.T) {
	a, b := normals(100, 1), normals(100, 2)
	want := make([]float32, len(a))
	for i := range a {
		want[i] = a[i] + b[i]
	}
	Add(a, b)
	if err := sameBits(a, want); err != nil {
		t.Error(err)
	}
}
