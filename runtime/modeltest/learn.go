package modeltest

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"reflect"
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
	u := &plainLearner{
		rows: len(x), learns: l.Learns, input: reflect.TypeFor[I](),
		fresh:  func(opts ...nn.Option) learning { return l.New(opts...) },
		read:   func(r io.Reader) (learning, error) { return l.Read(r) },
		encode: func(m learning, dst any, i int) error { return m.(M).Encode(dst.(*I), x[i]) },
		fit: func(m learning) error {
			_, err := m.(M).FitFeatures(t.Context(), rows, train.Config[I, T]{Epochs: 1, ValidationSplit: 0.25, StepsPerEpoch: -1, OwnCallbacks: true})
			return err
		},
		evaluate: func(m learning) error {
			_, err := m.(M).EvaluateFeatures(t.Context(), rows)
			return err
		},
		adaptNone: func(m learning) error { return m.(M).Adapt(data.Slices[F, T](nil, nil)) },
	}
	u.test(t)
}

// learning is a FeatureModel without its types.
type learning interface {
	Adapted() bool
	LoadMatching(path string) (weights.Report, error)
	Save(path string) error
	WriteTo(w io.Writer) (int64, error)
}

// plainLearner is a Learner without its types.
type plainLearner struct {
	rows      int
	learns    bool
	input     reflect.Type
	fresh     func(opts ...nn.Option) learning
	read      func(r io.Reader) (learning, error)
	encode    func(m learning, dst any, row int) error
	fit       func(m learning) error
	evaluate  func(m learning) error
	adaptNone func(m learning) error // to no rows
}

func (l *plainLearner) test(t *testing.T) {
	m := l.fresh(nn.Seed(1))
	if l.learns && l.encode(m, freshValue(l.input), 0) == nil {
		t.Error("a model that has learned nothing encoded a row")
	}
	if err := l.fit(m); err != nil {
		t.Fatal(err)
	}
	if !m.Adapted() {
		t.Error("the encoding was not learned")
	}
	if err := l.evaluate(m); err != nil {
		t.Error(err)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := l.read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.rows {
		before, after := freshValue(l.input), freshValue(l.input)
		if err := l.encode(m, before, i); err != nil {
			t.Fatal(err)
		}
		if err := l.encode(again, after, i); err != nil || pointedText(after) != pointedText(before) {
			t.Fatalf("row %d is encoded differently after the way through a file: %v", i, err)
		}
	}
	if l.learns {
		l.learned(t, m, b.Bytes(), again)
	}
}

func (l *plainLearner) learned(t *testing.T, m learning, file []byte, again learning) {
	var b bytes.Buffer
	if _, err := again.WriteTo(&b); err != nil || !bytes.Equal(b.Bytes(), file) {
		t.Errorf("the encoding changed on the way through a file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	tuned := l.fresh()
	if _, err := tuned.LoadMatching(path); err != nil || !tuned.Adapted() {
		t.Errorf("the encoding was not taken over: %v", err)
	}
	if err := l.adaptNone(m); err == nil || !m.Adapted() {
		t.Errorf("without rows: %v, adapted %v", err, m.Adapted())
	}
}
