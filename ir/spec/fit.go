package spec

import (
	"math"
	"strconv"

	"github.com/nngen-go/nngen/ir/diag"
)

var fitMistakes = map[string]string{
	"validation_data":       "rows to validate on belong under data: write data: {validation: {csv: val.csv}}, or fit: {validation_split: 0.2}",
	"verbose":               "verbose has no meaning in a description; the command shows progress, and FitConfig in Go says where to",
	"initial_epoch":         "initial_epoch is set where training begins, by the command or in Go; take it out",
	"class_weights":         "fit: it is called class_weight; write class_weight: {\"no\": 1, \"yes\": 3}",
	"sample_weight":         "the weights of rows are a column of the file; write data: {weight: ...}",
	"early_stopping":        "early_stopping is a callback; write fit: {callbacks: [{early_stopping: {patience: 3}}]}",
	"patience":              "patience is an argument of a callback; write fit: {callbacks: [{early_stopping: {patience: 3}}]}",
	"stratified":            "fit: it is called stratify; write stratify: true",
	"validation_batch_size": "validation uses batch_size; take validation_batch_size out",
	"validation_steps":      "validation uses every row; take validation_steps out",
	"lr":                    "the learning rate belongs under the optimizer; write compile: {optimizer: {rmsprop: {learning_rate: 0.001}}}",
	"learning_rate":         "the learning rate belongs under the optimizer; write compile: {optimizer: {rmsprop: {learning_rate: 0.001}}}",
	"optimizer":             misplaced["optimizer"],
	"loss":                  misplaced["loss"],
	"metrics":               misplaced["metrics"],
}

// fitReader reads the fit section of a model.
type fitReader struct {
	*reader
	m *Model
}

func (r *fitReader) fit(a Arg) {
	f := &r.m.Fit
	f.Pos, f.BatchSizePos = a.Pos, a.Pos
	if !r.isMap("fit", a.Value, "fit: {batch_size: 32, epochs: 4, validation_split: 0.2}") {
		return
	}
	r.section("fit", a.Value, []key{
		{name: "batch_size", take: func(a Arg) {
			f.BatchSizePos = a.Value.Pos
			r.count("fit", a, &f.BatchSize, 1, 1<<24)
		}},
		{name: "epochs", take: func(a Arg) { r.count("fit", a, &f.Epochs, 1, math.MaxInt32) }},
		{name: "validation_split", take: func(a Arg) { r.fraction("fit", a, &f.ValidationSplit, true) }},
		{name: "shuffle", take: func(a Arg) {
			var shuffle bool
			r.flag("fit", a, &shuffle)
			f.Shuffle = &shuffle
		}},
		{name: "stratify", take: func(a Arg) {
			f.StratifyPos = a.Pos
			r.flag("fit", a, &f.Stratify)
		}},
		{name: "class_weight", take: func(a Arg) {
			f.ClassWeightPos = a.Pos
			r.classWeights(a.Value)
		}},
		{name: "steps_per_epoch", take: func(a Arg) { r.count("fit", a, &f.StepsPerEpoch, 1, math.MaxInt32) }},
		{name: "callbacks", take: func(a Arg) { r.callbacks(a.Value) }},
	}, fitMistakes)
	r.validation()
}

// validation compares what fit and data say about the rows to validate on.
func (r *fitReader) validation() {
	f, d := &r.m.Fit, r.m.Data
	if d != nil && d.Validation != nil && f.ValidationSplit > 0 {
		r.fail(d.Validation.Pos, "data: validation names the rows to validate on, and fit: validation_split takes them from train; take one of them out")
	}
	if !f.Stratify {
		return
	}
	switch {
	case d == nil || d.Classes == nil:
		r.fail(f.StratifyPos, "fit: stratify takes validation_split of the rows of every class, and there are no classes; name them under data, or take stratify out")
	case d.Windows != nil:
		r.fail(f.StratifyPos, "fit: stratify takes rows from everywhere, and windows need them in their order; take stratify out")
	case f.ValidationSplit == 0:
		r.fail(f.StratifyPos, "fit: stratify says how validation_split is taken, and there is none; write validation_split: 0.2 beside it, or take stratify out")
	}
}

// classWeights reads weights by the names of classes, or by their numbers where
// they have no names.
func (r *fitReader) classWeights(v Value) {
	m := r.m
	const example = `class_weight: {"no": 1, "yes": 3}`
	if v.Kind == String && folded(v.Str) == "balanced" {
		r.fail(v.Pos, "fit: class_weight takes the weights of classes; for balanced ones write the number of rows divided by the number of classes times the rows of the class: %s", example)
		return
	}
	if !r.isMap("fit: class_weight", v, example) {
		return
	}
	var classes []string
	if m.Data != nil {
		classes = m.Data.Classes
	}
	numbers := map[string]int{}
	for i, name := range classes {
		numbers[name] = i
	}
	some, seen := false, map[int]bool{}
	before := len(r.errs)
	for _, e := range v.Map {
		class, ok := numbers[e.Name]
		if n, err := strconv.Atoi(e.Name); !ok && err == nil && n >= 0 && n < maxClasses && strconv.Itoa(n) == e.Name && (classes == nil || n < len(classes)) {
			class, ok = n, true
		}
		w, number := e.Value.number()
		switch {
		case !ok && classes == nil:
			r.fail(e.Pos, "fit: class_weight: %s is not the number of a class, and data: names no classes; write class_weight: {0: 1, 1: 3}", diag.Quote(e.Name))
		case !ok:
			hint := ""
			if len(r.errs) < before+maxHints {
				hint = diag.DidYouMean(e.Name, classes)
			}
			r.fail(e.Pos, "fit: class_weight: there is no class %s%s", diag.Quote(e.Name), hint)
		case seen[class]:
			r.fail(e.Pos, "fit: class_weight: class %s has a weight already", diag.Quote(e.Name))
		case !number:
			r.fail(e.Value.Pos, "fit: class_weight: the weight of class %s is a number, not %s", diag.Quote(e.Name), e.Value.describe())
		case w < 0 || w > math.MaxFloat32:
			r.fail(e.Value.Pos, "fit: class_weight: the weight of class %s is %s; it must be at least 0, and a float32", diag.Quote(e.Name), e.Value.flow())
		}
		some, seen[class] = some || w > 0, true
		m.Fit.ClassWeights = append(m.Fit.ClassWeights, ClassWeight{Class: class, Weight: w, Pos: e.Pos})
	}
	switch {
	case len(r.errs) > before:
	case len(v.Map) == 0:
		r.fail(v.Pos, "fit: class_weight is empty; write %s", example)
	case !some && classes != nil && len(seen) == len(classes):
		r.fail(v.Pos, "fit: class_weight gives every class the weight 0, so that nothing would be learned")
	}
}

// maxCallbacks bounds the list.
const maxCallbacks = 64

// callbacks reads what follows the training, by name.
func (r *fitReader) callbacks(v Value) {
	if v.Kind != List {
		hint := ""
		if v.Kind == String || v.Kind == Map && len(v.Map) == 1 {
			hint = "; write callbacks: " + listOf(v).brief()
		}
		r.fail(v.Pos, "fit: callbacks takes a list, not %s%s", v.describe(), hint)
		return
	}
	if len(v.List) > maxCallbacks {
		r.fail(v.Pos, "fit: callbacks has %d entries; at most %d are allowed", len(v.List), maxCallbacks)
		return
	}
	for _, e := range v.List {
		if e.Kind == Null {
			r.fail(e.Pos, "fit: callbacks: an entry is empty; write the name of a callback, such as terminate_on_nan")
			continue
		}
		c, errs := CallOf(r.textArgs(e, "monitor"), "fit", "callbacks")
		r.errs = append(r.errs, errs...)
		if len(errs) == 0 {
			r.m.Fit.Callbacks = append(r.m.Fit.Callbacks, c)
		}
	}
}
