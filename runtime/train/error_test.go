package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

func TestFitErrors(t *testing.T) {
	x, y := rows(20)
	weights := func(f func(i int) float32) data.Dataset[vector, vector] {
		w := make([]float32, len(x))
		for i := range w {
			w[i] = f(i)
		}
		return data.WeightedSlices(x, y, w)
	}
	broken := append([]vector(nil), x...)
	broken[17][0] = 666
	withStats := engine(8)
	withStats.stats = true
	ok := compiled(8, 1)
	ofColumn := ok
	ofColumn.WeightColumn = "how often"
	for _, c := range []struct {
		name     string
		engine   *linear
		compiled train.Compiled
		data     data.Dataset[vector, vector]
		cfg      config
		want     string
	}{
		{"no data", engine(8), ok, nil, config{}, "train: no training data"},
		{"no data to split", engine(8), ok, nil, config{ValidationSplit: 0.1}, "train: no training data"},
		{"no rows", engine(8), ok, data.Slices[vector, vector](nil, nil), config{}, "train: the training data has no rows"},
		{"a stream without rows", engine(8), ok, &stream{rows: dataset(0), len: -1}, config{}, "train: the training data has no rows"},
		{"no validation rows", engine(8), ok, dataset(8), config{ValidationData: dataset(0)}, "train: the validation data has no rows"},
		{"a validation stream without rows", engine(8), ok, dataset(8), config{ValidationData: &stream{rows: dataset(0), len: -1}}, "train: the validation data has no rows"},
		{"lengths", engine(8), ok, data.Slices(x, y[:19]), config{}, "data: 20 inputs, 19 targets: a data set needs one target for each input"},
		{"lengths and split", engine(8), ok, data.Slices(x, y[:19]), config{ValidationSplit: 0.5}, "data: 20 inputs, 19 targets: a data set needs one target for each input"},
		{"weights left out", engine(8), ok, &stream{rows: weights(func(int) float32 { return 0 }), len: -1}, config{}, "train: every training row has weight 0, so there is nothing to compute a loss of: set Example.Weight, to 1 if the rows count alike"},
		{"weights of a column", engine(8), ofColumn, weights(func(int) float32 { return 0 }), config{}, `train: every training row has weight 0, so there is nothing to compute a loss of: look at the column "how often" of tables, or at Example.Weight`},
		{"no validation weights", engine(8), ok, dataset(8), config{ValidationData: weights(func(int) float32 { return 0 })}, "train: every validation row has weight 0, so there is nothing to compute a loss of: set Example.Weight, to 1 if the rows count alike"},
		{"not a number", engine(8), ok, weights(func(i int) float32 {
			if i == 3 {
				return float32(math.NaN())
			}
			return 1
		}), config{NoShuffle: true}, "train: training row 3: weight NaN is not a finite number"},
		{"a bad row", engine(8), ok, data.Slices(broken, y), config{}, "train: training row 17: id 666 is out of range"},
		{"a bad validation row", engine(8), ok, data.Slices(broken, y), config{ValidationSplit: 0.5}, "train: validation row 7: id 666 is out of range"},
		{"a stream that fails", engine(8), ok, &stream{rows: dataset(20), len: 20, fail: 11}, config{}, "the disk is gone"},
		{"a stream to split", engine(8), ok, &stream{rows: dataset(20), len: 20}, config{ValidationSplit: 0.5}, "data: cannot split off a fraction of 0.5 for validation: the data set has no random access; give the validation rows as a data set of their own"},
		{"too few to split", engine(8), ok, dataset(1), config{ValidationSplit: 0.5}, "data: a fraction of 0.5 for validation cannot be split off 1 row: one part would be empty"},
		{"split of everything", engine(8), ok, dataset(4), config{ValidationSplit: 1}, "data: cannot split off a fraction of 1 for validation: it must lie between 0 and 1"},
		{"batch size", engine(8), ok, dataset(4), config{BatchSize: -1}, "train: the batch size is -1"},
		{"epochs", engine(8), ok, dataset(4), config{Epochs: -3}, "train: the number of epochs is -3"},
		{"batch statistics", withStats, ok, dataset(20), config{BatchSize: 9}, "train: a batch of 9 rows is above the 8 that this network was compiled for; it has BatchNormalization, whose statistics need the whole batch at once: set a batch size of at most 8, or generate the package anew with this version of nngen, which takes any"},
		{"no optimizer", engine(8), train.Compiled{}, dataset(4), config{}, "train: the description names no optimizer: set Config.Optimizer"},
		{"hyperparameter", engine(8), ok, dataset(4), config{Optimizer: optim.NewSGD(-1)}, "optim: sgd: learning_rate is -1, must be a finite number, 0 or above"},
		{"callback", engine(8), ok, dataset(4), config{Callbacks: []train.Callback{nil}}, "train: callback 0 is nil"},
		{"metrics", engine(8), train.Compiled{Metrics: func() [][]metric.Metric { return make([][]metric.Metric, 2) }}, dataset(4), config{}, "train: metrics for 2 outputs, the network has 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := append([]float32(nil), c.engine.params...)
			h, err := train.Fit(context.Background(), c.engine, &train.Session{Seed: 1}, c.compiled, c.data, c.cfg)
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
			if h == nil || len(h.Epochs) != 0 {
				t.Errorf("history %v", h)
			}
			if c.name == "weights left out" && before[0] != c.engine.params[0] {
				t.Error("a step was taken")
			}
		})
	}
}

// A loss that is not finite is reported, not hidden.
func TestLossNotFinite(t *testing.T) {
	x, y := rows(8)
	x[3][1] = float32(math.Inf(1))
	h := fit(t, engine(4), &train.Session{}, compiled(4, 2), data.Slices(x, y), config{})
	if loss := h.Column("loss")[1]; !math.IsNaN(loss) {
		t.Errorf("loss %v, want NaN", loss)
	}
}

func TestEvaluateErrors(t *testing.T) {
	x, y := rows(3)
	x[1][0] = 666
	for _, c := range []struct {
		data  data.Dataset[vector, vector]
		batch int
		want  string
	}{
		{nil, 0, "train: no evaluation data"},
		{dataset(3), -1, "train: the batch size is -1"},
		{data.Slices(x, y), 2, "train: evaluation row 1: id 666 is out of range"},
		{&stream{rows: dataset(0), len: -1}, 0, "train: the evaluation data has no rows"},
	} {
		_, err := train.Evaluate(context.Background(), engine(8), &train.Session{}, compiled(8, 1), c.data, c.batch)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}
