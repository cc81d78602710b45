package optim

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// vector describes a block of one tensor.
func vector(n int) []nn.Segment { return []nn.Segment{{Name: "w", Shape: []int{n}}} }

func TestDefaultsAreKeras(t *testing.T) {
	common := Settings{LearningRate: 0.001, EMAMomentum: 0.99}
	adam := Adam{Settings: common, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
	adamw := AdamW{adam}
	adamw.WeightDecay = 0.004
	for _, c := range []struct{ got, want Rule }{
		{NewSGD(0.001), &SGD{Settings: common}},
		{NewRMSprop(0.001), &RMSprop{Settings: common, Rho: 0.9, Epsilon: 1e-7}},
		{NewAdam(0.001), &adam},
		{NewAdamW(0.001), &adamw},
		{NewAdagrad(0.001), &Adagrad{Settings: common, InitialAccumulatorValue: 0.1, Epsilon: 1e-7}},
		{NewAdadelta(0.001), &Adadelta{Settings: common, Rho: 0.95, Epsilon: 1e-7}},
		{NewAdamax(0.001), &Adamax{Settings: common, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}},
		{NewNadam(0.001), &Nadam{Settings: common, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}},
		{NewFtrl(0.001), &Ftrl{Settings: common, LearningRatePower: -0.5, InitialAccumulatorValue: 0.1}},
		{NewLion(0.001), &Lion{Settings: common, Beta1: 0.9, Beta2: 0.99}},
		{NewLamb(0.001), &Lamb{Settings: common, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}},
		{NewAdafactor(0.001), &Adafactor{Settings: common, Beta2Decay: -0.8, Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1, RelativeStep: true}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.got.Name(), c.got, c.want)
		}
	}
}

func TestSlots(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{NewSGD(1), ""},
		{&SGD{Momentum: 0.5}, "momentum"},
		{NewRMSprop(1), "velocity"},
		{&RMSprop{Momentum: 0.5, Centered: true}, "velocity momentum average_gradient"},
		{NewAdam(1), "momentum velocity"},
		{&Adam{AMSGrad: true}, "momentum velocity velocity_hat"},
		{NewAdamW(1), "momentum velocity"},
		{NewAdagrad(1), "accumulator"},
		{NewAdadelta(1), "accumulated_grad accumulated_delta_var"},
		{NewAdamax(1), "momentum norm"},
		{NewNadam(1), "momentum velocity"},
		{NewFtrl(1), "accumulator linear"},
		{NewLion(1), "momentum"},
		{NewLamb(1), "momentum velocity"},
		{NewAdafactor(1), "row column velocity"},
	} {
		if got := strings.Join(c.rule.Slots(), " "); got != c.want {
			t.Errorf("%s: slots %q, want %q", c.rule.Name(), got, c.want)
		}
	}
	o, err := New(NewAdagrad(1), vector(3))
	if err != nil || o.Slots[0][2] != 0.1 {
		t.Errorf("accumulators of Adagrad start from %v, %v", o.Slots, err)
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{NewSGD(-1), "optim: sgd: learning_rate is -1, must be a finite number, 0 or above"},
		{NewSGD(math.NaN()), "optim: sgd: learning_rate is NaN, must be a finite number, 0 or above"},
		{&SGD{Settings: Settings{LearningRate: 1}, Momentum: 1.5}, "optim: sgd: momentum is 1.5, must be in [0, 1]"},
		{&RMSprop{Settings: Settings{LearningRate: 1}, Rho: 1, Epsilon: 1}, "optim: rmsprop: rho is 1, must be in [0, 1)"},
		{&RMSprop{Settings: Settings{LearningRate: 1}, Rho: 0.9}, "optim: rmsprop: epsilon is 0, must be a finite number above 0"},
		{&Adam{Settings: Settings{LearningRate: math.Inf(1)}, Beta1: -1, Beta2: 0.5, Epsilon: 1}, "optim: adam: learning_rate is +Inf, must be a finite number, 0 or above\noptim: adam: beta_1 is -1, must be in [0, 1)"},
		{&AdamW{Adam{Settings: Settings{LearningRate: 1, WeightDecay: -1}, Epsilon: 1}}, "optim: adamw: weight_decay is -1, must be a finite number, 0 or above"},
		{&Adagrad{Settings: Settings{LearningRate: 1}, InitialAccumulatorValue: -1, Epsilon: 1}, "optim: adagrad: initial_accumulator_value is -1, must be a finite number, 0 or above"},
		{&Adadelta{Rho: 2, Epsilon: 1}, "optim: adadelta: rho is 2, must be in [0, 1)"},
		{&Adamax{Beta1: 1, Epsilon: 1}, "optim: adamax: beta_1 is 1, must be in [0, 1)"},
		{&Nadam{Beta2: -1, Epsilon: 1}, "optim: nadam: beta_2 is -1, must be in [0, 1)"},
		{&Ftrl{LearningRatePower: 1, L1RegularizationStrength: -1}, "optim: ftrl: learning_rate_power is 1, must be a finite number, 0 or below\noptim: ftrl: l1_regularization_strength is -1, must be a finite number, 0 or above"},
		{&Lion{}, "optim: lion: beta_1 is 0, must be in (0, 1]"},
		{&Lamb{}, "optim: lamb: epsilon is 0, must be a finite number above 0"},
		{&Adafactor{Beta2Decay: 1, Epsilon1: 1}, "optim: adafactor: beta_2_decay is 1, must be a finite number, 0 or below\noptim: adafactor: clip_threshold is 0, must be a finite number above 0"},
		{&SGD{Settings: Settings{ClipNorm: 1, ClipValue: 2}}, "optim: sgd: clipnorm and clipvalue are set, only one of them may be"},
		{&SGD{Settings: Settings{ClipNorm: -1}}, "optim: sgd: clipnorm is -1, must be a finite number above 0, or 0 for none"},
		{&SGD{Settings: Settings{UseEMA: true, EMAMomentum: 1.5}}, "optim: sgd: ema_momentum is 1.5, must be in [0, 1]"},
		{&SGD{Settings: Settings{GradientAccumulationSteps: 1}}, "optim: sgd: gradient_accumulation_steps is 1, must be 2 or above, or 0 for none"},
		{&SGD{Settings: Settings{Schedule: ExponentialDecay{DecayRate: 0.5}}}, "optim: exponential_decay: decay_steps is 0, must be 1 or above"},
	} {
		_, err := New(c.rule, vector(4))
		if err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v, want %s", c.rule, err, c.want)
		}
	}
	if _, err := New(nil, vector(1)); err == nil {
		t.Error("a nil rule was accepted")
	}
	gap := []nn.Segment{{Name: "a", Shape: []int{2}}, {Name: "b", Offset: 3}}
	if _, err := New(NewSGD(1), gap); err == nil || err.Error() != `optim: sgd: the tensor "b" begins at 3, the one before it ends at 2` {
		t.Errorf("a gap: %v", err)
	}
}

func TestApplyChecksLengths(t *testing.T) {
	o, err := New(NewAdam(0.1), vector(3))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		w, g int
		want string
	}{
		{3, 2, "optim: adam: 3 weights, 2 gradients"},
		{4, 4, "optim: adam: 4 weights, the optimizer was made for 3"},
	} {
		err := o.Apply(make([]float32, c.w), make([]float32, c.g))
		if err == nil || err.Error() != c.want {
			t.Errorf("Apply: %v, want %s", err, c.want)
		}
	}
	if o.Step != 0 {
		t.Errorf("a refused step was counted")
	}
}

func TestApplyAllocatesNothing(t *testing.T) {
	for _, rule := range []Rule{
		&SGD{Settings: Settings{LearningRate: 0.1, WeightDecay: 0.1}, Momentum: 0.9},
		&RMSprop{Settings: Settings{LearningRate: 0.1}, Rho: 0.9, Momentum: 0.5, Epsilon: 1e-7, Centered: true},
		NewAdamW(0.1),
		NewAdagrad(0.1),
	} {
		w, g := make([]float32, 100), make([]float32, 100)
		o, err := New(rule, vector(len(w)))
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { apply(t, o, w, g) }); n != 0 {
			t.Errorf("%s: %v allocations", rule.Name(), n)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	for _, rule := range []Rule{NewSGD(0.1), NewRMSprop(0.1), NewAdam(0.1), NewAdagrad(0.1)} {
		b.Run(rule.Name(), func(b *testing.B) {
			w, g := make([]float32, 1<<16), make([]float32, 1<<16)
			for i := range g {
				g[i] = 1e-3
			}
			o, err := New(rule, vector(len(w)))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(4 * len(w)))
			for range b.N {
				if err := o.Apply(w, g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
