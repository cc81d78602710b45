package spec

import "math"

var fitMistakes = map[string]string{
	"validation_data":       "validation data is given to Fit in Go (FitConfig); in a description write fit: {validation_split: 0.2}",
	"callbacks":             "callbacks are given to Fit in Go (FitConfig), and not in a description",
	"verbose":               "verbose has no meaning in a description; the command shows progress, and FitConfig in Go says where to",
	"steps_per_epoch":       "an epoch is every row once; take steps_per_epoch out",
	"initial_epoch":         "initial_epoch has no meaning in a description; take it out",
	"class_weight":          "fit: class_weight is not supported by this version; give each row its weight in Go",
	"sample_weight":         "the weights of rows are given with the rows in Go, and not in a description",
	"validation_batch_size": "validation uses batch_size; take validation_batch_size out",
	"validation_steps":      "validation uses every row; take validation_steps out",
	"lr":                    "the learning rate stands under the optimizer; write compile: {optimizer: {rmsprop: {learning_rate: 0.001}}}",
	"learning_rate":         "the learning rate stands under the optimizer; write compile: {optimizer: {rmsprop: {learning_rate: 0.001}}}",
	"optimizer":             misplaced["optimizer"],
	"loss":                  misplaced["loss"],
	"metrics":               misplaced["metrics"],
}

func (p *parser) fit(m *Model, a Arg) {
	f := &m.Fit
	f.Pos, f.BatchSizePos = a.Pos, a.Pos
	if !p.isMap("fit", a.Value, "fit: {batch_size: 32, epochs: 4, validation_split: 0.2}") {
		return
	}
	p.section("fit", a.Value, []key{
		{name: "batch_size", take: func(a Arg) {
			f.BatchSizePos = a.Value.Pos
			p.positive("batch_size", a.Value, &f.BatchSize, 1<<24)
		}},
		{name: "epochs", take: func(a Arg) { p.positive("epochs", a.Value, &f.Epochs, math.MaxInt32) }},
		{name: "validation_split", take: func(a Arg) { p.split(a.Value, f) }},
		{name: "shuffle", take: func(a Arg) {
			if a.Value.Kind != Bool {
				p.fail(a.Value.Pos, "fit: shuffle takes true or false, not %s%s", a.Value.describe(), instead("shuffle", a.Value, func(w Value) bool { return w.Kind == Bool }))
				return
			}
			f.Shuffle = &a.Value.Bool
		}},
	}, fitMistakes)
}

func (p *parser) positive(name string, v Value, into *int, limit int64) {
	n, ok := v.whole()
	switch {
	case !ok:
		p.fail(v.Pos, "fit: %s takes a whole number, not %s%s", name, v.describe(), instead(name, v, func(w Value) bool { return w.Kind == Int }))
	case n < 1 || n > limit:
		p.fail(v.Pos, "fit: %s is %d; it must be between 1 and %d", name, n, limit)
	default:
		*into = int(n)
	}
}

func (p *parser) split(v Value, f *Fit) {
	x, ok := v.number()
	switch {
	case !ok:
		p.fail(v.Pos, "fit: validation_split takes a fraction of the rows such as 0.2, not %s%s", v.describe(),
			instead("validation_split", v, func(w Value) bool { _, ok := w.number(); return ok }))
	case x < 0 || x >= 1:
		hint := ""
		if x >= 1 && x < 100 {
			hint = "; for " + v.flow() + " percent write " + floatText(x/100)
		}
		p.fail(v.Pos, "fit: validation_split is %s; it is a fraction of the rows, at least 0 and below 1%s", v.flow(), hint)
	default:
		f.ValidationSplit = x
	}
}
