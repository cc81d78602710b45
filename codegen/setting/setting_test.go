package setting

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/metric"
)

// A metric's constructor takes its name and what the registry says after it.
func TestMetricConstructors(t *testing.T) {
	for _, e := range metric.Entries() {
		f := reflect.TypeOf(e.New)
		var takes []reflect.Type
		if e.Args != nil {
			for _, v := range e.Args() {
				if s := reflect.TypeOf(v).Elem(); s.Name() != "" {
					takes = append(takes, s)
				} else {
					takes = append(takes, s.Field(0).Type)
				}
			}
		}
		if f.NumIn() != 1+len(takes) || f.In(0).Kind() != reflect.String {
			t.Errorf("%s: %v takes a name and %v", e.Name, f, takes)
			continue
		}
		for i, in := range takes {
			if f.In(i+1) != in {
				t.Errorf("%s: %v takes a name and %v", e.Name, f, takes)
			}
		}
	}
}

// args makes arguments of names and values.
func args(list ...any) []loop.SettingArg {
	var all []loop.SettingArg
	for pair := range slices.Chunk(list, 2) {
		all = append(all, loop.SettingArg{Name: pair[0].(string), Value: pair[1]})
	}
	return all
}

func TestRuleText(t *testing.T) {
	for _, c := range []struct {
		setting loop.Setting
		want    string
	}{
		{loop.Setting{Name: "adam"}, "return §optim.NewAdam(0.001)"},
		{loop.Setting{Name: "adamw", Args: args("learning_rate", 0.01, "beta_1", 0.9, "weight_decay", 0.0)}, "rule := §optim.NewAdamW(0.01)\nrule.WeightDecay = 0\nreturn rule"},
		{loop.Setting{Name: "sgd", Args: args("momentum", 0.9, "weight_decay", 0.0, "global_clipnorm", 1.5, "use_ema", true, "ema_overwrite_frequency", 10)},
			"rule := §optim.NewSGD(0.01)\nrule.Momentum = 0.9\nrule.GlobalClipNorm = 1.5\nrule.UseEMA = true\nrule.EMAOverwriteFrequency = 10\nreturn rule"},
		{loop.Setting{Name: "adam", Args: args("learning_rate", loop.Setting{Name: "cosine_decay", Args: args("initial_learning_rate", 0.1, "decay_steps", 500, "alpha", 0.0, "warmup_steps", 0)}, "clipnorm", 1.0, "gradient_accumulation_steps", 4)},
			"rule := §optim.NewAdam(0.1)\nrule.Schedule = §optim.CosineDecay{InitialLearningRate: 0.1, DecaySteps: 500}\nrule.ClipNorm = 1\nrule.GradientAccumulationSteps = 4\nreturn rule"},
		{loop.Setting{Name: "lamb", Args: args("learning_rate", loop.Setting{Name: "piecewise_constant_decay", Args: args("boundaries", []int{100, 200}, "values", []float64{0.1, 0.05, 0.01})})},
			"rule := §optim.NewLamb(0.1)\nrule.Schedule = §optim.PiecewiseConstantDecay{Boundaries: []int{100, 200}, Values: []float64{0.1, 0.05, 0.01}}\nreturn rule"},
	} {
		got, err := Rule(c.setting)
		if err != nil || got != c.want {
			t.Errorf("%s, %v\nwant %s", got, err, c.want)
		}
	}
	for want, s := range map[string]loop.Setting{
		`the optimizer "muon" is not emitted`:                              {Name: "muon"},
		`optimizer adam: the argument "rho" is not emitted`:                {Name: "adam", Args: args("rho", 0.9)},
		`optimizer adam: the learning rate schedule "warp" is not emitted`: {Name: "adam", Args: args("learning_rate", loop.Setting{Name: "warp"})},
		`cosine_decay: the argument "power" is not emitted`:                {Name: "adam", Args: args("learning_rate", loop.Setting{Name: "cosine_decay", Args: args("power", 1.0)})},
		`the argument "clipnorm" is a loop.Setting`:                        {Name: "adam", Args: args("clipnorm", loop.Setting{Name: "cosine_decay"})},
	} {
		if _, err := Rule(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// What a description says of a metric is what the constructor is given; what it
// leaves at the default is not printed.
func TestMetricText(t *testing.T) {
	arg := func(name string, value any) loop.SettingArg { return loop.SettingArg{Name: name, Value: value} }
	for _, c := range []struct {
		setting loop.Setting
		want    string
	}{
		{loop.Setting{Name: "mean_squared_error", As: "mse"}, `§metric.MeanSquaredError("mse")`},
		{loop.Setting{Name: "binary_accuracy", As: "accuracy", Args: []loop.SettingArg{arg("threshold", 0.25)}}, `§metric.BinaryAccuracy("accuracy", 0.25)`},
		{loop.Setting{Name: "top_k_categorical_accuracy", Args: []loop.SettingArg{arg("k", 3)}}, `§metric.TopKCategoricalAccuracy("top_k_categorical_accuracy", 3)`},
		{loop.Setting{Name: "true_positives"}, `§metric.TruePositives("true_positives")`},
		{loop.Setting{Name: "false_negatives", Args: []loop.SettingArg{arg("thresholds", []float64{0.5, 0.75})}}, `§metric.FalseNegatives("false_negatives", 0.5, 0.75)`},
		{loop.Setting{Name: "mean_io_u", Args: []loop.SettingArg{arg("outputs", 3), arg("num_classes", 3), arg("sparse_y_true", true), arg("sparse_y_pred", false)}},
			`§metric.MeanIoU("mean_io_u", §metric.Overlap{Outputs: 3, NumClasses: 3, SparseYTrue: true})`},
		{loop.Setting{Name: "one_hot_io_u", Args: []loop.SettingArg{arg("outputs", 3), arg("num_classes", 3), arg("target_class_ids", []int{0, 2}), arg("ignore_class", 0)}},
			`§metric.OneHotIoU("one_hot_io_u", §metric.OneHotOverlap{Outputs: 3, NumClasses: 3, IgnoreClass: §metric.Class(0)}, 0, 2)`},
		{loop.Setting{Name: "binary_io_u"}, `§metric.BinaryIoU("binary_io_u", 0.5, 0, 1)`},
		{loop.Setting{Name: "precision"}, `§metric.Precision("precision", §metric.Decision{})`},
		{loop.Setting{Name: "recall", As: "r", Args: []loop.SettingArg{arg("thresholds", []float64{0.5}), arg("top_k", 2), arg("class_id", 0)}},
			`§metric.Recall("r", §metric.Decision{Thresholds: []float64{0.5}, TopK: 2, ClassID: §metric.Class(0)})`},
		{loop.Setting{Name: "auc", Args: []loop.SettingArg{arg("num_thresholds", 200), arg("curve", "ROC"), arg("summation_method", "interpolation"), arg("from_logits", false)}},
			`§metric.AUC("auc", §metric.Curve{})`},
		{loop.Setting{Name: "auc", As: "pr", Args: []loop.SettingArg{arg("num_thresholds", 100), arg("curve", "PR"), arg("summation_method", "minoring"),
			arg("thresholds", []float64{0.5}), arg("num_labels", 2), arg("label_weights", []float64{1, 2}), arg("from_logits", true)}},
			`§metric.AUC("pr", §metric.Curve{NumThresholds: 100, Of: "PR", SummationMethod: "minoring", Thresholds: []float64{0.5}, Labels: 2, LabelWeights: []float64{1, 2}, FromLogits: true})`},
		{loop.Setting{Name: "precision_at_recall", Args: []loop.SettingArg{arg("recall", 0.5), arg("num_thresholds", 200)}}, `§metric.PrecisionAtRecall("precision_at_recall", 0.5, §metric.Sweep{})`},
		{loop.Setting{Name: "sensitivity_at_specificity", Args: []loop.SettingArg{arg("specificity", 0.75), arg("num_thresholds", 50), arg("class_id", 2)}},
			`§metric.SensitivityAtSpecificity("sensitivity_at_specificity", 0.75, §metric.Sweep{NumThresholds: 50, ClassID: §metric.Class(2)})`},
		{loop.Setting{Name: "f1_score", Args: []loop.SettingArg{arg("classes", 3)}}, `§metric.F1Score("f1_score", §metric.FScore{Classes: 3})`},
		{loop.Setting{Name: "fbeta_score", Args: []loop.SettingArg{arg("average", "macro"), arg("beta", 2.0), arg("threshold", 0.5), arg("classes", 3)}},
			`§metric.FBetaScore("fbeta_score", 2, §metric.FScore{Average: "macro", Threshold: 0.5, Classes: 3})`},
		{loop.Setting{Name: "r2_score", Args: []loop.SettingArg{arg("class_aggregation", "none"), arg("num_regressors", 0), arg("outputs", 2)}}, `§metric.R2Score("r2_score", §metric.R2{ClassAggregation: "none", Outputs: 2})`},
		{loop.Setting{Name: "r2_score", Args: []loop.SettingArg{arg("class_aggregation", "uniform_average"), arg("num_regressors", 1), arg("outputs", 2)}},
			`§metric.R2Score("r2_score", §metric.R2{NumRegressors: 1, Outputs: 2})`},
		{loop.Setting{Name: "binary_crossentropy", Args: []loop.SettingArg{arg("from_logits", true), arg("label_smoothing", 0.0)}}, `§metric.BinaryCrossentropy("binary_crossentropy", §metric.Crossentropy{FromLogits: true})`},
		{loop.Setting{Name: "sparse_categorical_crossentropy", Args: []loop.SettingArg{arg("from_logits", false)}}, `§metric.SparseCategoricalCrossentropy("sparse_categorical_crossentropy", false)`},
	} {
		got, err := metricText(c.setting)
		if err != nil || got != c.want {
			t.Errorf("%+v:\n%s (%v)\nwant\n%s", c.setting, got, err, c.want)
		}
	}
	for _, bad := range []loop.Setting{{Name: "bleu"}, {Name: "precision", Args: []loop.SettingArg{arg("top_k", struct{}{})}}} {
		if got, err := metricText(bad); err == nil {
			t.Errorf("%+v became %s", bad, got)
		}
	}
}

func TestCallbacksDecl(t *testing.T) {
	arg := func(name string, v any) loop.SettingArg { return loop.SettingArg{Name: name, Value: v} }
	got, err := Callbacks([]loop.Setting{
		{Name: "early_stopping", Args: []loop.SettingArg{arg("monitor", "val_loss"), arg("patience", 3), arg("baseline", 0.5), arg("restore_best_weights", true)}},
		{Name: "reduce_lr_on_plateau", Args: []loop.SettingArg{arg("monitor", "loss"), arg("factor", 0.1), arg("patience", 1), arg("min_delta", -1.0), arg("min_lr", 1e-5)}},
		{Name: "terminate_on_nan"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `Callbacks: func() []§train.Callback {
return []§train.Callback{
&§train.EarlyStopping{Patience: 3, Baseline: §train.Value(0.5), RestoreBestWeights: true},
&§train.ReduceLROnPlateau{Monitor: "loss", Patience: 1, MinDelta: -1, MinLR: 1e-05},
&§train.TerminateOnNaN{},
}
},
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, s := range []loop.Setting{{Name: "tensorboard"}, {Name: "terminate_on_nan", Args: []loop.SettingArg{arg("verbose", 1)}}} {
		if _, err := Callbacks([]loop.Setting{s}); err == nil || !strings.Contains(err.Error(), s.Name) {
			t.Errorf("%v: %v", s, err)
		}
	}
	if got := ClassWeight([]float64{1, 2.5, 1, 0}); got != "ClassWeight: map[int]float64{1: 2.5, 3: 0},\n" {
		t.Errorf("weights %s", got)
	}
	if got := ClassWeight([]float64{1, 1}); got != "" {
		t.Errorf("weights %s", got)
	}
}
