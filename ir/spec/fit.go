package spec

import (
	"math"
	"strconv"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/dataset"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
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
	*document.Reader
	m *Model
}

func (r *fitReader) fit(a Arg) {
	f := &r.m.Fit
	f.Pos, f.BatchSizePos = a.Pos, a.Pos
	if !r.IsMap("fit", a.Value, "fit: {batch_size: 32, epochs: 4, validation_split: 0.2}") {
		return
	}
	r.Section("fit", a.Value, []document.Key{
		{Name: "batch_size", Take: func(a Arg) {
			f.BatchSizePos = a.Value.Pos
			r.Count("fit", a, &f.BatchSize, 1, 1<<24)
		}},
		{Name: "epochs", Take: func(a Arg) { r.Count("fit", a, &f.Epochs, 1, math.MaxInt32) }},
		{Name: "validation_split", Take: func(a Arg) { r.Fraction("fit", a, &f.ValidationSplit, true) }},
		{Name: "shuffle", Take: func(a Arg) {
			var shuffle bool
			r.Flag("fit", a, &shuffle)
			f.Shuffle = &shuffle
		}},
		{Name: "stratify", Take: func(a Arg) {
			f.StratifyPos = a.Pos
			r.Flag("fit", a, &f.Stratify)
		}},
		{Name: "class_weight", Take: func(a Arg) {
			f.ClassWeightPos = a.Pos
			r.classWeights(a.Value)
		}},
		{Name: "steps_per_epoch", Take: func(a Arg) { r.Count("fit", a, &f.StepsPerEpoch, 1, math.MaxInt32) }},
		{Name: "callbacks", Take: func(a Arg) { r.callbacks(a.Value) }},
	}, fitMistakes)
	r.validation()
}

// validation compares what fit and data say about the rows to validate on.
func (r *fitReader) validation() {
	f, d := &r.m.Fit, r.m.Data
	if d != nil && d.Validation != nil && f.ValidationSplit > 0 {
		r.Fail(d.Validation.Pos, "data: validation names the rows to validate on, and fit: validation_split takes them from train; take one of them out")
	}
	if !f.Stratify {
		return
	}
	switch {
	case d == nil || d.Classes == nil:
		r.Fail(f.StratifyPos, "fit: stratify takes validation_split of the rows of every class, and there are no classes; name them under data, or take stratify out")
	case d.Windows != nil:
		r.Fail(f.StratifyPos, "fit: stratify takes rows from everywhere, and windows need them in their order; take stratify out")
	case f.ValidationSplit == 0:
		r.Fail(f.StratifyPos, "fit: stratify says how validation_split is taken, and there is none; write validation_split: 0.2 beside it, or take stratify out")
	}
}

// classWeights reads weights by the names of classes, or by their numbers where
// they have no names.
func (r *fitReader) classWeights(v Value) {
	m := r.m
	const example = `class_weight: {"no": 1, "yes": 3}`
	if v.Kind == String && document.Folded(v.Str) == "balanced" {
		r.Fail(v.Pos, "fit: class_weight takes the weights of classes; for balanced ones write the number of rows divided by the number of classes times the rows of the class: %s", example)
		return
	}
	if !r.IsMap("fit: class_weight", v, example) {
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
	before := len(r.Errs)
	for _, e := range v.Map {
		class, ok := numbers[e.Name]
		if n, err := strconv.Atoi(e.Name); !ok && err == nil && n >= 0 && n < dataset.MaxClasses && strconv.Itoa(n) == e.Name && (classes == nil || n < len(classes)) {
			class, ok = n, true
		}
		w, number := e.Value.Number()
		switch {
		case !ok && classes == nil:
			r.Fail(e.Pos, "fit: class_weight: %s is not the number of a class, and data: names no classes; write class_weight: {0: 1, 1: 3}", diag.Quote(e.Name))
		case !ok:
			hint := ""
			if len(r.Errs) < before+document.MaxHints {
				hint = diag.DidYouMean(e.Name, classes)
			}
			r.Fail(e.Pos, "fit: class_weight: there is no class %s%s", diag.Quote(e.Name), hint)
		case seen[class]:
			r.Fail(e.Pos, "fit: class_weight: class %s has a weight already", diag.Quote(e.Name))
		case !number:
			r.Fail(e.Value.Pos, "fit: class_weight: the weight of class %s is a number, not %s", diag.Quote(e.Name), e.Value.Describe())
		case w < 0 || w > math.MaxFloat32:
			r.Fail(e.Value.Pos, "fit: class_weight: the weight of class %s is %s; it must be at least 0, and a float32", diag.Quote(e.Name), e.Value.Flow())
		}
		some, seen[class] = some || w > 0, true
		m.Fit.ClassWeights = append(m.Fit.ClassWeights, ClassWeight{Class: class, Weight: w, Pos: e.Pos})
	}
	switch {
	case len(r.Errs) > before:
	case len(v.Map) == 0:
		r.Fail(v.Pos, "fit: class_weight is empty; write %s", example)
	case !some && classes != nil && len(seen) == len(classes):
		r.Fail(v.Pos, "fit: class_weight gives every class the weight 0, so that nothing would be learned")
	}
}

// maxCallbacks bounds the list.
const maxCallbacks = 64

// callbacks reads what follows the training, by name.
func (r *fitReader) callbacks(v Value) {
	if v.Kind != List {
		hint := ""
		if v.Kind == String || v.Kind == Map && len(v.Map) == 1 {
			hint = "; write callbacks: " + document.ListOf(v).Brief()
		}
		r.Fail(v.Pos, "fit: callbacks takes a list, not %s%s", v.Describe(), hint)
		return
	}
	if len(v.List) > maxCallbacks {
		r.Fail(v.Pos, "fit: callbacks has %d entries; at most %d are allowed", len(v.List), maxCallbacks)
		return
	}
	for _, e := range v.List {
		if e.Kind == Null {
			r.Fail(e.Pos, "fit: callbacks: an entry is empty; write the name of a callback, such as terminate_on_nan")
			continue
		}
		c, errs := CallOf(r.TextArgs(e, "monitor"), "fit", "callbacks")
		r.Errs = append(r.Errs, errs...)
		if len(errs) == 0 {
			r.m.Fit.Callbacks = append(r.m.Fit.Callbacks, c)
		}
	}
}
