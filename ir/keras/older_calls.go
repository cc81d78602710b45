package keras

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// callNames are names of functions that have others here.
var callNames = map[string]string{
	"softmax_v2": "softmax", "swish": "silu", "acc": "accuracy", "ce": "crossentropy", "GlorotUniformV1": "glorot_uniform", "GlorotUniformV2": "glorot_uniform",
	"WeightRegularizer": "l1_l2", "L1L2Regularizer": "l1_l2", "maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm",
	"MeanMetricWrapper": "", "SumOverBatchSizeMetricWrapper": "", "LossFunctionWrapper": "",
}

// olderCall brings a function to its present name and arguments; the name "" is
// none at all.
func (r converter) olderCall(of, name string, config spec.Value) (_ string, _ spec.Value, problem string) {
	if i := strings.LastIndex(name, ">"); i >= 0 && find(r.list(of), name[i+1:]) != nil && of == "optimizer" {
		name = name[i+1:] // Custom>Adam is what an optimizer of another package is called
	}
	if now, ok := callNames[name]; ok {
		if name = now; name == "" { // a wrapper of a function
			name, _ = called(field(config, "fn"))
			if name == "" {
				name = text(config, "name")
			}
		}
	}
	for _, suffix := range []string{"V1", "V2"} {
		if find(r.list(of), name) == nil {
			name = strings.TrimSuffix(name, suffix)
		}
	}
	if config.Kind != spec.Map {
		config = spec.Value{Kind: spec.Map}
	}
	config.Map = slices.Clone(config.Map)
	switch of {
	case "activation":
		return r.olderActivation(name, config)
	case "initializer":
		return name, config, ""
	case "regularizer":
		name, config = olderRegularizer(name, config)
	case "constraint":
		for _, now := range [][2]string{{"m", "max_value"}, {"low", "min_value"}, {"high", "max_value"}} { // Keras 1
			if a, ok := config.Get(now[0]); ok {
				drop(&config, now[0])
				put(&config, now[1], a.Value)
			}
		}
	case "optimizer":
		return r.olderOptimizer(name, config)
	case "loss":
		if text(config, "reduction") == "auto" {
			drop(&config, "reduction")
		}
		drop(&config, "fn")
		if _, ok := config.Get("delta"); name == "Huber" && !ok {
			r.note("compile", "Keras does not write the delta of a Huber loss; in the description it is 1")
		}
	case "metric":
		drop(&config, "fn")
	}
	return name, config, ""
}

// olderActivation keeps what hard_sigmoid was before Keras 3, min(max(0.2·x + 0.5,
// 0), 1), and takes layers that are activations for the functions they apply.
func (r converter) olderActivation(name string, config spec.Value) (string, spec.Value, string) {
	switch name {
	case "hard_sigmoid":
		if r.version.before(3, 0) {
			r.note("", "hard_sigmoid is the function of Keras 1 and 2, with a slope of 0.2; Keras 3 would load this file with another, of slope 1/6")
			put(&config, "slope", spec.Value{Kind: spec.Float, Float: 0.2})
		}
		return name, config, ""
	case "LeakyReLU":
		name = "leaky_relu"
		if a, ok := config.Get("alpha"); ok {
			put(&config, "negative_slope", a.Value)
			drop(&config, "alpha")
		}
	case "ReLU":
		name = "relu"
	case "ELU":
		name = "elu"
	case "Softmax":
		if x, ok := whole(field(config, "axis")).Whole(); ok && x != -1 {
			return name, config, "a Softmax over axis " + field(config, "axis").Flow() + " as an activation is not supported; make it a layer of its own"
		}
		name = "softmax"
		drop(&config, "axis")
	case "PReLU":
		return name, config, "PReLU has weights; make it a layer of its own"
	case "Activation":
		inner, args := called(field(config, "activation"))
		return r.olderActivation(inner, args)
	default:
		return name, config, ""
	}
	for _, of := range []string{"trainable", "batch_input_shape", "dtype", "name"} {
		drop(&config, of)
	}
	return name, config, ""
}

// olderRegularizer is L1L2 by what of it is not 0.
func olderRegularizer(name string, config spec.Value) (string, spec.Value) {
	if strings.EqualFold(name, "l1_l2") || name == "L1L2" {
		x, _ := field(config, "l1").Number()
		y, _ := field(config, "l2").Number()
		switch {
		case x == 0 && y == 0:
			return "", config
		case x == 0:
			name = "l2"
			drop(&config, "l1")
		case y == 0:
			name = "l1"
			drop(&config, "l2")
		}
	}
	return name, config
}

// olderOptimizer takes the learning rate by its present name; what Keras 1 and 2
// called decay is lr/(1 + decay·step).
func (r converter) olderOptimizer(name string, config spec.Value) (string, spec.Value, string) {
	if strings.HasPrefix(name, "LossScaleOptimizer") {
		inner, args := called(field(config, "inner_optimizer"))
		r.note("compile", "the optimizer scales losses for float16, which float32 does not need: it is left out")
		return r.olderOptimizer(inner, args)
	}
	if config.Kind != spec.Map {
		config = spec.Value{Kind: spec.Map}
	}
	if lr, ok := config.Get("lr"); ok {
		drop(&config, "lr")
		if _, twice := config.Get("learning_rate"); !twice {
			put(&config, "learning_rate", lr.Value)
		}
	}
	if x, ok := field(config, "decay").Number(); ok && x != 0 {
		if rate, ok := field(config, "learning_rate").Number(); ok {
			number := func(name string, x float64) spec.Arg {
				return spec.Arg{Name: name, Value: spec.Value{Kind: spec.Float, Float: x}}
			}
			put(&config, "learning_rate", spec.Value{Kind: spec.Map, Map: []spec.Arg{
				textArg("class_name", "InverseTimeDecay"),
				{Name: "config", Value: spec.Value{Kind: spec.Map, Map: []spec.Arg{number("initial_learning_rate", rate), {Name: "decay_steps", Value: spec.Value{Kind: spec.Int, Int: 1}}, number("decay_rate", x)}}},
			}})
		}
	}
	drop(&config, "decay")
	if !strings.EqualFold(name, "AdamW") && !strings.EqualFold(name, "Lion") && same(field(config, "weight_decay"), 0) {
		drop(&config, "weight_decay")
	}
	return name, config, ""
}
