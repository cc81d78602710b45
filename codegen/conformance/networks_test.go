package conformance

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/interp"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
)

var whole = flag.Bool("networks", false, "TestNetworks runs whole networks of keras.applications, not only a cut of each: minutes, and 2 GB")

// application is a case of testdata/keras/networks.json.gz: a network of
// keras.applications in float64, and how far Keras in float32 is from that.
type application struct {
	Name      string
	Model     json.RawMessage
	Rows      int
	Outputs   [][]float64
	Loss      float64
	Gradients map[string][]float64
	State     map[string][]float64
	Coarse    bool // one value on the other side of a kink moves gradients by more than elsewhere
	Float32   struct {
		Outputs, Loss    float64
		Gradients, State map[string]float64
		Predict, Step    float64 // seconds, one thread
	}
}

// TestNetworks holds whole networks to real Keras: the interpreter in float64,
// then the emitted packages at every level of instructions. Of each gradient and
// moving statistic it compares the norm and two elements.
func TestNetworks(t *testing.T) {
	dir := t.TempDir()
	var cases []*application
	var nets []*network
	var names []string
	for _, c := range applications(t) {
		if strings.HasSuffix(c.Name, "cut") == *whole {
			continue
		}
		net, err := compileJSON(c.Name, c.Model)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		begun := time.Now()
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		t.Logf("%s: generated in %.1f s: %.1f MB of source", c.Name, time.Since(begun).Seconds(), megabytes(t, filepath.Join(dir, net.name)))
		cases, nets, names = append(cases, c), append(nets, net), append(names, net.name)
	}
	begun := time.Now()
	link(t, dir, names)
	t.Logf("built in %.1f s", time.Since(begun).Seconds())
	for i, c := range cases {
		f := c.formula(nets[i])
		t.Run(c.Name+"/interpreter", func(t *testing.T) { c.interpret(t, nets[i], f) })
		for _, level := range levels() {
			t.Run(c.Name+"/"+level.String(), func(t *testing.T) {
				got := drive(t, dir, []harness.Case{{Model: nets[i].name, Formula: f}}, level, "GOMAXPROCS=1")[0]
				if got.Error != "" {
					t.Fatal(got.Error)
				}
				c.compare(t, got)
				if *whole {
					t.Logf("predict %.4f s, step %.4f s; Keras %.4f s, %.4f s", got.PredictSeconds, got.StepSeconds, c.Float32.Predict, c.Float32.Step)
				}
			})
		}
	}
}

func applications(t *testing.T) []*application {
	var file struct{ Cases []*application }
	if err := json.Unmarshal(vectorFile(t, "networks.json.gz"), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 12 {
		t.Fatalf("%d networks, expected 12", len(file.Cases))
	}
	return file.Cases
}

// vectorFile reads a file of testdata/keras, which may be compressed.
func vectorFile(t *testing.T, name string) []byte {
	f, err := os.Open("../../testdata/keras/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// formula is how parameters and data of the network are made.
func (c *application) formula(n *network) *harness.Formula {
	f := &harness.Formula{Measure: *whole, Shape: n.Header.Inputs[0].Shape, Rows: c.Rows, Classes: len(c.Outputs[0])}
	for _, s := range n.Header.Segments {
		f.Segments = append(f.Segments, harness.Segment{Name: s.Name, Shape: s.Shape, Offset: s.Offset})
	}
	return f
}

// interpret runs the unoptimised graphs in float64: what differs here is the
// description's fault, not the compiler's.
func (c *application) interpret(t *testing.T, n *network, f *harness.Formula) {
	train := pass.Clone(n.Train)
	if err := pass.Autodiff(train); err != nil {
		t.Fatal(err)
	}
	m := interp.New[float64](n.Predict, train)
	for _, s := range f.Segments {
		for i, w := range s.Weights() {
			m.Params[s.Name].F[i] = float64(w)
		}
	}
	data := f.Batch()
	batch := interp.Batch[float64]{Rows: c.Rows, Feed: map[string]*ir.Tensor[float64]{}}
	for _, v := range train.Inputs {
		in := v.Op.(*op.Input)
		switch x := ir.NewTensor[float64](v.Shape.Concrete(c.Rows)); in.Kind {
		case op.Feature:
			x.F = slices.Concat(data.X...)
			batch.Feed[in.Port] = x
		case op.Target:
			x.F, x.I = nil, make([]int32, c.Rows)
			for i := range x.I {
				x.I[i] = int32(data.Y[i][0])
			}
			batch.Feed[in.Port] = x
		}
	}
	var got harness.Result
	r, err := m.Run(n.Predict, batch)
	if err != nil {
		t.Fatal(err)
	}
	var outputs [][]float64
	for row := range slices.Chunk(r.Outputs[0].F, f.Classes) {
		outputs = append(outputs, slices.Clone(row))
	}
	if r, err = m.Run(train, batch); err != nil {
		t.Fatal(err)
	}
	got.GradProbes, got.ParamProbes = map[string][]float64{}, map[string][]float64{}
	for _, g := range r.Grads {
		got.GradProbes[g.Segment] = harness.Probe(g.Segment, g.Value.F)
	}
	for _, u := range r.Updates {
		got.ParamProbes[u.Segment] = harness.Probe(u.Segment, u.Value.F)
	}
	c.near(t, "outputs", slices.Concat(outputs...), slices.Concat(c.Outputs...), 1e-8)
	c.near(t, "loss", []float64{r.Loss}, []float64{c.Loss}, 1e-8)
	c.probes(t, got, true)
}

// compare holds an emitted package to Keras in float64. How much rounding in
// float32 matters differs from network to network, and so do the kinks that
// two computations fall on different sides of: Keras's own distance says it.
func (c *application) compare(t *testing.T, got harness.Result) {
	var outputs, single []float64
	for r := range got.Outputs {
		for i := range got.Outputs[r] {
			outputs, single = append(outputs, float64(got.Outputs[r][i])), append(single, float64(got.Single[r][i]))
		}
	}
	want := slices.Concat(c.Outputs...)
	c.near(t, "outputs", outputs, want, 2e-6+8*c.Float32.Outputs)
	c.near(t, "outputs of one row", single, want, 2e-6+8*c.Float32.Outputs)
	c.near(t, "loss", []float64{float64(got.Loss)}, []float64{c.Loss}, 2e-6+8*c.Float32.Loss)
	c.probes(t, got, false)
}

// near compares by the norm of the difference.
func (c *application) near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, Keras has %d", what, len(got), len(want))
		return
	}
	difference, size := 0.0, 0.0
	for i := range want {
		difference += (got[i] - want[i]) * (got[i] - want[i])
		size += want[i] * want[i]
	}
	if !(difference <= tolerance*tolerance*size) {
		t.Errorf("%s: %.9g, Keras %.9g: %.1e, allowed %.1e", what, got, want, math.Sqrt(difference/size), tolerance)
	}
}

// probes compares gradients and moving statistics with Keras's, each probe by
// its norm, or by a millionth of all gradients' where that is more: a bias
// before a BatchNormalization has a gradient of rounding errors alone. In
// float32 a value may lie on the other side of a kink, which moves every
// gradient before it a little; the median says that no more than that happened.
func (c *application) probes(t *testing.T, got harness.Result, double bool) {
	t.Helper()
	all := 0.0
	for _, p := range c.Gradients {
		all = math.Hypot(all, p[0])
	}
	each, median, factor := 2e-3, 2e-4, 8.0
	if c.Coarse {
		each, median = 5*each, 5*median
	}
	if double {
		each, median, factor = 1e-7, 1e-8, 0
	}
	var errors, own []float64
	for _, path := range slices.Sorted(maps.Keys(c.Gradients)) {
		apart := c.Float32.Gradients[path]
		e := c.probe(t, "gradient of "+path, got.GradProbes[path], c.Gradients[path], 1e-6*all, each, factor*apart)
		errors, own = append(errors, e), append(own, min(apart, 1))
	}
	if e, most := middle(errors), median+factor*middle(own); !(e <= most) {
		t.Errorf("the gradients' median error is %.1e, allowed %.1e", e, most)
	}
	state := 1e-5
	if double {
		state = 1e-8
	}
	for _, path := range slices.Sorted(maps.Keys(c.State)) {
		c.probe(t, path, got.ParamProbes[path], c.State[path], 0, state, factor*c.Float32.State[path])
	}
}

// probe compares one probe by its norm, at least a given one, and gives its
// error. Apart is how far float32 may be from float64 beyond what is allowed.
func (c *application) probe(t *testing.T, what string, got, want []float64, least, allowed, apart float64) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: only Keras has it", what)
		return 0
	}
	worst, size := 0.0, max(want[0], least)
	for i := range want {
		worst = max(worst, math.Abs(got[i]-want[i])/size)
	}
	if allowed += apart * want[0] / size; !(worst <= allowed) {
		t.Errorf("%s: %.9g, Keras %.9g: %.1e, allowed %.1e", what, got, want, worst, allowed)
	}
	return worst
}

func middle(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

func megabytes(t *testing.T, dir string) float64 {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	return float64(size) / 1e6
}
