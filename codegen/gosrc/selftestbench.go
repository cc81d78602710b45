package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// benchmarks prints the benchmarks of a trainable package.
func (e *emitter) benchmarks(f *file) {
	rows := max(e.p.Training.BatchSize, 1)
	predict := fmt.Sprintf("Flops: %d", flops(e.p.Predict, 1))
	if bytes := e.weightBytes(); flops(e.p.Predict, 1) <= 2*bytes && bytes >= weightsDominate {
		predict += fmt.Sprintf(", Bytes: %d", bytes)
	}
	call, out, used := e.predictText("m", "&x", "out"), "var out Output\n", "_ = out\n"
	if e.checked() && e.large() {
		call = "if err := m.PredictInto(&out, &x); err != nil {\nb.Fatal(err)\n}"
	} else if e.checked() {
		call, out, used = "if _, err := m.Predict(&x); err != nil {\nb.Fatal(err)\n}", "", ""
	}
	f.add(`// The benchmarks say how close the network comes to what the machine can do:
// %%peak is the share of the fastest loop of multiply-adds, %%read that of the
// fastest loop over as many bytes as there are weights. Both loops run between
// parts of the work.

func BenchmarkPredict(b *§testing.B) {
	m, x := New(Seed(1)), sample(1)
	%sb.Run(§nn.CPU().String(), func(b *§testing.B) {
		b.ReportAllocs()
		§peak.Measure(b, b.N, §peak.Work{%s}, func() { %s })
	})
	%s}`, out, predict, call, used)
	f.add(`func BenchmarkPredictBatch(b *§testing.B) {
	x := samples(%d)
	out := make([]Output, len(x))
	withWorkers(b, func(b *§testing.B, m *Model, workers int) {
		§peak.Measure(b, b.N, §peak.Work{Workers: workers, Flops: %d}, func() {
			if err := m.PredictBatch(out, x); err != nil {
				b.Fatal(err)
			}
		})
	})
}`, rows, inParts(e.p.Predict, rows, e.p.Batch))
	f.add(`// A step of Fit, from its rows to the parameters, over %d rows.
func BenchmarkTrainStep(b *§testing.B) {
	x, y := samples(%d), targets(%d)
	withWorkers(b, func(b *§testing.B, m *Model, workers int) {
		fit := func(d Dataset) {
			cfg := FitConfig{Epochs: 1, BatchSize: len(x), NoShuffle: true, ValidationSplit: -1, StepsPerEpoch: -1, OwnCallbacks: true}
			if _, err := m.Fit(b.Context(), d, cfg); err != nil {
				b.Fatal(err)
			}
		}
		fit(Slices(x, y)) // makes what is made once
		meter := §peak.NewMeter(b, b.N, §peak.Work{Workers: workers, Flops: %d})
		fit(&repeated{Slices(x, y), x, y, b.N, meter})
		meter.Report()
	})
}

// repeated is a data set of the same batch for every step of a benchmark.
type repeated struct {
	Dataset
	x     []Input
	y     []Target
	steps int
	meter *§peak.Meter
}

func (r *repeated) Len() int { return r.steps * len(r.x) }

func (r *repeated) At(i int) (*Input, *Target, float32) {
	step, row := i/len(r.x), i%%len(r.x)
	if row == 0 {
		r.meter.Begin(step)
	}
	return &r.x[row], &r.y[row], 1
}

// withWorkers runs a benchmark on one core and, if there are more, on all.
func withWorkers(b *§testing.B, run func(b *§testing.B, m *Model, workers int)) {
	for _, workers := range §slices.Compact([]int{1, §runtime.GOMAXPROCS(0)}) {
		b.Run(§fmt.Sprintf("%%s/workers=%%d", §nn.CPU(), workers), func(b *§testing.B) {
			b.ReportAllocs()
			run(b, New(Seed(1), Workers(workers)), workers)
		})
	}
}`, rows, rows, rows, inParts(e.p.Train, rows, e.p.Batch))
}

// flops counts the operations of a plan on n rows, a multiply-add as two.
func flops(p *loop.Plan, n int) int {
	sum := 0
	runs, _ := p.Flat()
	for _, r := range runs {
		sum += r.Kernel.Flops(n)
	}
	return sum
}

// inParts counts the operations of a plan on rows that it takes batch by batch.
func inParts(p *loop.Plan, rows, batch int) int {
	sum := rows / batch * flops(p, batch)
	if rest := rows % batch; rest > 0 {
		sum += flops(p, rest)
	}
	return sum
}

// weightsDominate is the size from which reading the weights may take longer
// than computing with them: the nearest cache holds less.
const weightsDominate = 64 << 10

// weightBytes is the size of the parameters that every prediction reads: not
// the tables of which it reads the rows of ids.
func (e *emitter) weightBytes() int {
	all, _ := e.total()
	runs, _ := e.p.Predict.Flat()
	tables := map[int]bool{}
	for _, r := range runs {
		if k, ok := r.Kernel.(*loop.GatherSum); ok && k.Table.Class == loop.Param {
			tables[k.Table.Segment] = true
		}
		for _, a := range r.Kernel.Reads() {
			if a.Index != nil && a.Buf.Class == loop.Param {
				tables[a.Buf.Segment] = true
			}
		}
	}
	for i := range tables {
		all -= e.p.Segments[i].Len()
	}
	return 4 * all
}
