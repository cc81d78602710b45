package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// modelTest prints the test of a trainable package.
func (e *emitter) modelTest() *file {
	f := e.newFile()
	if e.enc.Learns() {
		f.add(`// newTest is a freshly initialised model with a made-up encoding.
func newTest(t *§testing.T) *Model {
	t.Helper()
	m := New(Seed(1))
	m.encoding = madeUp(t)
	return m
}`)
	} else {
		f.add(`// newTest is a freshly initialised model.
func newTest(t *§testing.T) *Model {
	t.Helper()
	return New(Seed(1))
}`)
	}
	e.testInput(f)
	e.testTarget(f)
	e.predictTests(f)
	e.trainTests(f)
	e.benchmarks(f)
	return f
}

// targetValue is a target of a single value.
func (e *emitter) targetValue(port int, v string) string {
	if len(e.p.Targets) == 1 {
		return "Target(" + v + ")"
	}
	return elemOf(e.p.Targets[port]) + "(" + v + ")"
}

// testTarget prints how the test makes up targets that a network can learn.
func (e *emitter) testTarget(f *file) {
	body := ""
	for i, p := range e.p.Targets {
		flat := flatOf("y", e.p.Targets, e.ports.targets, i)
		at := index(flat)
		switch {
		case p.DType == loop.I32 && len(p.Shape) == 0:
			body += fmt.Sprintf("%s = %s\n", operandOf("y", e.p.Targets, e.ports.targets, i), e.targetValue(i, fmt.Sprintf("i %% %d", idLimit(p))))
		case len(p.Shape) == 0 && strings.Contains(p.Loss, "binary"):
			body += fmt.Sprintf("%s = %s\n", operandOf("y", e.p.Targets, e.ports.targets, i), e.targetValue(i, "i % 2"))
		case len(p.Shape) == 0:
			body += fmt.Sprintf("%s = %s\n", operandOf("y", e.p.Targets, e.ports.targets, i), e.targetValue(i, "i%5")+" / 4")
		case p.DType == loop.I32:
			body += fmt.Sprintf("for j := range %s {\n%s[j] = int32((i + j) %% %d)\n}\n", flat, at, idLimit(p))
		case strings.Contains(p.Loss, "categorical"):
			width := 1
			if n := len(p.Shape); n > 0 {
				width = p.Shape[n-1]
			}
			body += fmt.Sprintf("for j := i %% %d; j < %d; j += %d {\n%s[j] = 1\n}\n", width, size(p.Shape), width, at)
		case strings.Contains(p.Loss, "binary"):
			body += fmt.Sprintf("for j := range %s {\n%s[j] = float32((i + j) %% 2)\n}\n", flat, at)
		default:
			body += fmt.Sprintf("for j := range %s {\n%s[j] = float32((i+2*j)%%5) / 4\n}\n", flat, at)
		}
	}
	f.add(`// expected makes up the target of a sample.
func expected(i int) (y Target) {
	fillTarget(&y, i)
	return y
}

func fillTarget(y *Target, i int) {
	%s}

// targets makes up the targets of n samples.
func targets(n int) []Target {
	y := make([]Target, n)
	for i := range y {
		y[i] = expected(i)
	}
	return y
}

// loaded is an engine with n samples, weighted unequally.
func loaded(t *§testing.T, m *Model, n int) *engine {
	t.Helper()
	e := m.trainer()
	for i := range n {
		x, y := sample(i), expected(i)
		if err := e.Load(i, &x, &y, 1+float32(i%%3)/4); err != nil {
			t.Fatal(err)
		}
	}
	return e
}`, body)
}

// trainTests prints the tests of the training step.
func (e *emitter) trainTests(f *file) {
	f.add(`func TestTrainAllocations(t *§testing.T) {
	m := newTest(t)
	n := min(4, batchRows)
	e := loaded(t, m, n)
	o, err := NewOptimizer(nil)
	if err != nil {
		t.Fatal(err)
	}
	x, y := samples(n), targets(n)
	allocs := §testing.AllocsPerRun(20, func() {
		for i := range x {
			if err := e.Load(i, &x[i], &y[i], 1); err != nil {
				t.Error(err)
			}
		}
		e.Train(n, §train.Step{Total: n})
		if err := m.Apply(o, e.grads); err != nil {
			t.Error(err)
		}
	})
	if allocs != 0 {
		t.Errorf("a training step allocates %%v times", allocs)
	}
}`)
	f.add(`// An arena and gradients full of NaN must not show in the next step.
func TestTrainPoisoned(t *§testing.T) {
	n := min(5, batchRows)
	step := §train.Step{Seed: 3, Index: 2, Total: n}
	clean, poisoned := loaded(t, newTest(t), n), loaded(t, newTest(t), n)
	nan := float32(§math.NaN())
	%sfor i, g := 0, poisoned.Gradients(); i < len(g); i++ {
		g[i] = nan
	}
	if a, b := clean.Train(n, step), poisoned.Train(n, step); §math.Float64bits(a) != §math.Float64bits(b) {
		t.Errorf("loss %%v, in a poisoned arena %%v", a, b)
	}
	for i, g := range clean.Gradients() {
		if p := poisoned.Gradients()[i]; §math.Float32bits(g) != §math.Float32bits(p) {
			t.Fatalf("gradient %%d is %%v, in a poisoned arena %%v", i, g, p)
		}
	}
}`, e.poisonText())
	f.add(`// The number of workers changes no bit of a training step.
func TestWorkersSameBits(t *§testing.T) {
	n := batchRows
	step := §train.Step{Seed: 3, Index: 2, Total: n}
	alone, shared := loaded(t, newTest(t), n), loaded(t, newTest(t), n)
	team := §nn.NewTeam(3)
	defer team.Close()
	shared.Share(team)
	alone.Train(n, step)
	shared.n, shared.step = n, step
	team.Run(shared.trainPart) // however little work there is
	for i, g := range alone.Gradients() {
		if s := shared.Gradients()[i]; §math.Float32bits(g) != §math.Float32bits(s) {
			t.Fatalf("gradient %%d is %%v, with three workers %%v", i, g, s)
		}
	}
}`)
	if _, trainable := e.total(); trainable > 0 {
		overfitTest(f)
	}
	e.seedTests(f)
}

// overfitTest prints the test that a network learns one batch by heart, if it
// can: one that is frozen but for a bias, or that forgets its input, cannot.
func overfitTest(f *file) {
	f.add(`// What a network can learn by heart with gradients in double precision, it can
// with those of the training step.
func TestOneBatchOverfits(t *§testing.T) {
	n := min(8, batchRows)
	fall := func(loss func(m *Model, e *engine, s §train.Step) float64) (share float64) {
		m := drawn(t, 0)
		e := loaded(t, m, n)
		o, err := NewOptimizer(§optim.NewAdam(0.01))
		if err != nil {
			t.Fatal(err)
		}
		first := 0.0
		for i := range 400 {
			v := loss(m, e, §train.Step{Seed: 1, Index: uint64(i), Total: n})
			if i == 0 {
				first = v
			}
			if share = max(share, (first-v)/§math.Abs(first)); share > 0.5 {
				break
			}
			if err := m.Apply(o, e.grads); err != nil {
				t.Fatal(err)
			}
		}
		return share
	}
	got := fall(func(m *Model, e *engine, s §train.Step) float64 { return e.Train(n, s) })
	if got > 0.1 {
		return
	}
	if want := fall(func(m *Model, e *engine, s §train.Step) float64 {
		loss, g := step64(e, in64(m.params), n, s, exact)
		for i, v := range g.flat()[:trainable] {
			e.Gradients()[i] = float32(v)
		}
		return loss
	}); want > 0.2 {
		t.Errorf("400 steps on one batch took %%.2g of the loss away, %%.2g with gradients in double precision", got, want)
	}
}`)
}

// seedTests prints the tests of reproducibility.
func (e *emitter) seedTests(f *file) {
	limit := "batchRows + 3"
	if e.p.Training.BatchStatistics {
		limit = "batchRows"
	}
	f.add(`func TestSameSeedSameBits(t *§testing.T) {
	n := %s
	var models [2]*Model
	for i := range models {
		models[i] = New(Seed(7))
		cfg := FitConfig{Epochs: 2, BatchSize: %s, ValidationSplit: -1, StepsPerEpoch: -1, OwnCallbacks: true}
		if _, err := models[i].Fit(t.Context(), Slices(samples(n), targets(n)), cfg); err != nil {
			t.Fatal(err)
		}
	}
	a, b := models[0].params.flat(), models[1].params.flat()
	for i := range a {
		if §math.Float32bits(a[i]) != §math.Float32bits(b[i]) {
			t.Fatalf("parameter %%d is %%v, then %%v", i, a[i], b[i])
		}
	}
}`, limit, map[bool]string{true: "batchRows", false: "batchRows + 2"}[e.p.Training.BatchStatistics])
	f.add(`func TestSaveAndRead(t *§testing.T) {
	m := newTest(t)
	var b §bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := Read(§bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	x := samples(4)
	if bits(predictAll(t, m, x)) != bits(predictAll(t, again, x)) {
		t.Error("predictions changed on the way through a file")
	}
	if _, err := Read(§bytes.NewReader(b.Bytes()[:b.Len()-1])); err == nil {
		t.Error("a truncated file was read")
	}
}`)
	e.gradientsTest(f)
}

// gradientsTest prints the test of Gradients against the training step.
func (e *emitter) gradientsTest(f *file) {
	doc, n, parts := "Gradients over parts of a batch add up to those of the whole.", "batchRows + 3", `var want Params
	var loss float64
	for first := 0; first < n; first += batchRows {
		rows := min(batchRows, n-first)
		for r := range rows {
			if err := e.Load(r, &x[first+r], &y[first+r], 1); err != nil {
				t.Fatal(err)
			}
		}
		loss += e.Train(rows, §train.Step{Seed: m.session.Seed, First: first, Total: n})
		for i, v := range e.Gradients() {
			want.flat()[i] += v
		}
	}`
	if e.p.Training.BatchStatistics {
		doc, n, parts = "Gradients are those of a training step.", "min(6, batchRows)", `for r := range n {
		if err := e.Load(r, &x[r], &y[r], 1); err != nil {
			t.Fatal(err)
		}
	}
	loss := e.Train(n, §train.Step{Seed: m.session.Seed, Total: n})
	want := e.grads`
	}
	f.add(`// %s
func TestGradientsAgreeWithTrain(t *§testing.T) {
	n := %s
	m := newTest(t)
	x, y := samples(n), targets(n)
	var g Params
	got, err := m.Gradients(&g, Batch{X: x, Y: y})
	if err != nil {
		t.Fatal(err)
	}
	e := newTest(t).trainer()
	%s
	same := func(a, b float32) bool { return a == b || a != a && b != b }
	if !same(got, float32(loss)) {
		t.Errorf("loss %%v, want %%v", got, loss)
	}
	for i, v := range want.flat()[:trainable] {
		if !same(g.flat()[i], v) {
			t.Fatalf("gradient %%d is %%v, want %%v", i, g.flat()[i], v)
		}
	}
	if _, err := m.Gradients(&g, Batch{X: x, Y: y[1:]}); err == nil {
		t.Error("a target is missing and nothing said so")
	}
	if m.Apply(nil, &g) == nil {
		t.Error("no optimizer, and nothing said so")
	}
}`, doc, n, parts)
}

func (e *emitter) poisonText() string {
	if floats, _ := e.trainArena(); floats == 0 {
		return ""
	}
	return "for i := range poisoned.a {\npoisoned.a[i] = nan\n}\n"
}
