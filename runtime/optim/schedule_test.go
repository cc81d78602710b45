package optim

import (
	"math"
	"strings"
	"testing"
)

func TestSchedulesOfKeras(t *testing.T) {
	schedules := map[string]Schedule{
		"exponential_decay":              ExponentialDecay{0.1, 10, 0.7, false},
		"exponential_decay staircase":    ExponentialDecay{0.1, 10, 0.7, true},
		"inverse_time_decay":             InverseTimeDecay{0.1, 7, 0.5, false},
		"inverse_time_decay staircase":   InverseTimeDecay{0.1, 7, 0.5, true},
		"polynomial_decay":               PolynomialDecay{0.1, 20, 0.0001, 1, false},
		"polynomial_decay power":         PolynomialDecay{0.1, 30, 0.02, 2, false},
		"polynomial_decay cycle":         PolynomialDecay{0.1, 12, 0.01, 0.5, true},
		"piecewise_constant_decay":       PiecewiseConstantDecay{[]int{3, 10, 11}, []float64{0.3, 0.2, 0.1, 0.05}},
		"cosine_decay":                   CosineDecay{0.1, 25, 0, 0, 0},
		"cosine_decay warmup":            CosineDecay{0.01, 20, 0.1, 0.2, 8},
		"cosine_decay_restarts":          CosineDecayRestarts{0.1, 5, 2, 1, 0},
		"cosine_decay_restarts settings": CosineDecayRestarts{0.1, 4, 1.5, 0.8, 0.05},
		"cosine_decay_restarts even":     CosineDecayRestarts{0.1, 6, 1, 0.5, 0},
	}
	var file kerasSettings
	load(t, "keras_settings.json", &file)
	if len(file.Schedules) != len(schedules) {
		t.Fatalf("%d schedules", len(file.Schedules))
	}
	for name, want := range file.Schedules {
		s := schedules[name]
		if first, _, _ := strings.Cut(name, " "); s.Name() != first {
			t.Errorf("Name() = %q, want %q", s.Name(), first)
		}
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		for i, step := range file.Positions {
			if got := s.Rate(step); !(math.Abs(got-want[i]) <= 3e-6*want[i]+1e-9) {
				t.Errorf("%s: after %d steps %v, Keras has %v", name, step, got, want[i])
			}
		}
	}
}

func TestSchedulesValidate(t *testing.T) {
	for _, c := range []struct {
		schedule Schedule
		want     string
	}{
		{ExponentialDecay{-1, 0, 0, false}, "optim: exponential_decay: initial_learning_rate is -1, must be a finite number, 0 or above\n" +
			"optim: exponential_decay: decay_steps is 0, must be 1 or above\n" +
			"optim: exponential_decay: decay_rate is 0, must be a finite number above 0"},
		{InverseTimeDecay{1, -5, 1, false}, "optim: inverse_time_decay: decay_steps is -5, must be 1 or above"},
		{PolynomialDecay{InitialLearningRate: 1, DecaySteps: 1}, "optim: polynomial_decay: power is 0, must be a finite number above 0"},
		{PiecewiseConstantDecay{[]int{5}, []float64{1}}, "optim: piecewise_constant_decay: 1 boundaries and 1 values; there must be boundaries, and one value more than those"},
		{PiecewiseConstantDecay{[]int{5, 5}, []float64{1, 2, 3}}, "optim: piecewise_constant_decay: boundaries[1] is 5, must be above 5, the one before it"},
		{CosineDecay{InitialLearningRate: 1, DecaySteps: 1, Alpha: 2}, "optim: cosine_decay: alpha is 2, must be in [0, 1]"},
		{CosineDecay{InitialLearningRate: 1, DecaySteps: 1, WarmupSteps: 3}, "optim: cosine_decay: warmup_steps is 3 and there is no warmup_target to rise to; set it to the learning rate after them"},
		{CosineDecayRestarts{InitialLearningRate: 1, FirstDecaySteps: 1, MMul: 1}, "optim: cosine_decay_restarts: t_mul is 0, must be a finite number, 1 or above"},
	} {
		if err := c.schedule.Validate(); err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v, want %s", c.schedule, err, c.want)
		}
	}
}
