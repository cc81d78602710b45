package modeltest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

// FeatureModel is what the Model of every trainable package has that encodes
// rows: F, I and T are its Features, Input and Target.
type FeatureModel[F, I, T any] interface {
	Adapt(d data.Dataset[F, T]) error
	Adapted() bool
	Encode(dst *I, f F) error
	FitFeatures(ctx context.Context, d data.Dataset[F, T], cfg train.Config[I, T]) (*train.History, error)
	EvaluateFeatures(ctx context.Context, d data.Dataset[F, T]) (train.Result, error)
	LoadMatching(path string) (weights.Report, error)
	Save(path string) error
	WriteTo(w io.Writer) (int64, error)
}

// Learner is what the tests of a trainable package need to know that encodes
// rows.
type Learner[M FeatureModel[F, I, T], F, I, T any] struct {
	New     func(opts ...nn.Option) M
	Read    func(r io.Reader, opts ...nn.Option) (M, error)
	Row     func(i int) F
	Targets []T
	Learns  bool // from the training rows
}

// Test learns an encoding, trains with it, and takes it through a file.
func (l Learner[M, F, I, T]) Test(t *testing.T) {
	x := make([]F, len(l.Targets))
	for i := range x {
		x[i] = l.Row(i)
	}
	rows := data.Slices(x, l.Targets)
	m := l.New(nn.Seed(1))
	if l.Learns && m.Encode(new(I), x[0]) == nil {
		t.Error("a model that has learned nothing encoded a row")
	}
	if _, err := m.FitFeatures(t.Context(), rows, train.Config[I, T]{Epochs: 1, ValidationSplit: 0.25, StepsPerEpoch: -1, OwnCallbacks: true}); err != nil {
		t.Fatal(err)
	}
	if !m.Adapted() {
		t.Error("the encoding was not learned")
	}
	if _, err := m.EvaluateFeatures(t.Context(), rows); err != nil {
		t.Error(err)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := l.Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		var before, after I
		if err := m.Encode(&before, x[i]); err != nil {
			t.Fatal(err)
		}
		if err := again.Encode(&after, x[i]); err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
			t.Fatalf("row %d is encoded differently after the way through a file: %v", i, err)
		}
	}
	if l.Learns {
		l.learned(t, m, b.Bytes(), again)
	}
}

func (l Learner[M, F, I, T]) learned(t *testing.T, m M, file []byte, again M) {
	var b bytes.Buffer
	if _, err := again.WriteTo(&b); err != nil || !bytes.Equal(b.Bytes(), file) {
		t.Errorf("the encoding changed on the way through a file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	tuned := l.New()
	if _, err := tuned.LoadMatching(path); err != nil || !tuned.Adapted() {
		t.Errorf("the encoding was not taken over: %v", err)
	}
	if err := m.Adapt(data.Slices[F, T](nil, nil)); err == nil || !m.Adapted() {
		t.Errorf("without rows: %v, adapted %v", err, m.Adapted())
	}
}
