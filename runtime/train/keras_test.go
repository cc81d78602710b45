package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

type kerasCase struct {
	Name      string
	Batch     int
	TestBatch int `json:"test_batch"`
	Outputs   []string
	Units     []int
	L2        float64
	Optimizer string
	Metrics   []string
	Weighted  bool
	Start     [][]float32
	X, Y      [][3]float32
	Weight    []float32
	History   map[string][]float64
	Again     map[string][]float64
	End       [][]float32
	Evaluate  map[string]float64
}

type kerasFile struct {
	Epochs int
	Split  float64
	Cases  []kerasCase
}

func loadKeras(t testing.TB) kerasFile {
	t.Helper()
	text, err := os.ReadFile("testdata/linear.json")
	if err != nil {
		t.Fatal(err)
	}
	var file kerasFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 4 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	return file
}

func (c kerasCase) engine(micro int) *linear {
	e := newLinear(micro, c.L2, c.Outputs, c.Units)
	var all []float32
	for _, w := range c.Start {
		all = append(all, w...)
	}
	copy(e.params, all)
	return e
}

func (c kerasCase) compiled(f kerasFile) train.Compiled {
	metrics := func() [][]metric.Metric {
		var all [][]metric.Metric
		for range c.Outputs {
			var list []metric.Metric
			for _, name := range c.Metrics {
				if name == "mse" {
					list = append(list, metric.MeanSquaredError(name))
				} else {
					list = append(list, metric.MeanAbsoluteError(name))
				}
			}
			all = append(all, list)
		}
		return all
	}
	compiled := train.Compiled{
		Loss: "mean_squared_error",
		Optimizer: func() optim.Rule {
			switch c.Optimizer {
			case "rmsprop":
				return optim.NewRMSprop(0.02)
			case "adam":
				return optim.NewAdam(0.05)
			}
			o := optim.NewSGD(0.05)
			o.Momentum = 0.9
			if c.L2 != 0 {
				o = optim.NewSGD(0.02)
			}
			return o
		},
		Metrics:         metrics,
		BatchSize:       c.Batch,
		Epochs:          f.Epochs,
		ValidationSplit: f.Split,
	}
	if c.Weighted {
		compiled.WeightedMetrics = metrics
	}
	return compiled
}

// steps is the number of steps in an epoch with a validation split and one
// without.
func (c kerasCase) steps(split float64) int {
	n := len(c.X)
	training := n - int(math.Ceil(float64(n)*split))
	return (training+c.Batch-1)/c.Batch + (n+c.Batch-1)/c.Batch
}

func (c kerasCase) data() data.Dataset[[3]float32, [3]float32] {
	if c.Weighted {
		return data.WeightedSlices(c.X, c.Y, c.Weight)
	}
	return data.Slices(c.X, c.Y)
}

func compareHistory(t *testing.T, h *train.History, want map[string][]float64, epochs int) {
	t.Helper()
	if len(h.Columns) != len(want) || len(h.Epochs) != epochs {
		t.Fatalf("%d columns over %d epochs, Keras has %d over %d", len(h.Columns), len(h.Epochs), len(want), epochs)
	}
	for i, c := range h.Columns {
		if i > 0 && h.Columns[i-1].Name >= c.Name {
			t.Errorf("column %q after %q", c.Name, h.Columns[i-1].Name)
		}
		for epoch, v := range c.Values {
			if w, ok := want[c.Name]; !ok || math.Abs(v-w[epoch]) > 1e-5*math.Abs(w[epoch]) {
				t.Errorf("epoch %d: %s is %v, Keras has %v", epoch, c.Name, v, want[c.Name])
			}
		}
	}
}

// Fit twice and Evaluate, against real Keras: the names and values of every
// figure, and the weights at the end. Micro-batches must make no difference.
func TestFitLikeKeras(t *testing.T) {
	file := loadKeras(t)
	for _, c := range file.Cases {
		for _, micro := range []int{64, c.Batch, 3, 1} {
			t.Run(fmt.Sprintf("%s/micro-batch %d", c.Name, micro), func(t *testing.T) {
				ctx := context.Background()
				e, s := c.engine(micro), &train.Session{Seed: 1}
				compiled := c.compiled(file)
				h, err := train.Fit(ctx, e, s, compiled, c.data(), train.Config[[3]float32, [3]float32]{})
				if err != nil {
					t.Fatal(err)
				}
				compareHistory(t, h, c.History, file.Epochs)

				// All rows, without validation, with the accumulators of the first call.
				h, err = train.Fit(ctx, e, s, compiled, c.data(), train.Config[[3]float32, [3]float32]{ValidationSplit: -1})
				if err != nil {
					t.Fatal(err)
				}
				compareHistory(t, h, c.Again, file.Epochs)
				if want := uint64(file.Epochs * c.steps(file.Split)); s.Step != want || s.Optimizer.Step != int(want) {
					t.Errorf("%d steps, the optimizer counts %d, want %d", s.Step, s.Optimizer.Step, want)
				}
				i := 0
				for _, tensor := range c.End {
					for _, w := range tensor {
						if math.Abs(float64(e.params[i]-w)) > 1e-5*max(1, math.Abs(float64(w))) {
							t.Errorf("parameter %d is %v, Keras has %v", i, e.params[i], w)
						}
						i++
					}
				}
				if i != len(e.grads) || e.params[i] != 7 {
					t.Errorf("%d parameters compared, state is %v", i, e.params[len(e.grads)])
				}

				r, err := train.Evaluate(ctx, e, &train.Session{}, compiled, c.data(), c.TestBatch)
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Metrics)+1 != len(c.Evaluate) {
					t.Errorf("%d figures, Keras has %d", len(r.Metrics)+1, len(c.Evaluate))
				}
				for name, want := range c.Evaluate {
					if got, ok := r.Value(name); !ok || math.Abs(got-want) > 1e-5*want {
						t.Errorf("Evaluate: %s is %v, Keras has %v", name, got, want)
					}
				}
			})
		}
	}
}
