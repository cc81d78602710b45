package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// scripted puts made-up figures in place of those of an epoch.
func scripted(name string, values ...float64) train.Callback {
	return &train.Funcs{
		TrainBegin: func(s *train.State) error { s.Log(name, math.NaN()); return nil },
		EpochEnd:   func(s *train.State) error { s.Log(name, values[s.Epoch]); return nil },
	}
}

// inFolder names the files of a folder.
func inFolder(dir string) []string {
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestModelCheckpoint(t *testing.T) {
	figures := []float64{0.5, 0.25, 0.75, 0.125, 0.125}
	for _, c := range []struct {
		name     string
		callback train.ModelCheckpoint
		want     []string
	}{
		{"every epoch", train.ModelCheckpoint{FilePath: "{epoch:02d}-{err:.2f}.safetensors"},
			[]string{"01-0.50.safetensors", "02-0.25.safetensors", "03-0.75.safetensors", "04-0.12.safetensors", "05-0.12.safetensors"}},
		{"the best", train.ModelCheckpoint{FilePath: "best-{epoch}", SaveBestOnly: true, Monitor: "err", Mode: "min"}, []string{"best-1", "best-2", "best-4"}},
		{"more is better", train.ModelCheckpoint{FilePath: "{err:5.1e}", SaveBestOnly: true, Monitor: "err", Mode: "max"}, []string{"5.0e-01", "7.5e-01"}},
		{"a threshold", train.ModelCheckpoint{FilePath: "{epoch:3d}", SaveBestOnly: true, Monitor: "err", Mode: "min", InitialValueThreshold: &figures[1]}, []string{"  4"}},
		{"batches", train.ModelCheckpoint{FilePath: "sub/{epoch}-{batch}", SaveFreq: 4}, []string{"sub"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.callback.FilePath = filepath.Join(dir, c.callback.FilePath)
			e := engine(8)
			fit(t, e, &train.Session{Metadata: func() map[string]string { return map[string]string{weights.KeyModelID: "77"} }},
				compiled(8, 5), dataset(24), config{Callbacks: []train.Callback{scripted("err", figures...), &c.callback}})
			if got := inFolder(dir); !slices.Equal(got, c.want) {
				t.Errorf("files %q, want %q", got, c.want)
			}
			last := c.want[len(c.want)-1]
			if c.name == "batches" {
				if got := inFolder(filepath.Join(dir, "sub")); !slices.Equal(got, []string{"2-1", "3-2", "4-3"}) {
					t.Errorf("files %q", got)
				}
				last = "sub/4-3"
			}
			f, err := weights.Open(filepath.Join(dir, last))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.CopyModel("77", e.segs, make([]float32, len(e.params))); err != nil {
				t.Error(err)
			}
		})
	}
}

// What callbacks tell stands in Keras's words between the progress lines.
func TestCallbackMessages(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	fit(t, engine(8), &train.Session{}, compiled(8, 9), dataset(24), config{Progress: &b, Callbacks: []train.Callback{
		scripted("err", 0.5, 0.25, 0.75, 0.75),
		&train.LearningRateScheduler{Schedule: func(epoch int, rate float64) float64 { return rate }, Verbose: true},
		&train.ReduceLROnPlateau{Monitor: "err", Mode: "min", Patience: 1, Verbose: true},
		&train.ModelCheckpoint{FilePath: dir + "/{epoch}", SaveBestOnly: true, Monitor: "err", Mode: "min", Verbose: true},
		&train.EarlyStopping{Monitor: "err", Mode: "min", Patience: 2, RestoreBestWeights: true, Verbose: true},
	}})
	got := regexp.MustCompile(`- \d+s \d+[mu]?s/step - loss: .* - mae: \S+ - `).ReplaceAllString(b.String(), "… - ")
	got = strings.ReplaceAll(got, dir, "DIR")
	want := `Epoch 1: LearningRateScheduler setting learning rate to 0.1.
Epoch 1: err improved from None to 0.50000, saving model to DIR/1
Epoch 1/9 - 3/3 … - err: 0.5000 - learning_rate: 0.1000
Epoch 2: LearningRateScheduler setting learning rate to 0.1.
Epoch 2: err improved from 0.50000 to 0.25000, saving model to DIR/2
Epoch 2/9 - 3/3 … - err: 0.2500 - learning_rate: 0.1000
Epoch 3: LearningRateScheduler setting learning rate to 0.1.
Epoch 3: ReduceLROnPlateau reducing learning rate to 0.01.
Epoch 3: err did not improve from 0.25000
Epoch 3/9 - 3/3 … - err: 0.7500 - learning_rate: 0.1000
Epoch 4: LearningRateScheduler setting learning rate to 0.01.
Epoch 4: ReduceLROnPlateau reducing learning rate to 0.001.
Epoch 4: err did not improve from 0.25000
Epoch 4/9 - 3/3 … - err: 0.7500 - learning_rate: 0.0100
Epoch 4: early stopping
Restoring model weights from the end of the best epoch: 2.
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestCSVLogger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.csv")
	if err := os.WriteFile(path, []byte("what was there before\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	run := func(c *train.CSVLogger, first, epochs int) *train.History {
		c.Filename = path
		return fit(t, engine(8), &train.Session{}, compiled(8, epochs), dataset(24), config{InitialEpoch: first, ValidationData: dataset(3), ValidationFreq: 2, Callbacks: []train.Callback{c}})
	}
	h := run(&train.CSVLogger{Separator: ";"}, 0, 2)
	run(&train.CSVLogger{Separator: ";", Append: true}, 2, 3)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 5 || lines[0] != "epoch;loss;mae;val_loss;val_mae" || lines[4] != "" {
		t.Fatalf("%q", text)
	}
	if want := fmt.Sprintf("0;%v;%v;NA;NA", h.Column("loss")[0], h.Column("mae")[0]); lines[1] != want {
		t.Errorf("%s, want %s", lines[1], want)
	}
	if want := fmt.Sprintf("1;%v;%v;%v;%v", h.Column("loss")[1], h.Column("mae")[1], h.Column("val_loss")[1], h.Column("val_mae")[1]); lines[2] != want {
		t.Errorf("%s, want %s", lines[2], want)
	}
	if !strings.HasPrefix(lines[3], "2;") {
		t.Errorf("appended: %s", lines[3])
	}
}

func TestTerminateOnNaN(t *testing.T) {
	x, y := rows(24)
	x[20][1] = float32(math.Inf(1))
	run := func(c *train.TerminateOnNaN) (*train.History, error) {
		return train.Fit(context.Background(), engine(8), &train.Session{}, compiled(8, 5), data.Slices(x, y), config{NoShuffle: true, Callbacks: []train.Callback{c}})
	}
	h, err := run(&train.TerminateOnNaN{})
	if err != nil || len(h.Epochs) != 1 {
		t.Errorf("%d epochs, %v", len(h.Epochs), err)
	}
	if _, err := run(&train.TerminateOnNaN{RaiseError: true}); err == nil || !strings.HasPrefix(err.Error(), "train: the loss is ") || !strings.HasSuffix(err.Error(), " in batch 2 of epoch 0") {
		t.Errorf("error %v", err)
	}
}

// The names and steps of Keras's callback.
func TestTensorBoard(t *testing.T) {
	dir := t.TempDir()
	fit(t, engine(8), &train.Session{Step: 10}, compiled(8, 2), dataset(24), config{ValidationData: dataset(3), Callbacks: []train.Callback{
		&train.TensorBoard{LogDir: dir, UpdateFreq: 2, HistogramFreq: 2, WriteStepsPerSecond: true}}})
	found := map[string][]string{}
	for _, run := range []string{"train", "validation"} {
		entries, err := os.ReadDir(filepath.Join(dir, run))
		if err != nil || len(entries) != 1 {
			t.Fatalf("%s: %v, %v", run, entries, err)
		}
		text, err := os.ReadFile(filepath.Join(dir, run, entries[0].Name()))
		if err != nil {
			t.Fatal(err)
		}
		for len(text) > 0 {
			n := int(text[0]) | int(text[1])<<8
			event := text[12 : 12+n]
			text = text[16+n:]
			step := 0
			rest := event[9:]
			if rest[0] == 0x10 {
				step, rest = int(rest[1]), rest[2:]
			}
			if i := bytes.IndexByte(rest, 0x0a); rest[0] == 0x2a {
				value := rest[i+1:]
				value = value[bytes.IndexByte(value, 0x0a)+1:]
				found[run] = append(found[run], fmt.Sprintf("%s %d", value[1:1+value[0]], step))
			}
		}
	}
	want := map[string][]string{
		"train": {
			"batch_steps_per_second 2", "batch_loss 2", "batch_mae 2",
			"epoch_loss 0", "epoch_mae 0", "epoch_learning_rate 0", "epoch_steps_per_second 0", "y/kernel/histogram 0", "y/bias/histogram 0", "state/histogram 0",
			"batch_steps_per_second 4", "batch_loss 4", "batch_mae 4", "batch_steps_per_second 6", "batch_loss 6", "batch_mae 6",
			"epoch_loss 1", "epoch_mae 1", "epoch_learning_rate 1", "epoch_steps_per_second 1",
		},
		"validation": {
			"evaluation_loss_vs_iterations 13", "evaluation_mae_vs_iterations 13", "epoch_loss 0", "epoch_mae 0",
			"evaluation_loss_vs_iterations 16", "evaluation_mae_vs_iterations 16", "epoch_loss 1", "epoch_mae 1",
		},
	}
	for run := range want {
		if !slices.Equal(found[run], want[run]) {
			t.Errorf("%s:\n%q\nwant\n%q", run, found[run], want[run])
		}
	}
}

// Frozen state is put back after every step; what is not frozen is not.
func TestFrozenState(t *testing.T) {
	for _, freeze := range []bool{true, false} {
		e := &moving{engine(8)}
		s := &train.Session{}
		if freeze {
			if err := s.Freeze(e.segs, "state"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := train.Fit(context.Background(), e, s, compiled(8, 2), dataset(24), config{}); err != nil {
			t.Fatal(err)
		}
		if got := e.params[len(e.params)-1]; (got == 7) != freeze {
			t.Errorf("frozen %t: the state is %v", freeze, got)
		}
	}
	s := &train.Session{}
	if err := s.Unfreeze([]nn.Segment{{Name: "a/w", Flags: nn.Frozen}}, "a"); err == nil || !strings.Contains(err.Error(), `"a/w" is frozen in the description`) {
		t.Errorf("frozen by the description: %v", err)
	}
}

// Weights that the forward pass writes are put back as well where they are frozen.
func TestFrozenAssigned(t *testing.T) {
	for _, freeze := range []bool{true, false} {
		e := &writing{engine(8)}
		e.segs[0].Flags |= nn.Assigned
		before := slices.Clone(e.segs[0].Of(e.params))
		s := &train.Session{}
		if freeze {
			if err := s.Freeze(e.segs, e.segs[0].Name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := train.Fit(context.Background(), e, s, compiled(8, 2), dataset(24), config{}); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(e.segs[0].Of(e.params), before) != freeze {
			t.Errorf("frozen %t: weights %v, before %v", freeze, e.segs[0].Of(e.params), before)
		}
	}
}

// writing is an engine whose steps write its first weights.
type writing struct{ *linear }

func (e *writing) Train(n int, s train.Step) float64 {
	for i, w := range e.segs[0].Of(e.params) {
		e.segs[0].Of(e.params)[i] = w/2 + 1
	}
	return e.linear.Train(n, s)
}

// moving is an engine whose steps move the state.
type moving struct{ *linear }

func (e *moving) Train(n int, s train.Step) float64 {
	e.params[len(e.params)-1]++
	return e.linear.Train(n, s)
}

// The split of every class, in memory, for the kinds of targets there are.
func TestStratify(t *testing.T) {
	x, y := make([]vector, 20), make([]vector, 20)
	for i := range y {
		y[i][i/15] = 1 // one-hot: 15 rows of class 0, then 5 of class 1
		x[i][0] = float32(i)
	}
	seen := &seenRows{linear: engine(20)}
	c := compiled(20, 1)
	c.Metrics = nil
	if _, err := train.Fit(context.Background(), seen, &train.Session{}, c, data.Slices(x, y), config{ValidationSplit: 0.2, Stratify: true, NoShuffle: true}); err != nil {
		t.Fatal(err)
	}
	if got := seen.rows[16:]; !slices.Equal(got, []int{12, 13, 14, 19}) {
		t.Errorf("validation rows %v", got)
	}
	c.Loss = "sparse_categorical_crossentropy"
	_, err := train.Fit(context.Background(), engine(8), &train.Session{}, c, data.Slices(x, y), config{ValidationSplit: 0.2, Stratify: true})
	if want := "train: Stratify needs one class per row, the target has 3: give the validation rows as a data set of their own"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A stream that is read ahead gives the same bits, with steps that go on from
// epoch to epoch too.
func TestPrefetchedStream(t *testing.T) {
	for _, steps := range []int{0, 3} {
		a, b := engine(4), engine(4)
		cfg := config{StepsPerEpoch: steps, ValidationData: &stream{rows: dataset(9), len: -1}}
		ha := fit(t, a, &train.Session{Seed: 1}, compiled(12, 5), &stream{rows: dataset(50), len: -1}, cfg)
		ahead := &stream{rows: dataset(50), len: -1}
		cfg.ValidationData = data.Prefetch[vector, vector](&stream{rows: dataset(9), len: -1}, 16)
		hb := fit(t, b, &train.Session{Seed: 1}, compiled(12, 5), data.Prefetch[vector, vector](ahead, 64), cfg)
		if !slices.Equal(a.params, b.params) || fmt.Sprint(*ha) != fmt.Sprint(*hb) {
			t.Errorf("%d steps: %v and %v", steps, *ha, *hb)
		}
		if ahead.open != 0 {
			t.Errorf("%d steps: %d sequences left open", steps, ahead.open)
		}
	}
}

// Mistakes in callbacks and settings are errors before the first step.
func TestCallbackErrors(t *testing.T) {
	scheduled := optim.NewSGD(0.1)
	scheduled.Schedule = optim.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 100, DecayRate: 0.9}
	one := func(c train.Callback) config { return config{Callbacks: []train.Callback{c}} }
	for _, c := range []struct {
		cfg  config
		want string
	}{
		{one(&train.EarlyStopping{Monitor: "los"}), `train: EarlyStopping monitors "los", which this training does not have (did you mean "loss"?); it has loss, mae`},
		{one(&train.EarlyStopping{}), `train: EarlyStopping monitors "val_loss", which this training does not have: it has no validation: set ValidationData or ValidationSplit, or monitor "loss"`},
		{one(&train.EarlyStopping{Monitor: "mae", Mode: "mix"}), `train: EarlyStopping: unknown mode "mix" (did you mean "min"?); there are auto, min and max`},
		{config{Callbacks: []train.Callback{scripted("f"), &train.EarlyStopping{Monitor: "f"}}}, `train: EarlyStopping monitors "f", and it is not known whether more or less of it is better: set Mode to "max" or "min"`},
		{one(&train.ReduceLROnPlateau{Monitor: "loss", Factor: 1}), "train: ReduceLROnPlateau: the factor is 1, must lie between 0 and 1"},
		{one(&train.ReduceLROnPlateau{Monitor: "loss", MinLR: -1}), "train: ReduceLROnPlateau: the least learning rate is -1"},
		{config{Optimizer: scheduled, Callbacks: []train.Callback{&train.ReduceLROnPlateau{Monitor: "loss"}}}, "train: ReduceLROnPlateau: the learning rate of the optimizer sgd follows the schedule exponential_decay and cannot be set"},
		{config{Optimizer: scheduled, Callbacks: []train.Callback{&train.LearningRateScheduler{Schedule: func(int, float64) float64 { return 1 }}}}, "train: LearningRateScheduler: the learning rate of the optimizer sgd follows the schedule exponential_decay and cannot be set"},
		{one(&train.LearningRateScheduler{}), "train: LearningRateScheduler has no Schedule"},
		{one(&train.LearningRateScheduler{Schedule: func(int, float64) float64 { return -1 }}), "train: LearningRateScheduler in epoch 0: optim: sgd: learning_rate is -1, must be a finite number, 0 or above"},
		{one(&train.ModelCheckpoint{}), "train: ModelCheckpoint has no FilePath"},
		{one(&train.ModelCheckpoint{FilePath: "x", SaveFreq: -1}), "train: ModelCheckpoint: SaveFreq is -1"},
		{one(&train.ModelCheckpoint{FilePath: "{epoch:02d}-{lass:.2f}"}), `train: ModelCheckpoint: "{epoch:02d}-{lass:.2f}" names "lass", which is not known then (did you mean "loss"?); known are epoch, batch, loss, mae`},
		{one(&train.ModelCheckpoint{FilePath: "{loss:02d}"}), `train: ModelCheckpoint: "{loss:02d}": the format "02d" of "loss" is not one like 02d or .2f`},
		{one(&train.ModelCheckpoint{FilePath: "{loss:>9}"}), `train: ModelCheckpoint: "{loss:>9}": the format ">9" of "loss" is not one like 02d or .2f`},
		{config{ValidationData: dataset(3), Callbacks: []train.Callback{&train.ModelCheckpoint{FilePath: "x", SaveFreq: 2, SaveBestOnly: true}}}, `train: ModelCheckpoint monitors "val_loss", which is not known after a batch: set SaveFreq to 0`},
		{one(&train.CSVLogger{Filename: "x", Separator: ", "}), `train: CSVLogger: the separator ", " is not one character that can separate`},
		{one(&train.TensorBoard{UpdateFreq: -1}), "train: TensorBoard: HistogramFreq is 0, UpdateFreq -1"},
		{one(&train.BackupAndRestore{}), "train: BackupAndRestore has no BackupDir"},
		{one(&train.BackupAndRestore{BackupDir: "x", SaveFreq: -1}), "train: BackupAndRestore: SaveFreq is -1"},
		{config{ClassWeight: map[int]float64{-1: 1}}, "train: ClassWeight names class -1; classes count from 0"},
		{config{ClassWeight: map[int]float64{0: 1, 1: math.NaN()}}, "train: ClassWeight of class 1 is NaN, must be a finite number, 0 or above"},
		{config{InitialEpoch: -1}, "train: the initial epoch is -1"},
		{config{ValidationSteps: -1}, "train: the number of validation steps is -1"},
		{config{ValidationFreq: -2}, "train: the validation frequency is -2"},
		{config{ValidationBatchSize: -2}, "train: the batch size of the validation is -2"},
	} {
		s := &train.Session{}
		_, err := train.Fit(context.Background(), engine(8), s, compiled(8, 2), dataset(24), c.cfg)
		if err == nil || err.Error() != c.want {
			t.Errorf("%v\nwant %s", err, c.want)
		}
		if s.Step != 0 {
			t.Errorf("%s, after %d steps", c.want, s.Step)
		}
	}
	two := newLinear(8, 0, []string{"a", "b"}, []int{1, 2})
	c := compiled(8, 1)
	c.Metrics = nil
	_, err := train.Fit(context.Background(), two, &train.Session{}, c, dataset(24), config{ClassWeight: map[int]float64{0: 1}})
	if want := "train: ClassWeight needs a network with a single output, this one has 2 (a, b): give the weights with the rows"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// An epoch without validation has no figures of it, and the history says so.
func TestHistoryWithGaps(t *testing.T) {
	h := fit(t, engine(8), &train.Session{}, compiled(8, 7), dataset(24), config{InitialEpoch: 3, ValidationData: dataset(3), ValidationFreq: 2,
		Callbacks: []train.Callback{&train.LearningRateScheduler{Schedule: func(int, float64) float64 { return 0.5 }}}})
	if !slices.Equal(h.Epochs, []int{3, 4, 5, 6}) {
		t.Errorf("epochs %v", h.Epochs)
	}
	for i, v := range h.Column("val_loss") {
		if math.IsNaN(v) != (i%2 == 1) {
			t.Errorf("val_loss %v", h.Column("val_loss"))
			break
		}
	}
	if !slices.Equal(h.Column("learning_rate"), []float64{0.5, 0.5, 0.5, 0.5}) {
		t.Errorf("learning_rate %v", h.Column("learning_rate"))
	}
	if text, err := json.Marshal(h); err != nil || !strings.Contains(string(text), "null") {
		t.Errorf("%s, %v", text, err)
	}
}
