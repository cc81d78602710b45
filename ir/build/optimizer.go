package build

import (
	"reflect"
	"strings"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// Settings of the optimizers, with Keras's names; the order of the fields is
// that of loop.Setting.Args. Defaults: Keras 3, optimizers/*.py.
type (
	sgd struct {
		LearningRate float64 `arg:"learning_rate,min=0" doc:"size of a step"`
		Momentum     float64 `arg:"momentum,min=0,max=1" doc:"share of the last step that is repeated"`
		Nesterov     bool    `arg:"nesterov" doc:"whether momentum looks ahead"`
		decay
	}
	rmsprop struct {
		LearningRate float64 `arg:"learning_rate,min=0" doc:"size of a step"`
		Rho          float64 `arg:"rho,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
		Momentum     float64 `arg:"momentum,min=0,max=1" doc:"share of the last step that is repeated"`
		Epsilon      float64 `arg:"epsilon,min=0" doc:"keeps the division from zero"`
		Centered     bool    `arg:"centered" doc:"whether the variance of gradients is used, not their mean square"`
		decay
	}
	adam struct {
		LearningRate float64 `arg:"learning_rate,min=0" doc:"size of a step"`
		Beta1        float64 `arg:"beta_1,min=0,below=1" doc:"share of the average of gradients that a step keeps"`
		Beta2        float64 `arg:"beta_2,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
		Epsilon      float64 `arg:"epsilon,min=0" doc:"keeps the division from zero"`
		AMSGrad      bool    `arg:"amsgrad" doc:"whether the largest average of squared gradients is used"`
		decay
	}
	adagrad struct {
		LearningRate            float64 `arg:"learning_rate,min=0" doc:"size of a step"`
		InitialAccumulatorValue float64 `arg:"initial_accumulator_value,min=0" doc:"what the sum of squared gradients begins with"`
		Epsilon                 float64 `arg:"epsilon,min=0" doc:"keeps the division from zero"`
		decay
	}
	decay struct {
		WeightDecay *float64 `arg:"weight_decay,min=0" doc:"share of a weight, times the learning rate, that every step takes away; null: none"`
	}
)

var optimizers = layer.Table[any]{
	Kind: "optimizer",
	Entries: []layer.Entry[any]{
		{Name: "sgd", Aliases: []string{"SGD"}, Doc: "gradient descent, with momentum where asked for", New: func() any { return &sgd{LearningRate: 0.01} }},
		{Name: "rmsprop", Aliases: []string{"RMSprop", "RMSProp"}, Doc: "steps divided by the root mean square of recent gradients (Hinton, 2012)", New: func() any {
			return &rmsprop{LearningRate: 0.001, Rho: 0.9, Epsilon: 1e-7}
		}},
		{Name: "adam", Aliases: []string{"Adam"}, Doc: "adaptive moment estimation (Kingma and Ba, 2015)", New: func() any {
			return &adam{LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
		}},
		{Name: "adamw", Aliases: []string{"AdamW"}, Doc: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)", New: func() any {
			share := 0.004
			return &adam{LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7, decay: decay{&share}}
		}},
		{Name: "adagrad", Aliases: []string{"Adagrad", "AdaGrad"}, Doc: "steps divided by the root of all squared gradients so far (Duchi et al., 2011)", New: func() any {
			return &adagrad{LearningRate: 0.001, InitialAccumulatorValue: 0.1, Epsilon: 1e-7}
		}},
	},
	Later: []string{
		"adadelta", "Adadelta", "adamax", "Adamax", "adafactor", "Adafactor", "muon", "Muon", "nadam", "Nadam", "ftrl", "Ftrl", "lion", "Lion",
		"LossScaleOptimizer", "ScheduleFreeAdamW",
	},
}

// laterSettings are arguments of Keras's optimizers that this version has not:
// Keras 3, optimizers/base_optimizer.py.
var laterSettings = []string{
	"clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor",
	"gradient_accumulation_steps",
}

func (p *plan) resolveOptimizer(call spec.Call) {
	args, errs := laterArguments(call.Args, laterSettings, "compile")
	call.Args = args
	e, settings, wrong := optimizers.Resolve(call)
	errs = append(errs, wrong...)
	p.errs = append(p.errs, errs...)
	if len(errs) > 0 {
		return
	}
	p.compile.settings = settings
	p.compile.optimizer = loop.Setting{Name: e.Name, Args: arguments(settings)}
}

// arguments lists decoded settings in the order of their fields. A null number
// is 0: Keras's null switches the same things off.
func arguments(settings any) []loop.SettingArg {
	var args []loop.SettingArg
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Anonymous {
				walk(v.Field(i))
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("arg"), ",")
			x := v.Field(i).Interface()
			if n, ok := x.(*float64); ok {
				if x = float64(0); n != nil {
					x = *n
				}
			}
			args = append(args, loop.SettingArg{Name: name, Value: x})
		}
	}
	walk(reflect.ValueOf(settings).Elem())
	return args
}

// Catalog documents everything that a description may name, for the JSON Schema.
func Catalog() spec.Catalog {
	c := layer.Docs()
	c.Optimizers = optimizers.Docs()
	c.Metrics = metrics.Docs()
	c.Callbacks = callbacks.Docs()
	return c
}
