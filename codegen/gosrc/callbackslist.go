package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// callbackRow is a callback that a description may name: its type in
// runtime/train, and what the zero value of a field stands for there.
type callbackRow struct {
	of       string
	defaults map[string]any
}

var callbackRows = map[string]callbackRow{
	"early_stopping": {"EarlyStopping", map[string]any{
		"monitor": "val_loss", "min_delta": 0.0, "patience": 0, "mode": "auto", "restore_best_weights": false, "start_from_epoch": 0, "baseline": nil,
	}},
	"reduce_lr_on_plateau": {"ReduceLROnPlateau", map[string]any{
		"monitor": "val_loss", "factor": 0.1, "patience": 10, "mode": "auto", "min_delta": 1e-4, "cooldown": 0, "min_lr": 0.0,
	}},
	"terminate_on_nan": {"TerminateOnNaN", nil},
}

// callbackField is the Go field of a callback's argument.
func callbackField(arg string) string {
	if arg == "min_lr" {
		return "MinLR"
	}
	return fieldName(arg)
}

// callbacksDecl is the field of compiled that makes the callbacks of the
// description.
func callbacksDecl(list []loop.Setting) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	var before, items strings.Builder
	for i, s := range list {
		row, ok := callbackRows[s.Name]
		if !ok {
			return "", fmt.Errorf("the callback %s is not emitted by this version", diag.Quote(s.Name))
		}
		var fields []string
		for _, a := range s.Args {
			standard, ok := row.defaults[a.Name]
			if !ok {
				return "", fmt.Errorf("callback %s: the argument %s is not emitted by this version", s.Name, diag.Quote(a.Name))
			}
			if a.Value == standard {
				continue
			}
			text, err := argText(a)
			if err != nil {
				return "", fmt.Errorf("callback %s: %w", s.Name, err)
			}
			switch {
			case a.Name == "baseline":
				fmt.Fprintf(&before, "baseline%d := float64(%s)\n", i, text)
				text = fmt.Sprintf("&baseline%d", i)
			case a.Name == "patience" && a.Value == 0:
				text = "1" // the same: a reduction needs an epoch that is no better
			case a.Name == "min_delta" && a.Value == 0.0:
				text = "-1" // 0 would stand for the default
			}
			fields = append(fields, callbackField(a.Name)+": "+text)
		}
		fmt.Fprintf(&items, "&§train.%s{%s},\n", row.of, strings.Join(fields, ", "))
	}
	return fmt.Sprintf("Callbacks: func() []§train.Callback {\n%sreturn []§train.Callback{\n%s}\n},\n", before.String(), items.String()), nil
}

// classWeightDecl is the field of compiled with the weights of the classes that
// do not weigh 1.
func classWeightDecl(weights []float64) string {
	var items []string
	for class, w := range weights {
		if w != 1 {
			items = append(items, fmt.Sprintf("%d: %s", class, elem{"float64", ""}.number(w)))
		}
	}
	if items == nil {
		return ""
	}
	return fmt.Sprintf("ClassWeight: map[int]float64{%s},\n", strings.Join(items, ", "))
}
