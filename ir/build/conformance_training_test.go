package build_test

import (
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// trainer trains a network in double precision with the settings of its header.
type trainer struct {
	*engine
	net   *build.Network
	graph *ir.Graph
	rule  rule
	step  int
	slots map[string][][]float64
}

func newTrainer(t *testing.T, v *vector, m *spec.Model) *trainer {
	n, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	g := pass.Clone(n.Train)
	if err := pass.Autodiff(g); err != nil {
		t.Fatal(err)
	}
	return &trainer{newEngine(t, v.Weights, n.Header.Segments), n, g, ruleOf(t, n.Header.Training.Optimizer), 0, map[string][][]float64{}}
}

// trainBatch takes one step and gives what Keras's train_on_batch does: loss
// and metrics from before the update.
func (tr *trainer) trainBatch(b batch, ms []*metric) float64 {
	tr.step++
	if len(ms) > 0 {
		observe(ms, b, tr.run(tr.graph, b).Outputs[0].F)
	}
	loss, err := tr.Train(tr.graph, tr.feed(tr.graph, b), func(segment string, w, g []float64) {
		if tr.slots[segment] == nil {
			tr.slots[segment] = tr.rule.slots(len(g))
		}
		tr.rule.update(tr.step, w, g, tr.slots[segment])
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return loss
}

func TestKerasTrajectories(t *testing.T) {
	vectors(t, "trajectories", 30, trajectory)
	vectors(t, "convolution", 6, trajectory)
	vectors(t, "graphs", 8, trajectory)
	vectors(t, "recurrent", 9, trajectory)
}

// trajectory holds ten steps to Keras's: losses, metrics and weights.
func trajectory(t *testing.T, v *vector, m *spec.Model) {
	tr := newTrainer(t, v, m)
	for i, b := range v.Batches {
		ms := metricsOf(t, tr.net.Header.Training.Metrics[0])
		got := map[string]float64{}
		if outputs := tr.net.Header.Outputs; len(outputs) > 1 {
			for i, l := range tr.run(tr.graph, b).Losses {
				got[outputs[i].Name+"_loss"] = l.F[0]
			}
		}
		got["loss"] = tr.trainBatch(b, ms)
		for _, m := range ms {
			got[m.as] = m.value()
		}
		for _, name := range sorted(v.Float64.Steps[i]) {
			agree(t, name, []float64{got[name]}, []float64{v.Float64.Steps[i][name]})
		}
		switch i {
		case 0:
			tr.compare("after 1 step", v.Float64.Weights1)
		case 9:
			tr.compare("after 10 steps", v.Float64.Weights10)
		}
	}
	if len(v.Batches) != 10 {
		t.Errorf("%d batches", len(v.Batches))
	}
}

// evaluate gives loss and metrics over rows in batches.
func (tr *trainer) evaluate(b batch, size int) map[string]float64 {
	ms := metricsOf(tr.t, tr.net.Header.Training.Metrics[0])
	n, loss := b.Target.rows(), 0.0
	for from := 0; from < n; from += size {
		to := min(from+size, n)
		part := b.part(from, to)
		r := tr.run(tr.net.Evaluate, part)
		loss += r.Loss * float64(to-from)
		observe(ms, part, r.Outputs[0].F)
	}
	got := map[string]float64{"loss": loss / float64(n)}
	for _, m := range ms {
		got[m.as] = m.value()
	}
	return got
}

func TestKerasFit(t *testing.T) {
	vectors(t, "fit", 4, func(t *testing.T, v *vector, m *spec.Model) {
		tr := newTrainer(t, v, m)
		n := v.Train.Target.rows()
		kept := int(float64(n) * (1 - v.Fit.ValidationSplit))
		history := map[string][]float64{}
		for range v.Fit.Epochs {
			ms := metricsOf(t, tr.net.Header.Training.Metrics[0])
			loss := 0.0
			for from := 0; from < kept; from += v.Fit.BatchSize {
				to := min(from+v.Fit.BatchSize, kept)
				loss += tr.trainBatch(v.Train.part(from, to), ms) * float64(to-from)
			}
			history["loss"] = append(history["loss"], loss/float64(kept))
			for _, m := range ms {
				history[m.as] = append(history[m.as], m.value())
			}
			for name, x := range tr.evaluate(v.Train.part(kept, n), v.Fit.BatchSize) {
				history["val_"+name] = append(history["val_"+name], x)
			}
		}
		for _, name := range sorted(v.Float64.History) {
			agree(t, "history of "+name, history[name], v.Float64.History[name])
		}
		tr.compare("at the end", v.Float64.WeightsEnd)
		evaluated := tr.evaluate(v.Test, v.Fit.BatchSize)
		for _, name := range sorted(v.Float64.Evaluate) {
			agree(t, "evaluate: "+name, []float64{evaluated[name]}, []float64{v.Float64.Evaluate[name]})
		}
		agree(t, "predict", tr.run(tr.net.Predict, batch{Inputs: v.Test.Inputs}).Outputs[0].F, v.Float64.Predict.Data)
	})
}

// TestKerasMetrics holds the choice of metrics to compile()'s.
func TestKerasMetrics(t *testing.T) {
	classes := map[string]string{
		"BinaryAccuracy": "binary_accuracy", "CategoricalAccuracy": "categorical_accuracy", "SparseCategoricalAccuracy": "sparse_categorical_accuracy",
		"MeanAbsoluteError": "mean_absolute_error", "MeanSquaredError": "mean_squared_error",
	}
	vectors(t, "metrics", 25, func(t *testing.T, v *vector, m *spec.Model) {
		n, err := build.Build(m)
		if err != nil {
			t.Fatal(err)
		}
		s := n.Header.Training.Metrics[0][0]
		if s.Name != classes[v.Resolved] || s.As != v.Metric {
			t.Errorf("%s is %s as %s, Keras's %s", v.Metric, s.Name, s.As, v.Resolved)
		}
		ms := metricsOf(t, []loop.Setting{s})
		for i, b := range v.Batches {
			b.SampleWeight = nil // Keras's metrics ignore weights
			observe(ms, b, b.Inputs["x"].Data)
			agree(t, "running value", []float64{ms[0].value()}, v.Running[i:i+1])
		}
	})
}
