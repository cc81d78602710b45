package train_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// A checkpoint may come from anywhere: whatever it says of the position and of
// the callbacks, Fit returns.
func FuzzResume(f *testing.F) {
	dir := f.TempDir()
	callbacks := func(dir string) []train.Callback {
		return []train.Callback{
			&train.BackupAndRestore{BackupDir: dir, SaveFreq: 5, KeepCheckpoint: true},
			&train.EarlyStopping{Monitor: "loss", RestoreBestWeights: true},
			&train.CSVLogger{Filename: filepath.Join(dir, "log.csv")},
		}
	}
	run := func(dir string) error {
		_, err := train.Fit(context.Background(), engine(4), &train.Session{Seed: 1}, compiled(8, 2), dataset(20), config{Callbacks: callbacks(dir), Progress: io.Discard})
		return err
	}
	if err := run(dir); err != nil {
		f.Fatal(err)
	}
	file, err := weights.Open(filepath.Join(dir, "checkpoint.safetensors"))
	if err != nil {
		f.Fatal(err)
	}
	part := func(name string) []byte { return file.Tensor(weights.TrainingPrefix + name).Bytes }
	f.Add(part("position"), part("callback/0"), part("callback/1"))
	f.Fuzz(func(t *testing.T, position, first, second []byte) {
		dir := t.TempDir()
		tensors := append([]weights.Tensor(nil), file.Tensors...)
		for i := range tensors {
			for name, b := range map[string][]byte{"position": position, "callback/0": first, "callback/1": second} {
				if tensors[i].Name == weights.TrainingPrefix+name {
					tensors[i].Bytes, tensors[i].Shape = append([]byte{}, b...), []int{len(b)}
				}
			}
		}
		out, err := os.Create(filepath.Join(dir, "checkpoint.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := weights.WriteTensors(out, map[string]string{weights.KeyTraining: "1"}, tensors); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		if err := run(dir); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
