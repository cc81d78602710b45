package conformance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// modelCount random networks, of one chain and of three, are emitted with all passes,
// every fifth one with none of the optional ones too, and every fifth for a machine of
// a few bytes.
const modelCount = 80

// chains is how many a random network has.
func chains(seed uint64) int {
	if seed%4 == 0 {
		return 1
	}
	return 3
}

// TestRandomModels holds emitted packages to the interpreter, which runs the
// unoptimised graph in float64: outputs, loss and gradients of random networks
// on random data. All packages are linked into one binary, which runs at every
// level that this computer has, with one worker and with two: these must give
// the same bits, those of two steps of training included.
func TestRandomModels(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	off := map[string]bool{}
	for _, name := range pass.Optional() {
		off[name] = true
	}
	var models []variant
	for seed := range uint64(modelCount) {
		options := []pass.Options{{}}
		if seed%5 == 0 {
			options = append(options, pass.Options{Off: off})
		}
		if seed%5 == 1 {
			options = append(options, pass.Options{Machine: machine.Tiny()[seed/5%3]})
		}
		if seed%5 >= 3 { // kernels as layers of a large network share them
			m := machine.Server()
			m.OwnKernels = 0
			m.ShareMulAdds = 1 // and predictions that workers share
			options = append(options, pass.Options{Machine: m})
		}
		for i, o := range options {
			models = append(models, variant{seed, fmt.Sprintf("m%03d%c", seed, "ab"[i]), o})
		}
	}
	nets, names, cases, wants := emitAll(t, dir, models)
	// Not optimized: their Go runs once, and optimizing it would take a third of
	// the time of the build, which is most of the test's.
	link(t, dir, names, "-N", "-l")
	for _, level := range levels() {
		t.Run(level.String(), func(t *testing.T) {
			results := drive(t, dir, cases, level, "GOMAXPROCS=2")
			for i, got := range results {
				if err := nets[i].compare(wants[i], got); err != nil {
					t.Errorf("%s: %v\n%s", got.Model, err, spec.WriteJSON(nets[i].Spec))
				}
			}
			if other := drive(t, dir, cases, level, "GOMAXPROCS=1"); !reflect.DeepEqual(other, results) {
				t.Error("GOMAXPROCS=1 changes results")
			}
		})
	}
}

// variant is a random network with the options it is emitted with.
type variant struct {
	seed    uint64
	name    string // of the package
	options pass.Options
}

// emitAll emits random networks, several at the same time, and draws and interprets
// a case for each.
func emitAll(t *testing.T, dir string, models []variant) (nets []*network, names []string, cases []harness.Case, wants []*reference) {
	t.Helper()
	nets, names, cases = make([]*network, len(models)), make([]string, len(models)), make([]harness.Case, len(models))
	wants = make([]*reference, len(models))
	parallel(t, len(models), func(i int) error {
		v := models[i]
		src, err := randomChains(v.seed, chains(v.seed))
		if err != nil {
			return err
		}
		net, err := compileJSON(v.name, src)
		if err == nil {
			err = net.emit(dir, v.options)
		}
		if err != nil {
			return fmt.Errorf("%s\n%w", src, err)
		}
		nets[i], names[i], cases[i] = net, net.name, net.randomCase(v.seed)
		wants[i], err = net.interpreted(cases[i])
		return err
	})
	return nets, names, cases, wants
}

// randomCase draws parameters and a batch of data for a network.
func (n *network) randomCase(seed uint64) harness.Case {
	rows := 1 + rand.New(rand.NewPCG(seed, 3)).IntN(2*n.Header.Batch)
	if n.Header.Training.BatchStatistics {
		rows = max(rows, 2) // to differ
	}
	return n.caseOf(seed, rows)
}

// caseOf is a case of so many rows.
func (n *network) caseOf(seed uint64, rows int) harness.Case {
	r := rand.New(rand.NewPCG(seed, 2))
	c := harness.Case{Model: n.name, Step: 3}
	for _, s := range n.Header.Segments {
		for range s.Len() {
			v := r.NormFloat64() * 0.5
			if s.Role == block.State {
				v = 0.5 + r.Float64() // a variance is positive
			}
			c.Params = append(c.Params, float32(v))
		}
	}
	for range rows {
		var x, y []float64
		for _, p := range n.Header.Inputs {
			x = append(x, sample(r, p)...)
		}
		for _, p := range n.Header.Targets {
			y = append(y, sample(r, p)...)
		}
		c.Batch.X, c.Batch.Y = append(c.Batch.X, x), append(c.Batch.Y, y)
		c.Batch.Weight = append(c.Batch.Weight, float32(r.IntN(3))+0.5)
	}
	c.Steps = []harness.Batch{c.Batch, c.Batch}
	return c
}

// sample draws one sample of a port; ragged ids may repeat or be absent.
func sample(r *rand.Rand, p loop.Port) []float64 {
	count := product(p.Shape)
	if p.Ragged {
		count = r.IntN(9)
	}
	out := make([]float64, count)
	for i := range out {
		switch {
		case p.DType == loop.I32:
			limit := p.Limit
			if limit == 0 {
				limit = 100
			}
			out[i] = float64(p.Least + r.IntN(limit-p.Least))
		case p.Loss == "binary_crossentropy":
			out[i] = float64(r.IntN(2))
		case p.Loss == "categorical_crossentropy":
			out[i] = 1 / float64(count)
		default:
			out[i] = float64(float32(r.NormFloat64()))
		}
	}
	return out
}

// reference is what the interpreter makes of a case.
type reference struct {
	outputs [][]float64 // of every row
	widths  []int       // of the outputs, which follow each other
	loss    float64
	grads   map[string][]float64
}

// interpreted runs a case through the interpreter.
func (n *network) interpreted(c harness.Case) (*reference, error) {
	train := pass.Clone(n.Train)
	if err := pass.Autodiff(train); err != nil {
		return nil, err
	}
	m := interp.New[float64](n.Predict, train)
	m.Seed = 1
	for _, s := range n.Header.Segments {
		for i, v := range c.Params[s.Offset : s.Offset+s.Len()] {
			m.Params[s.Name].F[i] = float64(v)
		}
	}
	rows := len(c.Batch.X)
	feed := n.feed(c.Batch, 0, rows)
	predicted, err := m.Run(n.Predict, interp.Batch[float64]{Rows: rows, Feed: feed})
	if err != nil {
		return nil, err
	}
	want := &reference{outputs: make([][]float64, rows), grads: map[string][]float64{}}
	for r := range rows {
		for _, o := range predicted.Outputs {
			width := len(o.F) / rows
			if r == 0 {
				want.widths = append(want.widths, width)
			}
			want.outputs[r] = append(want.outputs[r], o.F[r*width:(r+1)*width]...)
		}
	}
	weight := &ir.Tensor[float64]{Shape: ir.Shape{rows}}
	for _, w := range c.Batch.Weight {
		weight.F = append(weight.F, float64(w))
	}
	feed["weight"] = weight
	trained, err := m.Run(train, interp.Batch[float64]{Rows: rows, Feed: feed, Step: uint64(c.Step)})
	if err != nil {
		return nil, err
	}
	want.loss = trained.Loss
	for _, g := range trained.Grads {
		want.grads[g.Segment] = g.Value.F
	}
	return want, nil
}

// interpretedAll runs cases through the interpreter, once for all levels; those that
// only train have no reference.
func interpretedAll(t *testing.T, nets []*network, cases []harness.Case) []*reference {
	t.Helper()
	wants := make([]*reference, len(nets))
	parallel(t, len(nets), func(i int) (err error) {
		if len(cases[i].Batch.X) > 0 {
			wants[i], err = nets[i].interpreted(cases[i])
		}
		return err
	})
	return wants
}

// compare compares what a package gives for a case with the interpreter.
func (n *network) compare(want *reference, got harness.Result) error {
	if err := n.compareOutputs(want, got); err != nil {
		return err
	}
	return n.checkGradients(want, got)
}

// compareOutputs is compare without the gradients.
func (n *network) compareOutputs(want *reference, got harness.Result) error {
	if got.Error != "" {
		return fmt.Errorf("%s", got.Error)
	}
	if n.streams != (got.Steps > 0) {
		return fmt.Errorf("it streams: %v, and has taken %d steps", n.streams, got.Steps)
	}
	for r, row := range want.outputs {
		if !reflect.DeepEqual(got.Single[r], got.Outputs[r]) {
			return fmt.Errorf("row %d: Predict gives %v, PredictBatch %v", r, got.Single[r], got.Outputs[r])
		}
		at := 0
		for i, width := range want.widths {
			y, w := got.Outputs[r][at:at+width], row[at:at+width]
			if d, size := largest(y, w); !(d <= 2e-5*max(size, 1)) {
				return fmt.Errorf("row %d: output %d is %v, interpreted %v", r, i, y, w)
			}
			at += width
		}
	}
	return nil
}

// checkGradients compares loss and gradients. The emitted package cuts a batch
// that is larger than its micro-batch; the interpreter takes it whole.
func (n *network) checkGradients(want *reference, got harness.Result) error {
	if d := math.Abs(float64(got.Loss) - want.loss); !(d <= 2e-5*max(math.Abs(want.loss), 1)) {
		return fmt.Errorf("loss %g, interpreted %g", got.Loss, want.loss)
	}
	for _, s := range n.Header.Segments {
		g, ok := want.grads[s.Name]
		if ok != (s.Role == block.Trainable) {
			return fmt.Errorf("segment %s is %v, gradient: %v", s.Name, s.Role, ok)
		}
		if !ok {
			continue
		}
		if d, size := largest(got.Grads[s.Offset:s.Offset+s.Len()], g); !(d <= 1e-4*max(size, 0.1)) {
			return fmt.Errorf("gradient of %s off by %g (size %g)", s.Name, d, size)
		}
	}
	return nil
}

// feed lays rows of a batch out by port.
func (n *network) feed(b harness.Batch, from, to int) map[string]*ir.Tensor[float64] {
	out := map[string]*ir.Tensor[float64]{}
	lay := func(ports []loop.Port, values [][]float64) {
		at := 0
		for _, p := range ports {
			t := &ir.Tensor[float64]{Shape: append(ir.Shape{to - from}, p.Shape...)}
			if p.Ragged {
				t.Shape, t.Offsets, t.I = ir.Shape{to - from, ir.Ragged}, []int{0}, []int32{}
			}
			width := product(p.Shape)
			for _, row := range values[from:to] {
				cells := row
				if !p.Ragged {
					cells = row[at : at+width]
				}
				for _, v := range cells {
					if p.DType == loop.I32 {
						t.I = append(t.I, int32(v))
					} else {
						t.F = append(t.F, v)
					}
				}
				if p.Ragged {
					t.Offsets = append(t.Offsets, len(t.I))
				}
			}
			at += width
			out[p.Name] = t
		}
	}
	lay(n.Header.Inputs, b.X)
	lay(n.Header.Targets, b.Y)
	return out
}
