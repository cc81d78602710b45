package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// optimizers maps Keras's names to constructors and to the defaults that these
// set: what a description repeats of them is not printed.
var optimizers = map[string]struct {
	constructor string
	rate        float64
	defaults    map[string]any
}{
	"sgd":      {"NewSGD", 0.01, map[string]any{"momentum": 0.0, "nesterov": false}},
	"rmsprop":  {"NewRMSprop", 0.001, map[string]any{"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": false}},
	"adam":     {"NewAdam", 0.001, map[string]any{"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": false}},
	"adamw":    {"NewAdamW", 0.001, map[string]any{"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": false, "weight_decay": 0.004}},
	"adagrad":  {"NewAdagrad", 0.001, map[string]any{"initial_accumulator_value": 0.1, "epsilon": 1e-7}},
	"adadelta": {"NewAdadelta", 0.001, map[string]any{"rho": 0.95, "epsilon": 1e-7}},
	"adamax":   {"NewAdamax", 0.001, map[string]any{"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}},
	"nadam":    {"NewNadam", 0.001, map[string]any{"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}},
	"lamb":     {"NewLamb", 0.001, map[string]any{"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}},
	"lion":     {"NewLion", 0.001, map[string]any{"beta_1": 0.9, "beta_2": 0.99}},
	"ftrl": {"NewFtrl", 0.001, map[string]any{"learning_rate_power": -0.5, "initial_accumulator_value": 0.1, "l1_regularization_strength": 0.0,
		"l2_regularization_strength": 0.0, "l2_shrinkage_regularization_strength": 0.0, "beta": 0.0}},
	"adafactor": {"NewAdafactor", 0.001, map[string]any{"beta_2_decay": -0.8, "epsilon_1": 1e-30, "epsilon_2": 1e-3, "clip_threshold": 1.0, "relative_step": true}},
}

// commonArgs are the arguments that every optimizer takes.
var commonArgs = []string{
	"weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum", "ema_overwrite_frequency", "gradient_accumulation_steps",
}

// schedules lists the arguments of the learning-rate schedules.
var schedules = map[string][]string{
	"exponential_decay":        {"initial_learning_rate", "decay_steps", "decay_rate", "staircase"},
	"inverse_time_decay":       {"initial_learning_rate", "decay_steps", "decay_rate", "staircase"},
	"polynomial_decay":         {"initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle"},
	"piecewise_constant_decay": {"boundaries", "values"},
	"cosine_decay":             {"initial_learning_rate", "decay_steps", "alpha", "warmup_target", "warmup_steps"},
	"cosine_decay_restarts":    {"initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha"},
}

// fieldName is the Go field of an argument: LearningRate of learning_rate.
func fieldName(arg string) string {
	switch arg {
	case "amsgrad":
		return "AMSGrad"
	case "clipnorm", "clipvalue":
		return "Clip" + upper(arg[len("clip"):])
	case "global_clipnorm":
		return "GlobalClipNorm"
	case "use_ema":
		return "UseEMA"
	case "ema_momentum", "ema_overwrite_frequency":
		return "EMA" + upper(arg[len("ema_"):])
	}
	return upper(arg)
}

// ruleText builds the optimizer with the settings that differ from its defaults.
func ruleText(s loop.Setting) (string, error) {
	o, ok := optimizers[s.Name]
	if !ok {
		return "", fmt.Errorf("the optimizer %s is not emitted by this version", diag.Quote(s.Name))
	}
	rate := elem{"float64", ""}.number(o.rate)
	var sets []string
	for _, a := range s.Args {
		standard, own := o.defaults[a.Name]
		if !own && a.Name != "learning_rate" && !slices.Contains(commonArgs, a.Name) {
			return "", fmt.Errorf("optimizer %s: the argument %s is not emitted by this version", s.Name, diag.Quote(a.Name))
		}
		if schedule, ok := a.Value.(loop.Setting); ok && a.Name == "learning_rate" {
			text, first, err := scheduleText(schedule)
			if err != nil {
				return "", fmt.Errorf("optimizer %s: %w", s.Name, err)
			}
			rate = first
			sets = append(sets, "rule.Schedule = "+text)
			continue
		}
		v, err := argText(a)
		if err != nil {
			return "", fmt.Errorf("optimizer %s: %w", s.Name, err)
		}
		switch {
		case a.Name == "learning_rate":
			rate = v
			continue
		case own && a.Value == standard, !own && a.Name == "weight_decay" && a.Value == 0.0:
			continue
		}
		sets = append(sets, fmt.Sprintf("rule.%s = %s", fieldName(a.Name), v))
	}
	if len(sets) == 0 {
		return fmt.Sprintf("return §optim.%s(%s)", o.constructor, rate), nil
	}
	return fmt.Sprintf("rule := §optim.%s(%s)\n%s\nreturn rule", o.constructor, rate, strings.Join(sets, "\n")), nil
}

// scheduleText is a schedule as a literal, and the learning rate that it begins
// with.
func scheduleText(s loop.Setting) (text, first string, err error) {
	known, ok := schedules[s.Name]
	if !ok {
		return "", "", fmt.Errorf("the learning rate schedule %s is not emitted by this version", diag.Quote(s.Name))
	}
	var fields []string
	for _, a := range s.Args {
		if !slices.Contains(known, a.Name) {
			return "", "", fmt.Errorf("%s: the argument %s is not emitted by this version", s.Name, diag.Quote(a.Name))
		}
		if a.Value == any(0.0) || a.Value == any(0) || a.Value == any(false) {
			continue // as the zero value of the field
		}
		v, err := argText(a)
		if err != nil {
			return "", "", fmt.Errorf("%s: %w", s.Name, err)
		}
		switch a.Name {
		case "initial_learning_rate":
			first = v
		case "values":
			if values, ok := a.Value.([]float64); ok && len(values) > 0 {
				first = elem{"float64", ""}.number(values[0])
			}
		}
		fields = append(fields, fieldName(a.Name)+": "+v)
	}
	if first == "" {
		first = "0"
	}
	return fmt.Sprintf("§optim.%s{%s}", upper(s.Name), strings.Join(fields, ", ")), first, nil
}
