package train_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

type callbackCase struct {
	Name      string
	Rate      float64
	Callbacks [][2]json.RawMessage
	Fit       struct {
		Epochs              int
		BatchSize           int         `json:"batch_size"`
		InitialEpoch        int         `json:"initial_epoch"`
		StepsPerEpoch       int         `json:"steps_per_epoch"`
		ValidationSplit     float64     `json:"validation_split"`
		ValidationFreq      int         `json:"validation_freq"`
		ValidationSteps     int         `json:"validation_steps"`
		ValidationBatchSize int         `json:"validation_batch_size"`
		ClassWeight         [][]float64 `json:"class_weight"`
	}
	Y       [][]float32
	Epoch   []int
	History map[string][]float64
	Batches []int
	End     [][]float32
	Stopped int
	Best    int
}

// callback makes the callback that the script made.
func (c callbackCase) callback(t *testing.T) train.Callback {
	var kind string
	var args struct {
		Monitor            string
		MinDelta           float64 `json:"min_delta"`
		Patience           int
		Baseline           *float64
		RestoreBestWeights bool `json:"restore_best_weights"`
		StartFromEpoch     int  `json:"start_from_epoch"`
		Mode               string
		Factor             float64
		Cooldown           int
		MinLR              float64 `json:"min_lr"`
	}
	for i, v := range []any{&kind, &args} {
		if err := json.Unmarshal(c.Callbacks[0][i], v); err != nil {
			t.Fatal(err)
		}
	}
	switch kind {
	case "EarlyStopping":
		return &train.EarlyStopping{Monitor: args.Monitor, MinDelta: args.MinDelta, Patience: args.Patience, Mode: args.Mode, Baseline: args.Baseline,
			RestoreBestWeights: args.RestoreBestWeights, StartFromEpoch: args.StartFromEpoch}
	case "ReduceLROnPlateau":
		return &train.ReduceLROnPlateau{Monitor: args.Monitor, MinDelta: args.MinDelta, Patience: args.Patience, Mode: args.Mode,
			Factor: args.Factor, Cooldown: args.Cooldown, MinLR: args.MinLR}
	case "LearningRateScheduler":
		return &train.LearningRateScheduler{Schedule: func(epoch int, rate float64) float64 {
			if epoch%2 == 1 {
				rate *= 0.5
			}
			return rate
		}}
	}
	t.Fatalf("no callback %s", kind)
	return nil
}

// Callbacks and the settings of Fit, against real Keras: which epochs there are,
// of how many batches, every figure of them, and the weights at the end.
func TestCallbacksLikeKeras(t *testing.T) {
	text, err := os.ReadFile("testdata/callbacks.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		X     []vector
		Start [][]float32
		Cases []callbackCase
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 15 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			units := len(c.Y[0])
			e := newLinear(4, 0, []string{"y"}, []int{units})
			start := slices.Concat(file.Start[:2]...)
			if units == 1 {
				start = slices.Concat(file.Start[2:]...)
			}
			copy(e.params, start)
			y := make([]vector, len(c.Y))
			for i, row := range c.Y {
				copy(y[i][:], row)
			}
			var batches []int
			cfg := config{
				Epochs: c.Fit.Epochs, InitialEpoch: c.Fit.InitialEpoch, BatchSize: c.Fit.BatchSize, StepsPerEpoch: c.Fit.StepsPerEpoch,
				ValidationSplit: c.Fit.ValidationSplit, ValidationFreq: c.Fit.ValidationFreq, ValidationSteps: c.Fit.ValidationSteps,
				ValidationBatchSize: c.Fit.ValidationBatchSize, NoShuffle: true,
				Callbacks: []train.Callback{&train.Funcs{
					EpochBegin: func(*train.State) error { batches = append(batches, 0); return nil },
					BatchEnd:   func(*train.State) error { batches[len(batches)-1]++; return nil },
				}},
			}
			if len(c.Fit.ClassWeight) > 0 {
				cfg.ClassWeight = map[int]float64{}
				for _, w := range c.Fit.ClassWeight {
					cfg.ClassWeight[int(w[0])] = w[1]
				}
			}
			var stopping *train.EarlyStopping
			if len(c.Callbacks) > 0 {
				callback := c.callback(t)
				stopping, _ = callback.(*train.EarlyStopping)
				cfg.Callbacks = append(cfg.Callbacks, callback)
			}
			compiled := train.Compiled{
				Loss: "mean_squared_error",
				Optimizer: func() optim.Rule {
					rule := optim.NewSGD(c.Rate)
					rule.Momentum = 0.9
					return rule
				},
				Metrics: func() [][]metric.Metric { return [][]metric.Metric{{metric.MeanAbsoluteError("mae")}} },
			}
			h := fit(t, e, &train.Session{Seed: 1}, compiled, data.Slices(file.X, y), cfg)
			if !slices.Equal(h.Epochs, c.Epoch) || !slices.Equal(batches, c.Batches) {
				t.Fatalf("epochs %v of %v batches, Keras has %v of %v", h.Epochs, batches, c.Epoch, c.Batches)
			}
			if len(h.Columns) != len(c.History) {
				t.Errorf("%d columns, Keras has %d", len(h.Columns), len(c.History))
			}
			for name, want := range c.History {
				got := slices.DeleteFunc(slices.Clone(h.Column(name)), math.IsNaN) // epochs without validation
				if len(got) != len(want) {
					t.Errorf("%s: %d values, Keras has %d", name, len(got), len(want))
					continue
				}
				for i := range want {
					if math.Abs(got[i]-want[i]) > 2e-5*math.Abs(want[i]) {
						t.Errorf("%s of entry %d is %v, Keras has %v", name, i, got[i], want[i])
					}
				}
			}
			for i, w := range slices.Concat(c.End...) {
				if math.Abs(float64(e.params[i]-w)) > 2e-5*max(1, math.Abs(float64(w))) {
					t.Errorf("parameter %d is %v, Keras has %v", i, e.params[i], w)
				}
			}
			if stopping != nil && (stopping.StoppedEpoch() != c.Stopped || stopping.BestEpoch() != c.Best) {
				t.Errorf("stopped after epoch %d, best %d; Keras: %d, best %d", stopping.StoppedEpoch(), stopping.BestEpoch(), c.Stopped, c.Best)
			}
		})
	}
}
