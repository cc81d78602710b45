package gosrc

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/optim"
)

var rules = map[string]optim.Rule{
	"NewSGD": optim.NewSGD(0.1), "NewRMSprop": optim.NewRMSprop(0.1), "NewAdam": optim.NewAdam(0.1), "NewAdamW": optim.NewAdamW(0.1),
	"NewAdagrad": optim.NewAdagrad(0.1), "NewAdadelta": optim.NewAdadelta(0.1), "NewAdamax": optim.NewAdamax(0.1), "NewNadam": optim.NewNadam(0.1),
	"NewLamb": optim.NewLamb(0.1), "NewLion": optim.NewLion(0.1), "NewFtrl": optim.NewFtrl(0.1), "NewAdafactor": optim.NewAdafactor(0.1),
}

// The tables say what the runtime has: constructors, fields, defaults.
func TestOptimizersOfTheRuntime(t *testing.T) {
	if len(optimizers) != len(rules) {
		t.Errorf("%d optimizers, the runtime has %d", len(optimizers), len(rules))
	}
	for name, o := range optimizers {
		rule, ok := rules[o.constructor]
		if !ok || rule.Name() != name {
			t.Errorf("%s: no constructor %s", name, o.constructor)
			continue
		}
		fields := reflect.ValueOf(rule).Elem()
		for _, arg := range append(slices.Sorted(maps.Keys(o.defaults)), commonArgs...) {
			f := fields.FieldByName(fieldName(arg))
			if !f.IsValid() {
				t.Errorf("%s: no field %s", name, fieldName(arg))
			} else if v, ok := o.defaults[arg]; ok && f.Interface() != v {
				t.Errorf("%s: %s is %v, the constructor sets %v", name, arg, v, f.Interface())
			}
		}
	}
	runtime := []optim.Schedule{
		optim.ExponentialDecay{}, optim.InverseTimeDecay{}, optim.PolynomialDecay{}, optim.PiecewiseConstantDecay{}, optim.CosineDecay{}, optim.CosineDecayRestarts{},
	}
	if len(runtime) != len(schedules) {
		t.Errorf("%d schedules, the runtime has %d", len(schedules), len(runtime))
	}
	for _, s := range runtime {
		args := schedules[s.Name()]
		kind := reflect.TypeOf(s)
		if kind.Name() != upper(s.Name()) || kind.NumField() != len(args) {
			t.Errorf("%s: %s with %d fields", s.Name(), kind, kind.NumField())
		}
		for _, arg := range args {
			if _, ok := kind.FieldByName(fieldName(arg)); !ok {
				t.Errorf("%s: no field %s", s.Name(), fieldName(arg))
			}
		}
	}
}

// args makes arguments of names and values.
func args(list ...any) []loop.SettingArg {
	var all []loop.SettingArg
	for pair := range slices.Chunk(list, 2) {
		all = append(all, loop.SettingArg{Name: pair[0].(string), Value: pair[1]})
	}
	return all
}

func TestRuleText(t *testing.T) {
	for _, c := range []struct {
		setting loop.Setting
		want    string
	}{
		{loop.Setting{Name: "adam"}, "return §optim.NewAdam(0.001)"},
		{loop.Setting{Name: "adamw", Args: args("learning_rate", 0.01, "beta_1", 0.9, "weight_decay", 0.0)}, "rule := §optim.NewAdamW(0.01)\nrule.WeightDecay = 0\nreturn rule"},
		{loop.Setting{Name: "sgd", Args: args("momentum", 0.9, "weight_decay", 0.0, "global_clipnorm", 1.5, "use_ema", true, "ema_overwrite_frequency", 10)},
			"rule := §optim.NewSGD(0.01)\nrule.Momentum = 0.9\nrule.GlobalClipNorm = 1.5\nrule.UseEMA = true\nrule.EMAOverwriteFrequency = 10\nreturn rule"},
		{loop.Setting{Name: "adam", Args: args("learning_rate", loop.Setting{Name: "cosine_decay", Args: args("initial_learning_rate", 0.1, "decay_steps", 500, "alpha", 0.0, "warmup_steps", 0)}, "clipnorm", 1.0, "gradient_accumulation_steps", 4)},
			"rule := §optim.NewAdam(0.1)\nrule.Schedule = §optim.CosineDecay{InitialLearningRate: 0.1, DecaySteps: 500}\nrule.ClipNorm = 1\nrule.GradientAccumulationSteps = 4\nreturn rule"},
		{loop.Setting{Name: "lamb", Args: args("learning_rate", loop.Setting{Name: "piecewise_constant_decay", Args: args("boundaries", []int{100, 200}, "values", []float64{0.1, 0.05, 0.01})})},
			"rule := §optim.NewLamb(0.1)\nrule.Schedule = §optim.PiecewiseConstantDecay{Boundaries: []int{100, 200}, Values: []float64{0.1, 0.05, 0.01}}\nreturn rule"},
	} {
		got, err := ruleText(c.setting)
		if err != nil || got != c.want {
			t.Errorf("%s, %v\nwant %s", got, err, c.want)
		}
	}
	for want, s := range map[string]loop.Setting{
		`the optimizer "muon" is not emitted`:                              {Name: "muon"},
		`optimizer adam: the argument "rho" is not emitted`:                {Name: "adam", Args: args("rho", 0.9)},
		`optimizer adam: the learning rate schedule "warp" is not emitted`: {Name: "adam", Args: args("learning_rate", loop.Setting{Name: "warp"})},
		`cosine_decay: the argument "power" is not emitted`:                {Name: "adam", Args: args("learning_rate", loop.Setting{Name: "cosine_decay", Args: args("power", 1.0)})},
		`the argument "clipnorm" is a loop.Setting`:                        {Name: "adam", Args: args("clipnorm", loop.Setting{Name: "cosine_decay"})},
	} {
		if _, err := ruleText(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
