package generated

import (
	"testing"

	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/runtime/optim"
)

// A training loop of one's own keeps a moving average, too: with a momentum of 1
// it stays where the first step began it.
func TestLoopWithAverage(t *testing.T) {
	rule := optim.NewSGD(0.1)
	rule.UseEMA, rule.EMAMomentum = true, 1
	o, err := iris.NewOptimizer(rule)
	if err != nil {
		t.Fatal(err)
	}
	m := iris.New(iris.Seed(1))
	batch := iris.Batch{X: []iris.Input{{5.1, 3.5, 1.4, 0.2}, {6.3, 3.3, 6, 2.5}}, Y: []iris.Target{0, 2}}
	var first iris.Params
	for step := range 3 {
		var g iris.Params
		batch.Step = uint64(step)
		if _, err := m.Gradients(&g, batch); err != nil {
			t.Fatal(err)
		}
		if err := m.Apply(o, &g); err != nil {
			t.Fatal(err)
		}
		if step == 0 {
			first = *m.Params()
		}
	}
	if *m.Params() == first {
		t.Fatal("the parameters stand still")
	}
	if err := m.Finalize(o); err != nil {
		t.Fatal(err)
	}
	if *m.Params() != first {
		t.Error("the average has not taken the place of the parameters")
	}
	if err := m.Finalize(nil); err == nil {
		t.Error("no optimizer, and no error")
	}
}
