package generated

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/generated/mnistcnn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// digits are made-up samples.
func digits(n int) mnistcnn.Dataset {
	x, y := make([]mnistcnn.Input, n), make([]mnistcnn.Target, n)
	for i := range x {
		y[i] = mnistcnn.Target(i % 10)
		for r := range x[i] {
			for c := range x[i][r] {
				if (r+c*(i%10+1))%11 < 3 {
					x[i][r][c][0] = float32(40 * (1 + i%6))
				}
			}
		}
	}
	return mnistcnn.Slices(x, y)
}

// A training with dropout that is interrupted, within an epoch or between two,
// and resumed by a model of another seed and other workers, ends with the same
// bits as one that is left alone.
func TestResume(t *testing.T) {
	d := digits(72)
	fit := func(ctx context.Context, m *mnistcnn.Model, callbacks ...mnistcnn.Callback) (*mnistcnn.History, error) {
		return m.Fit(ctx, d, mnistcnn.FitConfig{Epochs: 3, BatchSize: 16, ValidationSplit: 0.2, Callbacks: callbacks})
	}
	want := mnistcnn.New(mnistcnn.Seed(3))
	history, err := fit(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{1, 4, 6, 8} { // steps; an epoch has 4
		backup := &mnistcnn.BackupAndRestore{BackupDir: t.TempDir()}
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		interrupt := &mnistcnn.Funcs{BatchEnd: func(*mnistcnn.FitState) error {
			if steps++; steps == after {
				cancel()
			}
			return nil
		}}
		if _, err := fit(ctx, mnistcnn.New(mnistcnn.Seed(3), mnistcnn.Workers(1)), backup, interrupt); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if _, err := mnistcnn.Open(backup.Path()); err != nil {
			t.Errorf("after %d steps the checkpoint is not a weights file: %v", after, err)
		}
		m := mnistcnn.New(mnistcnn.Seed(4), mnistcnn.Workers(2))
		resumed, err := fit(t.Context(), m, backup)
		if err != nil {
			t.Fatal(err)
		}
		if *m.Params() != *want.Params() {
			t.Errorf("interrupted after %d steps: other weights", after)
		}
		if fmt.Sprint(*resumed) != fmt.Sprint(*history) {
			t.Errorf("interrupted after %d steps: history %v, want %v", after, *resumed, *history)
		}
		cancel()
	}
}

// What is frozen stays as it is, under weight decay too; the rest learns; thawed
// it learns again. A clone has the same frozen.
func TestFreeze(t *testing.T) {
	table := flowers(t)
	x, y := make([]iris.Input, table.Len()), make([]iris.Target, table.Len())
	for i := range x {
		x[i], y[i] = iris.Input(table.Row(i)), iris.Target(table.Targets[i])
	}
	m := iris.New(iris.Seed(1))
	if err := m.Freeze("hidden", "species/bias"); err != nil {
		t.Fatal(err)
	}
	if got := m.Frozen(); !slices.Equal(got, []string{"hidden/bias", "hidden/kernel", "species/bias"}) {
		t.Errorf("frozen: %v", got)
	}
	rule := optim.NewAdamW(0.01)
	rule.GlobalClipNorm = 0.5
	cfg := iris.FitConfig{Epochs: 3, Optimizer: rule}
	before := *m.Params()
	if _, err := m.Fit(t.Context(), iris.Slices(x, y), cfg); err != nil {
		t.Fatal(err)
	}
	after := m.Params()
	if after.HiddenW != before.HiddenW || after.HiddenB != before.HiddenB || after.SpeciesB != before.SpeciesB {
		t.Error("frozen weights have moved")
	}
	if after.SpeciesW == before.SpeciesW {
		t.Error("the others have learned nothing")
	}
	c := m.Clone()
	if got := c.Frozen(); len(got) != 3 {
		t.Errorf("the clone has frozen %v", got)
	}
	if err := m.Unfreeze("hidden"); err != nil {
		t.Fatal(err)
	}
	before = *m.Params()
	if _, err := m.Fit(t.Context(), iris.Slices(x, y), cfg); err != nil {
		t.Fatal(err)
	}
	if m.Params().HiddenW == before.HiddenW || m.Params().SpeciesB != before.SpeciesB {
		t.Error("thawed weights do not move, or frozen ones do")
	}
	if err := m.Unfreeze(); err != nil || len(m.Frozen()) != 0 {
		t.Errorf("everything thawed: %v, %v", m.Frozen(), err)
	}
	err := m.Freeze("hiden", "species/kernal", "hidden")
	want := `train: no layer or tensor is called "hiden" (did you mean "hidden"?); layers with parameters are hidden, species, scale
train: no layer or tensor is called "species/kernal" (did you mean "species/kernel"?); layers with parameters are hidden, species, scale`
	if err == nil || err.Error() != want || len(m.Frozen()) != 0 {
		t.Errorf("%v\nwant %s", err, want)
	}
	if err := m.Freeze(); err == nil {
		t.Error("nothing was named, and nothing said so")
	}
}
