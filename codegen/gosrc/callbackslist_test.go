package gosrc

import (
	"reflect"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/train"
)

// The table says what the runtime has: types and fields.
func TestCallbacksOfTheRuntime(t *testing.T) {
	for _, c := range []struct {
		name string
		of   any
	}{{"early_stopping", train.EarlyStopping{}}, {"reduce_lr_on_plateau", train.ReduceLROnPlateau{}}, {"terminate_on_nan", train.TerminateOnNaN{}}} {
		row, kind := callbackRows[c.name], reflect.TypeOf(c.of)
		if row.of != kind.Name() {
			t.Errorf("%s is %s, the runtime has %s", c.name, row.of, kind.Name())
		}
		for arg, v := range row.defaults {
			f, ok := kind.FieldByName(callbackField(arg))
			switch {
			case !ok:
				t.Errorf("%s: no field %s", c.name, callbackField(arg))
			case v != nil && f.Type != reflect.TypeOf(v):
				t.Errorf("%s: %s is a %s, its default a %T", c.name, f.Name, f.Type, v)
			}
		}
	}
}

func TestCallbacksDecl(t *testing.T) {
	arg := func(name string, v any) loop.SettingArg { return loop.SettingArg{Name: name, Value: v} }
	got, err := callbacksDecl([]loop.Setting{
		{Name: "early_stopping", Args: []loop.SettingArg{arg("monitor", "val_loss"), arg("patience", 3), arg("baseline", 0.5), arg("restore_best_weights", true)}},
		{Name: "reduce_lr_on_plateau", Args: []loop.SettingArg{arg("monitor", "loss"), arg("factor", 0.1), arg("patience", 0), arg("min_delta", 0.0), arg("min_lr", 1e-5)}},
		{Name: "terminate_on_nan"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `Callbacks: func() []§train.Callback {
baseline0 := float64(0.5)
return []§train.Callback{
&§train.EarlyStopping{Patience: 3, Baseline: &baseline0, RestoreBestWeights: true},
&§train.ReduceLROnPlateau{Monitor: "loss", Patience: 1, MinDelta: -1, MinLR: 1e-05},
&§train.TerminateOnNaN{},
}
},
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, s := range []loop.Setting{{Name: "tensorboard"}, {Name: "terminate_on_nan", Args: []loop.SettingArg{arg("verbose", 1)}}} {
		if _, err := callbacksDecl([]loop.Setting{s}); err == nil || !strings.Contains(err.Error(), s.Name) {
			t.Errorf("%v: %v", s, err)
		}
	}
	if got := classWeightDecl([]float64{1, 2.5, 1, 0}); got != "ClassWeight: map[int]float64{1: 2.5, 3: 0},\n" {
		t.Errorf("weights %s", got)
	}
	if got := classWeightDecl([]float64{1, 1}); got != "" {
		t.Errorf("weights %s", got)
	}
}
