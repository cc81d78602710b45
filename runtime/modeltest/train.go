package modeltest

import (
	"bytes"
	"context"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// Model is what the Model of every trainable package has. I, T and P are its
// Input, Target and Params.
type Model[I, T, P any] interface {
	Fit(ctx context.Context, d data.Dataset[I, T], cfg train.Config[I, T]) (*train.History, error)
	Gradients(g *P, b train.Batch[I, T]) (loss float32, err error)
	Apply(o *optim.Optimizer, g *P) error
	Finalize(o *optim.Optimizer) error
	Update(f func(p *P))
	LoadMatching(path string) (weights.Report, error)
	WriteTo(w io.Writer) (int64, error)
}

// Network is what the tests need to know of a trainable package.
type Network[M Model[I, T, P], I, O, T, P any] struct {
	Predictor[M, I, O]
	New     func(opts ...nn.Option) M
	Read    func(r io.Reader, opts ...nn.Option) (M, error)
	Targets []Port
	Engine  func(m M) train.Engine[I, T]
	Arena   func(m M) []float32 // of training
	// Parts are one worker's of a training step and of an evaluation of the
	// loaded rows.
	Parts func(m M, n int, s train.Step) (trained, evaluated func(t *nn.Worker))
	Flat  func(p *P) []float32
	Rule  func() optim.Rule // of the description

	// The training step in double precision: its calls, and the arenas that
	// these work in, with the loss.
	Calls              func(call Call)
	Floats, Ints, Loss int
	Constants          [][]float32
	Indices            [][]int32
	Assigned           [][3]int // weights that a step writes: where in Params, where in the arena, how many

	Rows                            int // of a training batch
	PredictWork, BatchWork, FitWork int // operations; a multiply-add is two
	WeightBytes                     int // that a prediction reads; 0: it takes longer to compute
}

// Test runs all tests.
func (n *Network[M, I, O, T, P]) Test(t *testing.T) { n.plain().test(t) }

func (n *plainNetwork) test(t *testing.T) {
	n.plainPredictor.test(t)
	t.Run("TrainAllocations", n.trainAllocations)
	t.Run("TrainPoisoned", n.trainPoisoned)
	t.Run("WorkersSameBits", n.workersSameBits)
	t.Run("WorkersPredictSameBits", n.workersPredictSameBits)
	t.Run("OneBatchOverfits", n.oneBatchOverfits)
	t.Run("SameSeedSameBits", n.sameSeedSameBits)
	t.Run("SaveAndRead", n.saveAndRead)
	t.Run("Changed", n.changed)
	t.Run("GradientsAgreeWithTrain", n.gradientsAgreeWithTrain)
	t.Run("GradientIsSlope", n.gradientIsSlope)
	t.Run("Trajectory", n.trajectory)
}

// target makes up the target of a sample, which a network can learn.
func (n *plainNetwork) target(i int) (y any) {
	y = freshValue(n.targetType)
	for p, v := range portsOf(y, len(n.targets)) {
		limit := max(n.targets[p].Limit, 0)
		if limit == 0 {
			limit = 2
		}
		loss := n.targets[p].Loss
		floats, ints := flat(v)
		for j := range ints {
			ints[j] = int32((i + j) % limit)
		}
		width := 1 // of the innermost dimension
		for e := v.Type(); e.Kind() == reflect.Array; e = e.Elem() {
			width = e.Len()
		}
		for j := range floats {
			switch {
			case strings.Contains(loss, "binary"):
				floats[j] = float32((i + j) % 2)
			case strings.Contains(loss, "categorical") && v.Kind() == reflect.Array:
				if j%width == i%width {
					floats[j] = 1
				}
			default:
				floats[j] = float32((i+2*j)%5) / 4
			}
		}
	}
	return y
}

// SampleTargets makes up the targets of some samples.
func (n *Network[M, I, O, T, P]) SampleTargets(count int) []T {
	return n.plain().sampleTargets(count).Interface().([]T)
}

func (n *plainNetwork) sampleTargets(count int) testList {
	return makeTestList(n.targetType, count, n.target)
}

// weight is that of a sample: they are unequal.
func weight(i int) float32 { return 1 + float32(i%3)/4 }

// loaded is an engine with some samples.
func (n *plainNetwork) loaded(t *testing.T, m any, rows int) train.Network {
	t.Helper()
	e := n.engine(m)
	for i := range rows {
		if err := n.load(e, i, n.sample(i), n.target(i), weight(i)); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// params are the parameters of a model.
func (n *plainNetwork) params(m any) []float32 { return n.engine(m).Params() }

// drawn is a model whose weights are of a size at which every layer matters,
// whatever New begins with: the tests judge the code, not the model.
func (n *plainNetwork) drawn(t *testing.T, seed uint64) any {
	m := n.model(t)
	rng := rand.New(rand.NewPCG(seed, 2))
	for _, s := range n.engine(m).Segments() {
		if s.Flags&nn.State != 0 {
			continue
		}
		size := 0.2
		if last := len(s.Shape) - 1; last > 0 {
			size = 1 / math.Sqrt(float64(s.Len()/s.Shape[last]))
		}
		for i, w := 0, s.Of(n.params(m)); i < len(w); i++ {
			w[i] = float32(size * rng.NormFloat64())
		}
	}
	return m
}

// optimizer binds a rule to the parameters of a model.
func (n *plainNetwork) optimizer(t *testing.T, m any, rule optim.Rule) *optim.Optimizer {
	t.Helper()
	o, err := optim.New(rule, n.engine(m).Segments())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// apply moves the parameters by the gradients of an engine.
func (n *plainNetwork) apply(t *testing.T, m any, o *optim.Optimizer) {
	t.Helper()
	e := n.engine(m)
	if err := o.Apply(e.Params()[:len(e.Gradients())], e.Gradients()); err != nil {
		t.Fatal(err)
	}
}

func (n *plainNetwork) trainAllocations(t *testing.T) {
	m := n.model(t)
	rows := min(4, n.batchRows)
	e := n.loaded(t, m, rows)
	o := n.optimizer(t, m, n.rule())
	x, y := n.samples(rows).all(), n.sampleTargets(rows).all()
	allocs := testing.AllocsPerRun(20, func() {
		for i := range x {
			if err := n.load(e, i, x[i], y[i], 1); err != nil {
				t.Error(err)
			}
		}
		e.Train(rows, train.Step{Total: rows})
		n.apply(t, m, o)
	})
	if allocs != 0 {
		t.Errorf("a training step allocates %v times", allocs)
	}
}

// An arena and gradients full of NaN do not show in the next step.
func (n *plainNetwork) trainPoisoned(t *testing.T) {
	rows := min(5, n.batchRows)
	step := train.Step{Seed: 3, Index: 2, Total: rows}
	m := n.model(t)
	clean, poisoned := n.loaded(t, n.model(t), rows), n.loaded(t, m, rows)
	nan := float32(math.NaN())
	for i, a := 0, n.arena(m); i < len(a); i++ {
		a[i] = nan
	}
	for i, g := 0, poisoned.Gradients(); i < len(g); i++ {
		g[i] = nan
	}
	if a, b := clean.Train(rows, step), poisoned.Train(rows, step); math.Float64bits(a) != math.Float64bits(b) {
		t.Errorf("loss %v, in a poisoned arena %v", a, b)
	}
	sameBits(t, "gradient", clean.Gradients(), poisoned.Gradients())
}

// sameBits compares two lists bit for bit.
func sameBits(t *testing.T, what string, a, b []float32) {
	t.Helper()
	for i, v := range a {
		if math.Float32bits(v) != math.Float32bits(b[i]) {
			t.Fatalf("%s %d is %v, then %v", what, i, v, b[i])
		}
	}
}

// The number of workers changes no bit of a training step.
func (n *plainNetwork) workersSameBits(t *testing.T) {
	rows := n.batchRows
	step := train.Step{Seed: 3, Index: 2, Total: rows}
	m := n.model(t)
	alone, shared := n.loaded(t, n.model(t), rows), n.loaded(t, m, rows)
	team := nn.NewTeam(3)
	defer team.Close()
	shared.Share(team)
	trained, evaluated := n.parts(m, rows, step)
	alone.Evaluate(rows, step)
	team.Run(evaluated) // however little work there is
	for k := range alone.OutputNames() {
		for row := range rows {
			sameBits(t, "output", alone.Outputs(k, row), shared.Outputs(k, row))
		}
	}
	anew(alone)
	alone.Train(rows, step)
	team.Run(trained)
	sameBits(t, "gradient", alone.Gradients(), shared.Gradients())
}

// Predictions do not depend on the workers who share them, in as many calls at
// once as there may be, and allocate nothing.
func (n *plainNetwork) workersPredictSameBits(t *testing.T) {
	x := n.samples(n.batchRows + 1)
	few := min(3, x.Len())
	want := n.predictAll(n.newModel(nn.Seed(1), nn.Workers(1)), x)
	for workers := 2; workers <= 4; workers++ {
		m := n.newModel(nn.Seed(1), nn.Workers(workers))
		for _, rows := range []int{1, few, x.Len()} {
			got := n.outputs(rows)
			if err := n.predictBatch(m, got, x.first(rows)); err != nil {
				t.Fatal(err)
			}
			if bits(got) != bits(want.first(rows)) {
				t.Errorf("%d workers, %d samples: PredictBatch differs from one worker", workers, rows)
			}
		}
		var all sync.WaitGroup
		for range 3 {
			all.Add(1)
			go func() {
				defer all.Done()
				if bits(n.predictAll(m, x.first(few))) != bits(want.first(few)) {
					t.Errorf("%d workers: Predict differs from one worker", workers)
				}
			}()
		}
		all.Wait()
		if a := testing.AllocsPerRun(20, n.predictOf(m, freshValue(n.output), x.at(0))); a != 0 {
			t.Errorf("%d workers: Predict allocates %v times", workers, a)
		}
	}
}

// What a network can learn by heart with gradients in double precision, it can
// with those of the training step. One that is frozen but for a bias, or that
// forgets its input, cannot.
func (n *plainNetwork) oneBatchOverfits(t *testing.T) {
	rows := min(8, n.batchRows)
	if len(n.engine(n.model(t)).Gradients()) == 0 {
		t.Skip("nothing can be trained")
	}
	fall := func(loss func(e train.Network, s train.Step) float64) (share float64) {
		m := n.drawn(t, 0)
		e := n.loaded(t, m, rows)
		o := n.optimizer(t, m, optim.NewAdam(0.01))
		first := 0.0
		for i := range 400 {
			v := loss(e, train.Step{Seed: 1, Index: uint64(i), Total: rows})
			if i == 0 {
				first = v
			}
			if share = max(share, (first-v)/math.Abs(first)); share > 0.5 {
				break
			}
			n.apply(t, m, o)
		}
		return share
	}
	got := fall(func(e train.Network, s train.Step) float64 { return e.Train(rows, s) })
	if got > 0.1 {
		return
	}
	double := n.double(rows)
	if want := fall(func(e train.Network, s train.Step) float64 {
		loss, g := double.step(float64s(e.Params()), s, nil)
		for i := range e.Gradients() {
			e.Gradients()[i] = float32(g[i])
		}
		double.write(e.Params())
		return loss
	}); want > 0.2 {
		t.Errorf("400 steps on one batch took %.2g of the loss away, %.2g with gradients in double precision", got, want)
	}
}

func (n *plainNetwork) sameSeedSameBits(t *testing.T) {
	rows, batch := fitRows(n.engine(n.model(t)), n.batchRows)
	var models [2]any
	for i := range models {
		models[i] = n.newModel(nn.Seed(7))
		if err := n.fit(models[i], n.samples(rows), n.sampleTargets(rows), fitting{epochs: 2, batch: batch}); err != nil {
			t.Fatal(err)
		}
	}
	sameBits(t, "parameter", n.params(models[0]), n.params(models[1]))
}

func (n *plainNetwork) saveAndRead(t *testing.T) {
	m := n.model(t)
	var b bytes.Buffer
	if _, err := m.(io.WriterTo).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := n.read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	x := n.samples(4)
	if bits(n.predictAll(m, x)) != bits(n.predictAll(again, x)) {
		t.Error("predictions changed on the way through a file")
	}
	if _, err := n.read(bytes.NewReader(b.Bytes()[:b.Len()-1])); err == nil {
		t.Error("a truncated file was read")
	}
}

// Gradients over parts of a batch add up to those of the whole.
func (n *plainNetwork) gradientsAgreeWithTrain(t *testing.T) {
	rows := n.batchRows + 3
	m := n.model(t)
	e := n.engine(n.model(t))
	if e.BatchStatistics() { // which are over one part
		rows = min(6, n.batchRows)
	}
	rows = carriedRows(e, rows)
	x, y := n.samples(rows), n.sampleTargets(rows)
	got, grads, err := n.gradients(m, x, y)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, len(e.Gradients()))
	loss := 0.0
	for first := 0; first < rows; first += n.batchRows {
		part := min(n.batchRows, rows-first)
		for r := range part {
			if err := n.load(e, r, x.at(first+r), y.at(first+r), 1); err != nil {
				t.Fatal(err)
			}
		}
		loss += e.Train(part, train.Step{Seed: 1, First: first, Total: rows})
		for i, v := range e.Gradients() {
			want[i] += v
		}
	}
	same := func(a, b float32) bool { return a == b || a != a && b != b }
	if !same(got, float32(loss)) {
		t.Errorf("loss %v, want %v", got, loss)
	}
	for i, v := range want {
		if !same(grads[i], v) {
			t.Fatalf("gradient %d is %v, want %v", i, grads[i], v)
		}
	}
	if _, _, err := n.gradients(m, x, y.first(rows-1)); err == nil {
		t.Error("a target is missing and nothing said so")
	}
	if n.applyNone(m) == nil {
		t.Error("no optimizer, and nothing said so")
	}
}
