package build

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/arg"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/optim"
)

var optimizers = layer.Table[any]{
	Kind:    "optimizer",
	Entries: entries(optim.Rules()),
	Meant: map[string]string{
		"momentum": "{sgd: {momentum: 0.9}}", "nesterov": "{sgd: {momentum: 0.9, nesterov: true}}", "gradient_descent": `"sgd"`, "gd": `"sgd"`, "adam_w": `"adamw"`, "amsgrad": "{adam: {amsgrad: true}}",
		"rms_prop": `"rmsprop"`, "ada_grad": `"adagrad"`, "ada_delta": `"adadelta"`, "ada_max": `"adamax"`, "ada_factor": `"adafactor"`, "n_adam": `"nadam"`,
	},
	Later: []string{"muon", "Muon", "LossScaleOptimizer", "loss_scale_optimizer", "ScheduleFreeAdamW", "schedule_free_adamw"},
}

var schedules = layer.Table[any]{
	Kind:    "learning rate schedule",
	Entries: entries(optim.Schedules()),
	Later:   []string{"LearningRateSchedule"},
}

// rule is an optimizer or a schedule of the runtime.
type rule interface {
	Name() string
	Validate() error
}

func entries[T rule](of []optim.Entry[T]) []layer.Entry[any] {
	var list []layer.Entry[any]
	for _, e := range of {
		list = append(list, layer.Entry[any]{Name: e.New().Name(), Aliases: e.Aliases, Doc: e.Doc, New: func() any { return e.New() }})
	}
	return list
}

// decodedOptimizer is an optimizer of a description before it becomes a setting.
type decodedOptimizer struct {
	layer.Entry[any]
	rule     optim.Rule
	schedule spec.Call // of the learning rate; without a name: none
}

func decodeOptimizer(call spec.Call) (o decodedOptimizer, all diag.List) {
	args, all := withoutLossScale(call.Args)
	args, schedule, errs := args.Schedule("learning_rate")
	all = append(all, errs...)
	call.Args = args
	e, settings, errs := optimizers.Resolve(call)
	all = append(append(all, errs...), oneClip(call.Args)...)
	if len(all) > 0 {
		return o, all
	}
	return decodedOptimizer{e, settings.(optim.Rule), schedule}, nil
}

func resolveOptimizer(call spec.Call) (loop.Setting, diag.List) {
	o, all := decodeOptimizer(call)
	if len(all) > 0 {
		return loop.Setting{}, all
	}
	s := loop.Setting{Name: o.Name, Args: arguments(o.rule, o.New())}
	if o.schedule.Name != "" {
		s.Args[0].Value, all = resolveSchedule(o.schedule)
	}
	return s, all
}

// Rule is the optimizer that a description names, as the runtime has it.
func Rule(call spec.Call) (optim.Rule, error) {
	o, all := decodeOptimizer(call)
	if len(all) > 0 {
		return nil, all
	}
	if o.schedule.Name != "" {
		_, settings, errs := schedules.Resolve(o.schedule)
		if len(errs) > 0 {
			return nil, errs
		}
		o.rule.Common().Schedule = settings.(optim.Schedule)
	}
	return o.rule, nil
}

// resolveSchedule gives a schedule as a loop.Setting.
func resolveSchedule(call spec.Call) (any, diag.List) {
	e, settings, errs := schedules.Resolve(call)
	if len(errs) > 0 {
		return nil, errs
	}
	if err := settings.(rule).Validate(); err != nil {
		errs.Add(call.Pos, "compile: %s", strings.TrimPrefix(err.Error(), "optim: "))
		return nil, errs
	}
	return loop.Setting{Name: e.Name, Args: arguments(settings, nil)}, nil
}

// withoutLossScale answers the one argument of Keras's optimizers that has no
// meaning here.
func withoutLossScale(args spec.Args) (spec.Args, diag.List) {
	var errs diag.List
	args.List = slices.DeleteFunc(slices.Clone(args.List), func(a spec.Arg) bool {
		if a.Name != "loss_scale_factor" {
			return false
		}
		errs.Add(a.Pos, "compile: loss_scale_factor has no meaning here: it is for gradients in float16, and these are in float32; take it out")
		return true
	})
	return args, errs
}

// oneClip reports a second way of clipping, as Keras does.
func oneClip(args spec.Args) diag.List {
	var errs diag.List
	first := ""
	for _, a := range args.List {
		if !slices.Contains([]string{"clipnorm", "clipvalue", "global_clipnorm"}, a.Name) || a.Value.Kind == spec.Null {
			continue
		}
		if first != "" {
			errs.Add(a.Pos, "compile: %s and %s are set; only one of clipnorm, clipvalue and global_clipnorm may be", first, a.Name)
			break
		}
		first = a.Name
	}
	return errs
}

// arguments lists decoded settings in the order of their fields, but those that
// are not there, and those common to all of a kind where they are as in defaults:
// a new one of these changes no hash where it is not used.
func arguments(settings, defaults any) []loop.SettingArg {
	var args []loop.SettingArg
	var standard []arg.Field
	if defaults != nil {
		standard = arg.Fields(defaults)
	}
	for i, f := range arg.Fields(settings) {
		v := f.Value()
		if v != nil && !(f.Has("common") && v == standard[i].Value()) {
			args = append(args, loop.SettingArg{Name: f.Name, Value: v})
		}
	}
	return args
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

// Later is what Keras has and this version has not, by kind.
func Later() map[string][]string {
	l := layer.Later()
	l["optimizers"], l["schedules"], l["metrics"], l["callbacks"] = optimizers.Later, schedules.Later, metrics.Later, callbacks.Later
	return l
}

// Why says of a layer of [Later], or an argument of layers, what to do instead, or why.
func Why(name string) string { return layer.Why(name) }
