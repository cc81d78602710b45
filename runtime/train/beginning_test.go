package train_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// TestWriteBeginning hands a training over to another program, which knows neither the
// rows before nor the seed: it takes the same steps as the first one would have.
func TestWriteBeginning(t *testing.T) {
	for _, rule := range []func() optim.Rule{
		func() optim.Rule { return optim.NewAdam(0.05) },
		func() optim.Rule { return optim.NewNadam(0.05) },
		func() optim.Rule { return &optim.SGD{Settings: optim.Settings{LearningRate: 0.05}, Momentum: 0.9} },
	} {
		compiled := train.Compiled{Loss: "mean_squared_error", Optimizer: rule, BatchSize: 8, Epochs: 3}
		first, s := engine(4), &train.Session{Seed: 1}
		if _, err := train.Fit(t.Context(), first, s, compiled, dataset(52), config{}); err != nil {
			t.Fatal(err)
		}
		s.Optimizer.Rule.Common().LearningRate = 0.01 // as callbacks do
		dir := filepath.Join(t.TempDir(), "backup")
		backup := &train.BackupAndRestore{BackupDir: dir}
		write := func(o *optim.Optimizer) {
			var tensors []weights.Tensor
			for _, s := range first.Segments() {
				tensors = append(tensors, weights.Tensor{Name: s.Name, Shape: s.Shape, Data: s.Of(first.params)})
			}
			if err := os.MkdirAll(dir, 0o777); err != nil { // which goes with the checkpoint
				t.Fatal(err)
			}
			f, err := os.Create(backup.Path())
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := train.WriteBeginning(f, map[string]string{"model": "m"}, tensors, o); err != nil {
				t.Fatal(err)
			}
		}
		write(s.Optimizer)
		second, s2 := engine(4), &train.Session{Seed: 2}
		compiled.BatchSize, compiled.Epochs = 13, 2
		if _, err := train.Fit(t.Context(), second, s2, compiled, dataset(39), config{Callbacks: []train.Callback{backup}}); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(backup.Path()); err == nil {
			t.Error("the checkpoint is still there")
		}
		write(s.Optimizer)
		other := compiled
		other.Optimizer = func() optim.Rule { return optim.NewRMSprop(0.05) }
		if _, err := train.Fit(t.Context(), engine(4), &train.Session{}, other, dataset(39), config{Callbacks: []train.Callback{backup}}); err == nil ||
			!strings.Contains(err.Error(), "is of another training: optimizer "+rule().Name()+" there, rmsprop now; to begin anew, delete the file") {
			t.Error(err)
		}
		if _, err := train.Fit(t.Context(), first, s, compiled, dataset(39), config{}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(first.params, second.params) || s.Step != s2.Step {
			t.Errorf("%s: after %d steps %v, and %v after %d", rule().Name(), s.Step, first.params, second.params, s2.Step)
		}
		if _, err := os.Stat(filepath.Join(dir, "checkpoint.safetensors")); err != nil {
			t.Error(err)
		}
	}
}
