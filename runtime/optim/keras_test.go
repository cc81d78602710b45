package optim

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

func load(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// settings are hyperparameters under Keras's names.
type settings struct {
	LearningRate            float64  `json:"learning_rate"`
	Momentum                *float64 `json:"momentum"`
	Nesterov                bool     `json:"nesterov"`
	Rho                     *float64 `json:"rho"`
	Epsilon                 *float64 `json:"epsilon"`
	Centered                bool     `json:"centered"`
	Beta1                   *float64 `json:"beta_1"`
	Beta2                   *float64 `json:"beta_2"`
	AMSGrad                 bool     `json:"amsgrad"`
	InitialAccumulatorValue *float64 `json:"initial_accumulator_value"`
	WeightDecay             *float64 `json:"weight_decay"`
}

func set(field *float64, v *float64) {
	if v != nil {
		*field = *v
	}
}

func (s settings) rule(t *testing.T, name string) Rule {
	t.Helper()
	adam := func(o *Adam) {
		set(&o.Beta1, s.Beta1)
		set(&o.Beta2, s.Beta2)
		set(&o.Epsilon, s.Epsilon)
		set(&o.WeightDecay, s.WeightDecay)
		o.AMSGrad = s.AMSGrad
	}
	switch name {
	case "sgd":
		o := NewSGD(s.LearningRate)
		set(&o.Momentum, s.Momentum)
		set(&o.WeightDecay, s.WeightDecay)
		o.Nesterov = s.Nesterov
		return o
	case "rmsprop":
		o := NewRMSprop(s.LearningRate)
		set(&o.Rho, s.Rho)
		set(&o.Momentum, s.Momentum)
		set(&o.Epsilon, s.Epsilon)
		set(&o.WeightDecay, s.WeightDecay)
		o.Centered = s.Centered
		return o
	case "adam":
		o := NewAdam(s.LearningRate)
		adam(o)
		return o
	case "adamw":
		o := NewAdamW(s.LearningRate)
		adam(&o.Adam)
		return o
	case "adagrad":
		o := NewAdagrad(s.LearningRate)
		set(&o.InitialAccumulatorValue, s.InitialAccumulatorValue)
		set(&o.Epsilon, s.Epsilon)
		set(&o.WeightDecay, s.WeightDecay)
		return o
	}
	t.Fatalf("no rule %q", name)
	return nil
}

func apply(t *testing.T, o *Optimizer, w, g []float32) {
	t.Helper()
	if err := o.Apply(w, g); err != nil {
		t.Fatal(err)
	}
}

// Ten steps of real Keras in float32, from the same weights along the same
// gradients.
func TestStepsOfKeras(t *testing.T) {
	var file struct {
		Start     []float32
		Gradients [][]float32
		Cases     []struct {
			Name    string
			Config  settings
			Slots   []string
			Weights [][]float32
		}
	}
	load(t, "keras_steps.json", &file)
	if len(file.Cases) != 15 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			name, _, _ := strings.Cut(c.Name, " ")
			rule := c.Config.rule(t, name)
			if rule.Name() != name {
				t.Errorf("Name() = %q", rule.Name())
			}
			w := append([]float32(nil), file.Start...)
			o, err := New(rule, vector(len(w)))
			if err != nil {
				t.Fatal(err)
			}
			slots := rule.Slots()
			if len(slots) != len(c.Slots) {
				t.Fatalf("slots %v, Keras has %v", slots, c.Slots)
			}
			for i, s := range slots {
				if !strings.HasSuffix(c.Slots[i], "_"+s) {
					t.Errorf("slot %d is %q, Keras has %q", i, s, c.Slots[i])
				}
			}
			for step, want := range c.Weights {
				apply(t, o, w, file.Gradients[step])
				for i := range w {
					if d := math.Abs(float64(w[i] - want[i])); d > 3e-6*max(1, math.Abs(float64(want[i]))) {
						t.Errorf("step %d: w[%d] = %v, Keras has %v", step+1, i, w[i], want[i])
					}
				}
			}
			if o.Step != len(c.Weights) {
				t.Errorf("Step = %d", o.Step)
			}
		})
	}
}

// The expected values of Keras's own tests: ten ones, one step along 0.01, then
// steps along 0.1, 0.2, …, 1.
func TestGoldensOfKeras(t *testing.T) {
	rules := map[string]Rule{
		"sgd":     &SGD{Settings: Settings{LearningRate: 0.01}, Nesterov: true},
		"rmsprop": &RMSprop{Settings: Settings{LearningRate: 0.001}, Rho: 0.9, Epsilon: 1e-7, Centered: true},
		"adam":    &Adam{Settings: Settings{LearningRate: 0.001}, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7, AMSGrad: true},
		"adamw":   &AdamW{Adam{Settings: Settings{LearningRate: 1, WeightDecay: 0.5}, Beta1: 0.9, Beta2: 0.999, Epsilon: 2}},
		"adagrad": &Adagrad{Settings: Settings{LearningRate: 0.2}, InitialAccumulatorValue: 0.3, Epsilon: 1e-6},
	}
	var file struct {
		Cases map[string]struct{ Golden [][]float64 }
	}
	load(t, "keras_golden.json", &file)
	if len(file.Cases) != len(rules) {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for name, rule := range rules {
		w, first, g := make([]float32, 10), make([]float32, 10), make([]float32, 10)
		for i := range w {
			w[i], first[i], g[i] = 1, 0.01, 0.1*float32(i+1)
		}
		o, err := New(rule, vector(len(w)))
		if err != nil {
			t.Fatal(err)
		}
		apply(t, o, w, first)
		for step, want := range file.Cases[name].Golden {
			for i := range w {
				// Keras compares to 5e-4 relative plus 5e-4 absolute. Its values
				// have four digits, and those of Adam are up to 1.4e-4 away from
				// what Keras 3.15 computes (see TestStepsOfKeras).
				if math.Abs(float64(w[i])-want[i]) > 2e-4 {
					t.Errorf("%s: after step %d w[%d] = %v, want %v", name, step+1, i, w[i], want[i])
				}
			}
			apply(t, o, w, g)
		}
	}
}
