package modeltest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

// However parameters change, the next prediction is that of a model that is read from
// a file with these parameters, and keeps nothing from before: for many rows, for one,
// and from several goroutines at once, of which each may be the first.
func (n *plainNetwork) changed(t *testing.T) {
	m := n.model(t)
	if len(n.engine(m).Gradients()) == 0 {
		t.Skip("nothing can be trained")
	}
	x := n.samples(carriedRows(n.engine(m), min(20, n.batchRows))) // more than a tile has
	y := n.sampleTargets(x.Len())
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func(p []float32) {
		for i := range p {
			p[i] = 0.1 + 0.1*rng.Float32() // variances are above 0
		}
	}
	averaging := optim.NewSGD(0.125)
	averaging.UseEMA = true
	o, slow := n.optimizer(t, m, optim.NewSGD(0.125)), n.optimizer(t, m, averaging)
	few := carriedRows(n.engine(m), min(5, x.Len()))
	fit := func(c *train.Funcs) error {
		return n.fit(m, x.first(few), y.first(few), fitting{epochs: 1, batch: few, callbacks: []train.Callback{c}})
	}
	check := func(after string) {
		t.Helper()
		n.asFromFile(t, m, x, after)
	}
	check("New")
	for _, way := range []struct {
		name   string
		change func() error
	}{
		{"Update", func() error { n.update(m, draw); return nil }},
		{"Gradients", func() error { _, _, err := n.gradients(m, x.first(few), y.first(few)); return err }},
		{"Apply", func() error { return n.follow(m, o, 0.5) }},
		{"Finalize", func() error {
			for g := range 3 {
				if err := n.follow(m, slow, float32(g)); err != nil {
					return err
				}
			}
			check("Apply")
			return n.finalize(m, slow)
		}},
		{"LoadMatching", func() error {
			path := filepath.Join(t.TempDir(), "weights")
			other := n.model(t)
			n.update(other, draw)
			var b bytes.Buffer
			if _, err := other.(io.WriterTo).WriteTo(&b); err != nil {
				return err
			}
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				return err
			}
			return n.match(m, path)
		}},
		{"Fit", func() error {
			return fit(&train.Funcs{
				BatchEnd: func(*train.State) error { check("a step of Fit"); return nil },
				EpochEnd: func(*train.State) error { n.update(m, draw); check("Update within Fit"); return nil },
				TrainEnd: func(s *train.State) error { draw(s.Params); return nil },
			})
		}},
	} {
		if err := way.change(); err != nil {
			t.Fatalf("%s: %v", way.name, err)
		}
		check(way.name)
	}
}

// asFromFile compares predictions with those of the model read anew.
func (n *plainNetwork) asFromFile(t *testing.T, m any, x testList, after string) {
	t.Helper()
	var b bytes.Buffer
	if _, err := m.(io.WriterTo).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := n.read(&b, nn.AllowNonFinite())
	if err != nil {
		t.Fatal(err)
	}
	batch := func(m any) string {
		got := n.outputs(x.Len())
		if err := n.predictBatch(m, got, x); err != nil {
			t.Error(err)
		}
		return bits(got)
	}
	want := batch(again)
	var all sync.WaitGroup
	for range 3 {
		all.Add(1)
		go func() {
			defer all.Done()
			if batch(m) != want {
				t.Errorf("after %s, predictions are not those of the parameters", after)
			}
		}()
	}
	one := n.outputs(1)
	n.predict(m, one.at(0), x.at(0))
	all.Wait()
	if all := n.outputs(1); n.predictBatch(again, all, x.first(1)) != nil || bits(one) != bits(all) {
		t.Errorf("after %s, a prediction is not that of the parameters", after)
	}
}
