package optim

import (
	"fmt"
	"math"

	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// kerasSettings is what keras_settings.py wrote.
type kerasSettings struct {
	Names     []string
	Shapes    [][]int
	Start     []float32
	Gradients [][]float32
	Positions []int
	Schedules map[string][]float64
	Cases     []struct {
		Name    string
		Rates   []float64
		Weights [][]float32 // after the steps of settingsSteps
		Final   []float32
	}
}

var settingsSteps = []int{0, 3, 6}

func (k kerasSettings) segments() []nn.Segment {
	var all []nn.Segment
	at := 0
	for i, name := range k.Names {
		s := nn.Segment{Name: name, Shape: k.Shapes[i], Offset: at}
		all = append(all, s)
		at += s.Len()
	}
	return append(all, nn.Segment{Name: "norm/mean", Shape: []int{4}, Offset: at, Flags: nn.State})
}

// settingsRules are the cases of keras_settings.py.
func settingsRules(t *testing.T) map[string]Rule {
	type config = map[string]any
	excluded := ruleOf(t, "adagrad", config{"learning_rate": 0.1, "weight_decay": 0.1})
	excluded.Common().ExcludeFromWeightDecay("bias")
	scheduled := func(name string, s Schedule, c config) Rule {
		rule := ruleOf(t, name, c)
		rule.Common().Schedule = s
		return rule
	}
	momentum := func(rule Rule, m float64) Rule {
		rule.Common().EMAMomentum, rule.Common().UseEMA = m, true
		return rule
	}
	overwrite := func(rule Rule, n int) Rule {
		rule.Common().EMAOverwriteFrequency = n
		return rule
	}
	clipNorm := func(rule Rule, c float64) Rule { rule.Common().ClipNorm = c; return rule }
	clipValue := func(rule Rule, c float64) Rule { rule.Common().ClipValue = c; return rule }
	globalClipNorm := func(rule Rule, c float64) Rule { rule.Common().GlobalClipNorm = c; return rule }
	accumulate := func(rule Rule, n int) Rule { rule.Common().GradientAccumulationSteps = n; return rule }
	return map[string]Rule{
		"lamb": NewLamb(0.01),
		"lamb settings": clipNorm(ruleOf(t, "lamb", config{
			"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "weight_decay": 0.02}), 0.5),
		"adafactor": NewAdafactor(0.1),
		"adafactor settings": globalClipNorm(ruleOf(t, "adafactor", config{
			"learning_rate": 1.0, "beta_2_decay": -0.5, "epsilon_1": 1e-3, "epsilon_2": 0.1, "clip_threshold": 0.7, "relative_step": false}), 2),
		"sgd clipnorm":              clipNorm(ruleOf(t, "sgd", config{"learning_rate": 0.1, "momentum": 0.9}), 0.6),
		"adam clipvalue":            clipValue(NewAdam(0.01), 0.3),
		"rmsprop global_clipnorm":   globalClipNorm(NewRMSprop(0.01), 1.5),
		"sgd large global_clipnorm": globalClipNorm(NewSGD(0.1), 1e6),
		"adagrad excluded":          excluded,
		"adam ema":                  momentum(NewAdam(0.01), 0.7),
		"sgd ema overwrite":         overwrite(momentum(NewSGD(0.1), 0.6), 3),
		"adam accumulation":         accumulate(globalClipNorm(ruleOf(t, "adam", config{"learning_rate": 0.01, "weight_decay": 0.05}), 1), 3),
		"nadam accumulation":        accumulate(clipNorm(NewNadam(0.01), 0.4), 2),
		"sgd accumulation ema":      accumulate(overwrite(momentum(NewSGD(0.1), 0.5), 2), 2),
		"adam schedule":             scheduled("adam", ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 3, DecayRate: 0.5}, config{"weight_decay": 0.1}),
		"sgd accumulation schedule": accumulate(scheduled("sgd", PiecewiseConstantDecay{Boundaries: []int{1, 4}, Values: []float64{0.3, 0.1, 0.01}}, nil), 2),
		"adafactor schedule":        scheduled("adafactor", CosineDecay{InitialLearningRate: 1, DecaySteps: 5}, nil),
		"adam frozen":               globalClipNorm(ruleOf(t, "adam", config{"learning_rate": 0.01, "weight_decay": 0.1}), 1),
		"lamb frozen":               clipNorm(NewLamb(0.01), 0.5),
	}
}

// settingsFrozen names the tensor that is frozen in a step.
var settingsFrozen = map[string]map[int]string{
	"adam frozen": {2: "conv/kernel", 3: "conv/kernel"},
	"lamb frozen": {0: "dense/bias", 4: "dense/kernel"},
}

// What all optimizers of Keras share, and those that work tensor by tensor.
func TestSettingsOfKeras(t *testing.T) {
	var file kerasSettings
	load(t, "keras_settings.json", &file)
	rules := settingsRules(t)
	if len(file.Cases) != len(rules) {
		t.Fatalf("%d cases, %d rules", len(file.Cases), len(rules))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			o, err := New(rules[c.Name], file.segments())
			if err != nil {
				t.Fatal(err)
			}
			w := append([]float32(nil), file.Start...)
			compare := func(when string, want []float32) {
				t.Helper()
				for i := range w {
					if d := math.Abs(float64(w[i] - want[i])); !(d <= 2e-6*max(1, math.Abs(float64(want[i])))) {
						t.Errorf("%s: w[%d] = %v, Keras has %v", when, i, w[i], want[i])
					}
				}
			}
			for step, g := range file.Gradients {
				if got, want := o.LearningRate(), c.Rates[step]; math.Abs(got-want) > 1e-6*want {
					t.Errorf("step %d: learning rate %v, Keras has %v", step+1, got, want)
				}
				if names, ok := settingsFrozen[c.Name]; ok {
					o.SetFrozen(func(name string) bool { return name == names[step] })
				}
				apply(t, o, w, g)
				for i, s := range settingsSteps {
					if s == step {
						compare(fmt.Sprintf("step %d", step+1), c.Weights[i])
					}
				}
			}
			if err := o.Finalize(w); err != nil {
				t.Fatal(err)
			}
			if c.Final == nil {
				c.Final = c.Weights[len(settingsSteps)-1]
			}
			compare("at the end", c.Final)
		})
	}
}

// Every setting gives the same bits for any number of workers, and a step
// allocates nothing.
func TestSettingsShared(t *testing.T) {
	segments := []nn.Segment{
		{Name: "a/kernel", Shape: []int{130, 300}}, {Name: "a/bias", Shape: []int{300}, Offset: 39000}, {Name: "b/kernel", Shape: []int{3, 7, 1000}, Offset: 39300},
		{Name: "b/bias", Shape: []int{1000}, Offset: 60300},
	}
	const n = 61300
	for name, rule := range settingsRules(t) {
		if name == "lamb frozen" {
			continue // a frozen tensor is the concern of "adam frozen"
		}
		var want, state []float32
		for _, workers := range []int{0, 1, 2, 3, 5} {
			var team *nn.Team
			if workers > 0 {
				team = nn.NewTeam(workers)
			}
			o, err := New(rule, segments)
			if err != nil {
				t.Fatal(err)
			}
			o.SetFrozen(func(segment string) bool { return name == "adam frozen" && segment == "a/bias" })
			w := normals(n, 1)
			for step := range 4 {
				if err := o.ApplyShared(team, w, normals(n, uint64(step)+10)); err != nil {
					t.Fatal(err)
				}
			}
			g := normals(n, 5)
			allocated := testing.AllocsPerRun(2, func() {
				if err := o.ApplyShared(team, w, g); err != nil {
					t.Fatal(err)
				}
			})
			if allocated != 0 {
				t.Errorf("%s, %d workers: a step allocates %v times", name, workers, allocated)
			}
			team.Close()
			_, values := o.State()
			if want == nil {
				want, state = w, values
				continue
			}
			if err := sameBits(w, want); err != nil {
				t.Errorf("%s, %d workers: weights: %v", name, workers, err)
			}
			if err := sameBits(values, state); err != nil {
				t.Errorf("%s, %d workers: state: %v", name, workers, err)
			}
		}
	}
}

// The gradient that Apply gets stays as it is.
func TestGradientIsLeftAlone(t *testing.T) {
	for name, rule := range settingsRules(t) {
		w, g := normals(100, 1), normals(100, 2)
		o, err := New(rule, vector(100))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			apply(t, o, w, g)
		}
		if err := sameBits(g, normals(100, 2)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A gradient that is not finite is passed on, not hidden by clipping.
func TestClippingPassesOnNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, s := range []Settings{{ClipNorm: 1}, {ClipValue: 1}, {GlobalClipNorm: 1}} {
		s.LearningRate = 1
		o, err := New(&SGD{Settings: s}, vector(3))
		if err != nil {
			t.Fatal(err)
		}
		w := []float32{1, 2, 3}
		apply(t, o, w, []float32{0, nan, 0})
		if w[1] == w[1] {
			t.Errorf("%+v: %v", s, w)
		}
	}
}

func TestExcludeFromWeightDecay(t *testing.T) {
	s := Settings{}
	s.ExcludeFromWeightDecay("bias", "gam")
	s.ExcludeFromWeightDecay("head/")
	for path, want := range map[string]bool{
		"dense/kernel": true, "dense/bias": false, "norm/gamma": false, "head/kernel": false, "bias_layer/kernel": true, "ahead/kernel": false, "kernel": true,
	} {
		if got := s.decays(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestSetLearningRate(t *testing.T) {
	o, err := New(NewSGD(0.1), vector(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SetLearningRate(0.5); err != nil || o.LearningRate() != 0.5 {
		t.Errorf("%v, learning rate %v", err, o.LearningRate())
	}
	w := []float32{1}
	apply(t, o, w, []float32{1})
	if w[0] != 0.5 {
		t.Errorf("w = %v", w)
	}
	if err := o.SetLearningRate(-1); err == nil || err.Error() != "optim: sgd: learning_rate is -1, must be a finite number, 0 or above" || o.LearningRate() != 0.5 {
		t.Errorf("%v, learning rate %v", err, o.LearningRate())
	}
	o.Rule.Common().Schedule = ExponentialDecay{InitialLearningRate: 1, DecaySteps: 1, DecayRate: 0.5}
	want := "optim: sgd: the learning rate follows the schedule exponential_decay and cannot be set to 0.5"
	if err := o.SetLearningRate(0.5); err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
	if o.LearningRate() != 0.5 {
		t.Errorf("after one step the schedule gives %v", o.LearningRate())
	}
}
