package train_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// course is a training whose interruption must not show.
type course struct {
	name  string
	steps int // per epoch
	data  func() data.Dataset[vector, vector]
	freq  int // of checkpoints
	stop  bool
}

func courses() []course {
	inMemory := func() data.Dataset[vector, vector] { return dataset(52) }
	streamed := func() data.Dataset[vector, vector] { return &stream{rows: dataset(52), len: -1} }
	return []course{
		{"epochs", 0, inMemory, 0, false},
		{"batches", 0, inMemory, 4, false},
		{"steps across epochs", 3, inMemory, 5, false},
		{"a stream", 0, streamed, 4, true},
		{"steps of a stream", 5, streamed, 7, false},
	}
}

const courseEpochs = 9

// end is all that a course comes to.
type end struct {
	params  []uint32
	history string
	csv     string
	rate    float64
	steps   uint64
	stopped int
}

// run trains in dir, from where an earlier call was interrupted. The context and
// the callbacks decide how far it comes.
func (c course) run(ctx context.Context, dir string, seed uint64, extra ...train.Callback) (end, error) {
	e, s := engine(4), &train.Session{Seed: seed}
	for i := range e.params {
		e.params[i] = float32(seed) // what is restored must not depend on it
	}
	compiled := train.Compiled{
		Loss:      "mean_squared_error",
		Optimizer: func() optim.Rule { return optim.NewAdam(0.05) },
		Metrics: func() [][]metric.Metric {
			return [][]metric.Metric{{metric.MeanAbsoluteError("mae"), metric.MeanSquaredError("mse")}}
		},
		BatchSize: 8, Epochs: courseEpochs, Shuffle: true,
	}
	early := &train.EarlyStopping{Monitor: "loss", MinDelta: 0.02, Patience: 100, RestoreBestWeights: true}
	if c.stop {
		early.MinDelta, early.Patience = 1000, 4
	}
	cfg := config{
		StepsPerEpoch: c.steps, ValidationData: dataset(9), ValidationFreq: 2,
		Callbacks: append([]train.Callback{
			&train.BackupAndRestore{BackupDir: filepath.Join(dir, "backup"), SaveFreq: c.freq}, // first in the list, last to be called
			&train.LearningRateScheduler{Schedule: func(_ int, rate float64) float64 { return rate * 0.97 }},
			&train.ReduceLROnPlateau{Monitor: "loss", Factor: 0.5, Patience: 2, MinDelta: 0.05},
			early,
			&train.CSVLogger{Filename: filepath.Join(dir, "log.csv")},
		}, extra...),
	}
	h, err := train.Fit(ctx, e, s, compiled, c.data(), cfg)
	var r end
	for _, v := range e.params {
		r.params = append(r.params, math.Float32bits(v))
	}
	text, readErr := os.ReadFile(filepath.Join(dir, "log.csv"))
	if readErr != nil {
		return r, readErr
	}
	r.history, r.csv, r.rate, r.steps, r.stopped = fmt.Sprint(*h), string(text), s.Optimizer.LearningRate(), s.Step, early.StoppedEpoch()
	return r, err
}

func (r end) differs(o end) string {
	switch {
	case !slices.Equal(r.params, o.params):
		return fmt.Sprintf("parameters %x\nand %x", r.params, o.params)
	case r.history != o.history:
		return r.history + "\nand " + o.history
	case r.csv != o.csv:
		return r.csv + "\nand\n" + o.csv
	case r.rate != o.rate || r.steps != o.steps || r.stopped != o.stopped:
		return fmt.Sprint(r.rate, r.steps, r.stopped, " and ", o.rate, o.steps, o.stopped)
	}
	return ""
}

// A training that is cancelled at any moment and resumed by another program ends
// with the same bits as one that is left alone.
func TestResumeAfterCancel(t *testing.T) {
	for _, c := range courses() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // they wait for the disk
			want, err := c.run(context.Background(), t.TempDir(), 5)
			if err != nil {
				t.Fatal(err)
			}
			if c.stop != (want.stopped > 0) {
				t.Fatalf("stopped after epoch %d", want.stopped)
			}
			moments := 0
			for moment := 1; ; moment += 11 {
				dir, left := t.TempDir(), moment
				ctx, cancel := context.WithCancel(context.Background())
				tick := func(*train.State) error {
					if left--; left == 0 {
						cancel()
					}
					return nil
				}
				watch := &train.Funcs{TrainBegin: tick, EpochBegin: tick, BatchBegin: tick, BatchEnd: tick, ValidationBegin: tick, ValidationEnd: tick, EpochEnd: tick}
				got, err := c.run(ctx, dir, 5, watch)
				if left > 0 { // the training has fewer moments
					cancel()
					break
				}
				moments++
				seed := uint64(5)
				if err == nil { // cancelled at its very end
					cancel()
				} else if !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				} else {
					file, err := weights.Open(filepath.Join(dir, "backup", "checkpoint.safetensors"))
					if err != nil {
						t.Fatalf("moment %d: %v", moment, err)
					}
					e := engine(4)
					if err := file.Copy(e.segs, e.params); err != nil {
						t.Fatalf("moment %d: the checkpoint is not a weights file: %v", moment, err)
					}
					seed = 99 // the checkpoint brings its own
					if got, err = c.run(context.Background(), dir, seed, &train.Funcs{}); err != nil {
						t.Fatalf("moment %d: %v", moment, err)
					}
				}
				if d := got.differs(want); d != "" {
					t.Fatalf("interrupted at moment %d of %d calls: %s", moment, moments, d)
				}
				if _, err := os.Stat(filepath.Join(dir, "backup")); !os.IsNotExist(err) {
					t.Errorf("moment %d: the checkpoint is still there: %v", moment, err)
				}
			}
			if moments < 5 {
				t.Errorf("only %d moments", moments)
			}
		})
	}
}

// What does not belong to the training is refused, and the file stays.
func TestResumeOfAnotherTraining(t *testing.T) {
	dir, log := t.TempDir(), filepath.Join(t.TempDir(), "log.csv")
	backup := &train.BackupAndRestore{BackupDir: dir, KeepCheckpoint: true}
	base := func() (*linear, train.Compiled, data.Dataset[vector, vector], config) {
		return engine(4), compiled(8, 2), dataset(24), config{Callbacks: []train.Callback{backup, &train.CSVLogger{Filename: log}}}
	}
	e, c, d, cfg := base()
	first := fit(t, e, &train.Session{Seed: 1}, c, d, cfg)
	params := slices.Clone(e.params)

	// The same call trains no more; one with more epochs goes on.
	e, c, d, cfg = base()
	if h := fit(t, e, &train.Session{}, c, d, cfg); fmt.Sprint(*h) != fmt.Sprint(*first) || !slices.Equal(e.params, params) {
		t.Errorf("a training that is done: %v, %v", *h, e.params)
	}
	text, err := os.ReadFile(backup.Path())
	if err != nil {
		t.Fatal(err)
	}
	e, c, d, cfg = base()
	cfg.Epochs = 3
	if h := fit(t, e, &train.Session{}, c, d, cfg); len(h.Epochs) != 3 {
		t.Errorf("more epochs: %v", *h)
	}

	for _, test := range []struct {
		name   string
		change func(e *linear, c *train.Compiled, d *data.Dataset[vector, vector], cfg *config)
		want   string
	}{
		{"batch size", func(_ *linear, _ *train.Compiled, _ *data.Dataset[vector, vector], cfg *config) { cfg.BatchSize = 4 },
			"train: %s is of another training: batch size 8 there, 4 now; to begin anew, delete the file"},
		{"rows and optimizer", func(_ *linear, c *train.Compiled, d *data.Dataset[vector, vector], _ *config) {
			*d = dataset(25)
			c.Optimizer = func() optim.Rule { return optim.NewAdam(0.1) }
		}, `train: %s is of another training: training rows 24 there, 25 now, optimizer sgd there, adam now; to begin anew, delete the file`},
		{"callbacks", func(_ *linear, _ *train.Compiled, _ *data.Dataset[vector, vector], cfg *config) {
			cfg.Callbacks = cfg.Callbacks[:1]
		}, `train: %s is of a training with the callbacks [*train.CSVLogger], this one has []; to begin anew, delete the file`},
		{"network", func(e *linear, _ *train.Compiled, _ *data.Dataset[vector, vector], _ *config) {
			*e = *newLinear(4, 0, []string{"z"}, []int{3})
		}, `%s: the weights do not fit the model`},
		{"two of them", func(_ *linear, _ *train.Compiled, _ *data.Dataset[vector, vector], cfg *config) {
			cfg.Callbacks = append(cfg.Callbacks, &train.BackupAndRestore{BackupDir: "b"})
		}, `train: there are two callbacks BackupAndRestore, in`},
	} {
		if err := os.WriteFile(backup.Path(), text, 0o666); err != nil {
			t.Fatal(err)
		}
		e, c, d, cfg := base()
		test.change(e, &c, &d, &cfg)
		before := slices.Clone(e.params)
		_, err := train.Fit(context.Background(), e, &train.Session{}, c, d, cfg)
		want := strings.ReplaceAll(test.want, "%s", backup.Path())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", test.name, err, want)
		}
		if !slices.Equal(e.params, before) {
			t.Errorf("%s: the parameters have changed", test.name)
		}
		if now, err := os.ReadFile(backup.Path()); err != nil || !slices.Equal(now, text) {
			t.Errorf("%s: the checkpoint has changed, %v", test.name, err)
		}
	}

	// A file that is damaged, or cut off at any place, is an error.
	header := 8 + int(binary.LittleEndian.Uint64(text))
	for at := 1; at < len(text); at += 7 {
		damaged := slices.Clone(text)
		damaged[at] ^= 0x55
		for _, bad := range [][]byte{damaged, text[:at]} {
			if err := os.WriteFile(backup.Path(), bad, 0o666); err != nil {
				t.Fatal(err)
			}
			e, c, d, cfg := base()
			_, err := train.Fit(context.Background(), e, &train.Session{}, c, d, cfg)
			if err == nil && slices.Equal(e.params, params) && len(bad) == len(text) && at < header {
				continue // the name of a piece of metadata, and what it names is right
			}
			if err == nil || !strings.Contains(err.Error(), backup.Path()) {
				t.Fatalf("damaged at byte %d: %v", at, err)
			}
		}
	}
	if err := weights.Save(backup.Path(), nil, e.segs, e.params); err != nil {
		t.Fatal(err)
	}
	e, c, d, cfg = base()
	if _, err := train.Fit(context.Background(), e, &train.Session{}, c, d, cfg); err == nil || !strings.Contains(err.Error(), "is not a checkpoint that this program reads") {
		t.Errorf("a weights file: %v", err)
	}
}

// With an interval the clock decides: none is written before it has passed, and
// one after every batch where it is shorter than a batch.
func TestBackupInterval(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		want     bool
	}{{time.Hour, false}, {time.Nanosecond, true}} {
		backup := &train.BackupAndRestore{BackupDir: t.TempDir(), Interval: c.interval}
		batches := 0
		look := &hook{batchEnd: func(*train.State) error {
			if batches++; batches > 1 { // those of the batch before
				if _, err := os.Stat(backup.Path()); (err == nil) != c.want {
					t.Errorf("interval %v: after batch %d: %v", c.interval, batches-1, err)
				}
			}
			return nil
		}}
		fit(t, engine(4), &train.Session{Seed: 1}, compiled(8, 2), dataset(24), config{Callbacks: []train.Callback{backup, look}})
		if batches != 6 {
			t.Errorf("%d batches", batches)
		}
	}
	_, err := train.Fit(context.Background(), engine(4), &train.Session{}, compiled(8, 2), dataset(24), config{
		Callbacks: []train.Callback{&train.BackupAndRestore{BackupDir: t.TempDir(), Interval: -1}},
	})
	if err == nil || err.Error() != "train: BackupAndRestore: Interval is -1ns" {
		t.Errorf("a negative interval: %v", err)
	}
}
