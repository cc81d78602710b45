package build

import (
	"reflect"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

// Settings of the optimizers, with Keras's names; the order of the fields is
// that of loop.Setting.Args. Defaults: Keras 3, optimizers/*.py.
type (
	sgd struct {
		rate
		Momentum float64 `arg:"momentum,min=0,max=1" doc:"share of the last step that is repeated"`
		Nesterov bool    `arg:"nesterov" doc:"whether momentum looks ahead"`
		decay
		shared
	}
	rmsprop struct {
		rate
		Rho      float64 `arg:"rho,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
		Momentum float64 `arg:"momentum,min=0,max=1" doc:"share of the last step that is repeated"`
		Epsilon  float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
		Centered bool    `arg:"centered" doc:"whether the variance of gradients is used, not their mean square"`
		decay
		shared
	}
	adam struct {
		rate
		betas
		AMSGrad bool `arg:"amsgrad" doc:"whether the largest average of squared gradients is used"`
		decay
		shared
	}
	moments struct { // Adamax, Nadam, Lamb
		rate
		betas
		decay
		shared
	}
	adagrad struct {
		rate
		InitialAccumulatorValue float64 `arg:"initial_accumulator_value,min=0" doc:"what the sum of squared gradients begins with"`
		Epsilon                 float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
		decay
		shared
	}
	adadelta struct {
		rate
		Rho     float64 `arg:"rho,min=0,below=1" doc:"share of the averages of squared gradients and steps that a step keeps"`
		Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
		decay
		shared
	}
	ftrl struct {
		rate
		LearningRatePower                 float64 `arg:"learning_rate_power,max=0" doc:"how the learning rate falls with the sum of squared gradients; 0: not at all"`
		InitialAccumulatorValue           float64 `arg:"initial_accumulator_value,min=0" doc:"what the sum of squared gradients begins with"`
		L1RegularizationStrength          float64 `arg:"l1_regularization_strength,min=0" doc:"takes small weights to 0"`
		L2RegularizationStrength          float64 `arg:"l2_regularization_strength,min=0" doc:"keeps weights small"`
		L2ShrinkageRegularizationStrength float64 `arg:"l2_shrinkage_regularization_strength,min=0" doc:"keeps weights small by a term of the gradient"`
		Beta                              float64 `arg:"beta,min=0" doc:"the beta of the paper, over twice the learning rate a part of the l2 strength"`
		decay
		shared
	}
	lion struct {
		rate
		Beta1 float64 `arg:"beta_1,above=0,max=1" doc:"share of the average of gradients in a step"`
		Beta2 float64 `arg:"beta_2,min=0,max=1" doc:"share of the average of gradients that a step keeps"`
		decay
		shared
	}
	adafactor struct {
		rate
		Beta2Decay    float64 `arg:"beta_2_decay,max=0" doc:"power of the number of steps that is missing to 1 in the share which a step keeps"`
		Epsilon1      float64 `arg:"epsilon_1,above=0" doc:"keeps the division from zero"`
		Epsilon2      float64 `arg:"epsilon_2,min=0" doc:"the least size of weights that a step goes by"`
		ClipThreshold float64 `arg:"clip_threshold,above=0" doc:"the largest root mean square of a step over its rate"`
		RelativeStep  bool    `arg:"relative_step" doc:"whether the learning rate is bounded by 1/sqrt(step)"`
		decay
		shared
	}

	rate struct {
		LearningRate spec.Rate `arg:"learning_rate,min=0,of=schedule" doc:"size of a step"`
	}
	betas struct {
		Beta1   float64 `arg:"beta_1,min=0,below=1" doc:"share of the average of gradients that a step keeps"`
		Beta2   float64 `arg:"beta_2,min=0,below=1" doc:"share of the average of squared gradients that a step keeps"`
		Epsilon float64 `arg:"epsilon,above=0" doc:"keeps the division from zero"`
	}
	decay struct {
		WeightDecay *float64 `arg:"weight_decay,min=0" doc:"share of a weight, times the learning rate, that every step takes away; null: none"`
	}
	// shared is what every optimizer takes besides: Keras 3,
	// optimizers/base_optimizer.py.
	shared struct {
		ClipNorm                  *float64 `arg:"clipnorm,above=0" doc:"the largest norm of a tensor's gradient; null: any"`
		ClipValue                 *float64 `arg:"clipvalue,above=0" doc:"the largest absolute value in a gradient; null: any"`
		GlobalClipNorm            *float64 `arg:"global_clipnorm,above=0" doc:"the largest norm of all gradients together; null: any"`
		UseEMA                    bool     `arg:"use_ema" doc:"whether a moving average of the weights takes their place when training ends"`
		EMAMomentum               float64  `arg:"ema_momentum,min=0,max=1" doc:"share of the moving average that a step keeps"`
		EMAOverwriteFrequency     *int     `arg:"ema_overwrite_frequency,min=1" doc:"updates after which the moving average replaces the weights during training; null: never"`
		GradientAccumulationSteps *int     `arg:"gradient_accumulation_steps,min=2" doc:"steps whose mean gradient makes one update; null: every step is one"`
	}
)

func at(learningRate float64) rate { return rate{spec.Rate{Number: learningRate}} }

// ema has Keras's default.
var ema = shared{EMAMomentum: 0.99}

var defaultBetas = betas{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}

var optimizers = layer.Table[any]{
	Kind: "optimizer",
	Entries: []layer.Entry[any]{
		{Name: "sgd", Aliases: []string{"SGD"}, Doc: "gradient descent, with momentum where asked for", New: func() any { return &sgd{rate: at(0.01), shared: ema} }},
		{Name: "rmsprop", Aliases: []string{"RMSprop", "RMSProp"}, Doc: "steps divided by the root mean square of recent gradients (Hinton, 2012)", New: func() any {
			return &rmsprop{rate: at(0.001), Rho: 0.9, Epsilon: 1e-7, shared: ema}
		}},
		{Name: "adam", Aliases: []string{"Adam"}, Doc: "adaptive moment estimation (Kingma and Ba, 2015)", New: func() any {
			return &adam{rate: at(0.001), betas: defaultBetas, shared: ema}
		}},
		{Name: "adamw", Aliases: []string{"AdamW"}, Doc: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)", New: func() any {
			share := 0.004
			return &adam{rate: at(0.001), betas: defaultBetas, decay: decay{&share}, shared: ema}
		}},
		{Name: "adagrad", Aliases: []string{"Adagrad", "AdaGrad"}, Doc: "steps divided by the root of all squared gradients so far (Duchi et al., 2011)", New: func() any {
			return &adagrad{rate: at(0.001), InitialAccumulatorValue: 0.1, Epsilon: 1e-7, shared: ema}
		}},
		{Name: "adadelta", Aliases: []string{"Adadelta", "AdaDelta"}, Doc: "gradients scaled by the size of recent steps over that of recent gradients (Zeiler, 2012)", New: func() any {
			return &adadelta{rate: at(0.001), Rho: 0.95, Epsilon: 1e-7, shared: ema}
		}},
		{Name: "adamax", Aliases: []string{"Adamax", "AdaMax"}, Doc: "Adam with the largest recent gradient in place of the root mean square (Kingma and Ba, 2015)", New: moment},
		{Name: "nadam", Aliases: []string{"Nadam", "NAdam"}, Doc: "Adam with Nesterov momentum (Dozat, 2016)", New: moment},
		{Name: "ftrl", Aliases: []string{"Ftrl", "FTRL"}, Doc: "follows the regularized leader: many weights are exactly 0 (McMahan et al., 2013)", New: func() any {
			return &ftrl{rate: at(0.001), LearningRatePower: -0.5, InitialAccumulatorValue: 0.1, shared: ema}
		}},
		{Name: "lion", Aliases: []string{"Lion"}, Doc: "steps of one size, in the direction of recent gradients (Chen et al., 2023)", New: func() any {
			return &lion{rate: at(0.001), Beta1: 0.9, Beta2: 0.99, shared: ema}
		}},
		{Name: "lamb", Aliases: []string{"Lamb", "LAMB"}, Doc: "Adam with steps in proportion to the weights of a tensor, for large batches (You et al., 2020)", New: moment},
		{Name: "adafactor", Aliases: []string{"Adafactor"}, Doc: "squared gradients kept by rows and columns, which takes little memory (Shazeer and Stern, 2018)", New: func() any {
			return &adafactor{rate: at(0.001), Beta2Decay: -0.8, Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1, RelativeStep: true, shared: ema}
		}},
	},
	Meant: map[string]string{
		"momentum": "{sgd: {momentum: 0.9}}", "nesterov": "{sgd: {momentum: 0.9, nesterov: true}}", "gradient_descent": `"sgd"`, "gd": `"sgd"`, "adam_w": `"adamw"`, "amsgrad": "{adam: {amsgrad: true}}",
		"rms_prop": `"rmsprop"`, "ada_grad": `"adagrad"`, "ada_delta": `"adadelta"`, "ada_max": `"adamax"`, "ada_factor": `"adafactor"`, "n_adam": `"nadam"`,
	},
	Later: []string{"muon", "Muon", "LossScaleOptimizer", "loss_scale_optimizer", "ScheduleFreeAdamW", "schedule_free_adamw"},
}

func moment() any { return &moments{rate: at(0.001), betas: defaultBetas, shared: ema} }

func (p *plan) resolveOptimizer(call spec.Call) {
	before := len(p.errs)
	call.Args = p.withoutLossScale(call.Args)
	e, settings, errs := optimizers.Resolve(call)
	p.errs = append(p.errs, errs...)
	p.oneClip(call.Args)
	if len(p.errs) > before {
		return
	}
	o := loop.Setting{Name: e.Name}
	defaults := arguments(e.New())
	for i, a := range arguments(settings) {
		if slices.Contains(common, a.Name) && a == defaults[i] {
			continue
		}
		if call, ok := a.Value.(spec.Call); ok {
			a.Value = p.resolveSchedule(call)
		}
		o.Args = append(o.Args, a)
	}
	p.compile.optimizer = o
}

// common names what every optimizer takes. It is part of the setting where it
// is not as in Keras's defaults.
var common = func() []string {
	var names []string
	for _, a := range arguments(&shared{}) {
		names = append(names, a.Name)
	}
	return names
}()

// withoutLossScale answers the one argument of Keras's optimizers that has no
// meaning here.
func (p *plan) withoutLossScale(args spec.Args) spec.Args {
	args.List = slices.DeleteFunc(slices.Clone(args.List), func(a spec.Arg) bool {
		if a.Name != "loss_scale_factor" {
			return false
		}
		p.errs.Add(a.Pos, "compile: loss_scale_factor has no meaning here: it is for gradients in float16, and these are in float32; take it out")
		return true
	})
	return args
}

// oneClip reports a second way of clipping, as Keras does.
func (p *plan) oneClip(args spec.Args) {
	first := ""
	for _, a := range args.List {
		if !slices.Contains([]string{"clipnorm", "clipvalue", "global_clipnorm"}, a.Name) || a.Value.Kind == spec.Null {
			continue
		}
		if first != "" {
			p.errs.Add(a.Pos, "compile: %s and %s are set; only one of clipnorm, clipvalue and global_clipnorm may be", first, a.Name)
			return
		}
		first = a.Name
	}
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
			args = append(args, loop.SettingArg{Name: name, Value: argument(v.Field(i))})
		}
	}
	walk(reflect.ValueOf(settings).Elem())
	return args
}

// argument is one of them; a schedule is left as it was called.
func argument(v reflect.Value) any {
	if x, ok := v.Interface().(spec.Rate); ok {
		if x.Schedule.Name != "" {
			return x.Schedule
		}
		return x.Number
	}
	if v.Kind() != reflect.Pointer {
		return v.Interface()
	}
	if v.IsNil() {
		return reflect.Zero(v.Type().Elem()).Interface()
	}
	return v.Elem().Interface()
}

// Catalog documents everything that a description may name, for the JSON Schema.
func Catalog() spec.Catalog {
	c := layer.Docs()
	c.Optimizers = optimizers.Docs()
	c.Schedules = schedules.Docs()
	c.Metrics = metrics.Docs()
	c.Callbacks = callbacks.Docs()
	return c
}
