package modeltest

import (
	"context"
	"io"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/peak"
	"github.com/nngen-go/nngen/runtime/train"
)

// Types end in this file: the tests are compiled once, not with every generated
// package. They have a model, samples and outputs as values of type any, of which
// samples and outputs are pointers, and several of them as a list.

// testList holds values of a type of the package.
type testList struct{ reflect.Value }

// makeTestList makes n values of a type; made gives pointers to them, nil: zeros.
func makeTestList(t reflect.Type, n int, made func(i int) any) testList {
	l := testList{reflect.MakeSlice(reflect.SliceOf(t), n, n)}
	for i := range n {
		if made != nil {
			l.Index(i).Set(reflect.ValueOf(made(i)).Elem())
		}
	}
	return l
}

// at points to a value.
func (l testList) at(i int) any { return l.Index(i).Addr().Interface() }

// all points to every value.
func (l testList) all() []any {
	all := make([]any, l.Len())
	for i := range all {
		all[i] = l.at(i)
	}
	return all
}

// first is the first n values.
func (l testList) first(n int) testList { return testList{l.Slice(0, n)} }

// typedValues are those of a list.
func typedValues[E any](l testList) []E { return l.Interface().([]E) }

// freshValue points to a new value.
func freshValue(t reflect.Type) any { return reflect.New(t).Interface() }

// plainPredictor is a Predictor without its types.
type plainPredictor struct {
	input, output reflect.Type
	model         func(t *testing.T) any
	predictOf     func(m, dst, x any) (predict func())
	batchOf       func(m any, dst, x testList) (predict func() error)
	poison        func(m any)
	batchRows     int
	inputs        []Port
	inputsFrom    func(rows [][]float32) (testList, error)
	answer        *plainAnswer
	stream        *Stream
}

// predict predicts a sample.
func (p *plainPredictor) predict(m, dst, x any) { p.predictOf(m, dst, x)() }

// predictBatch predicts samples at once.
func (p *plainPredictor) predictBatch(m any, dst, x testList) error { return p.batchOf(m, dst, x)() }

// plainAnswer is an Answer without its types.
type plainAnswer struct {
	classify func(m, x any) (class int, p float32)
	values   func(o any) []float32
	names    []string
	parse    func(name string) (class int, err error)
	scores   bool
}

func (p *Predictor[M, I, O]) plain() *plainPredictor {
	u := &plainPredictor{
		input: reflect.TypeFor[I](), output: reflect.TypeFor[O](),
		model: func(t *testing.T) any { return p.Model(t) },
		predictOf: func(m, dst, x any) func() {
			model, output, input := m.(M), dst.(*O), x.(*I)
			return func() { p.Predict(model, output, input) }
		},
		batchOf: func(m any, dst, x testList) func() error {
			model, outputs, inputs := m.(M), typedValues[O](dst), typedValues[I](x)
			return func() error { return p.PredictBatch(model, outputs, inputs) }
		},
		poison:    func(m any) { p.Poison(m.(M)) },
		batchRows: p.BatchRows, inputs: p.Inputs, stream: p.Stream,
	}
	if p.InputsFrom != nil {
		u.inputsFrom = func(rows [][]float32) (testList, error) {
			x, err := p.InputsFrom(rows)
			return testList{reflect.ValueOf(x)}, err
		}
	}
	if a := p.Answer; a != nil {
		u.answer = &plainAnswer{
			classify: func(m, x any) (int, float32) { return a.Classify(m.(M), x.(*I)) },
			values:   func(o any) []float32 { return a.Values(o.(*O)) },
			names:    a.Names, parse: a.Parse, scores: a.Scores,
		}
	}
	return u
}

// plainNetwork is a Network without its types.
type plainNetwork struct {
	*plainPredictor
	newModel   func(opts ...nn.Option) any
	read       func(r io.Reader, opts ...nn.Option) (any, error)
	targets    []Port
	targetType reflect.Type
	engine     func(m any) train.Network
	load       func(e train.Network, row int, x, y any, weight float32) error
	arena      func(m any) []float32
	parts      func(m any, n int, s train.Step) (trained, evaluated func(t *nn.Worker))
	rule       func() optim.Rule
	gradients  func(m any, x, y testList) (loss float32, g []float32, err error)
	applyNone  func(m any) error // without an optimizer
	update     func(m any, f func(p []float32))
	follow     func(m any, o *optim.Optimizer, g float32) error // gradients that are all g
	finalize   func(m any, o *optim.Optimizer) error
	match      func(m any, path string) error
	fit        func(m any, x, y testList, f fitting) error

	calls              func(call Call)
	floats, ints, loss int
	constants          [][]float32
	indices            [][]int32
	assigned           [][3]int

	rows                                         int
	predictWork, batchWork, fitWork, weightBytes int
}

// fitting says how a model is fitted: over its rows, or over as many steps of all
// of them, which a meter follows.
type fitting struct {
	epochs, batch, steps int
	ordered              bool
	meter                *peak.Meter
	callbacks            []train.Callback
}

func (n *Network[M, I, O, T, P]) plain() *plainNetwork {
	return &plainNetwork{
		plainPredictor: n.Predictor.plain(),
		newModel:       func(opts ...nn.Option) any { return n.New(opts...) },
		read:           func(r io.Reader, opts ...nn.Option) (any, error) { return n.Read(r, opts...) },
		targets:        n.Targets, targetType: reflect.TypeFor[T](),
		engine: func(m any) train.Network { return n.Engine(m.(M)) },
		load: func(e train.Network, row int, x, y any, weight float32) error {
			return e.(train.Engine[I, T]).Load(row, x.(*I), y.(*T), weight)
		},
		arena: func(m any) []float32 { return n.Arena(m.(M)) },
		parts: func(m any, rows int, s train.Step) (trained, evaluated func(t *nn.Worker)) {
			return n.Parts(m.(M), rows, s)
		},
		rule: n.Rule,
		gradients: func(m any, x, y testList) (float32, []float32, error) {
			g := new(P)
			loss, err := m.(M).Gradients(g, train.Batch[I, T]{X: typedValues[I](x), Y: typedValues[T](y)})
			return loss, n.Flat(g), err
		},
		update: func(m any, f func(p []float32)) { m.(M).Update(func(p *P) { f(n.Flat(p)) }) },
		follow: func(m any, o *optim.Optimizer, g float32) error {
			grads := new(P)
			for i := range n.Flat(grads) {
				n.Flat(grads)[i] = g
			}
			return m.(M).Apply(o, grads)
		},
		finalize: func(m any, o *optim.Optimizer) error { return m.(M).Finalize(o) },
		match: func(m any, path string) error {
			_, err := m.(M).LoadMatching(path)
			return err
		},
		applyNone: func(m any) error { return m.(M).Apply(nil, new(P)) },
		fit: func(m any, x, y testList, f fitting) error {
			inputs, targets := typedValues[I](x), typedValues[T](y)
			d := data.Slices(inputs, targets)
			if f.meter != nil {
				d = &repeated[I, T]{d, inputs, targets, f.steps, f.meter}
			}
			cfg := train.Config[I, T]{Epochs: f.epochs, BatchSize: f.batch, NoShuffle: f.ordered, ValidationSplit: -1, StepsPerEpoch: -1, OwnCallbacks: true, Callbacks: f.callbacks}
			_, err := m.(M).Fit(context.Background(), d, cfg)
			return err
		},
		calls: n.Calls, floats: n.Floats, ints: n.Ints, loss: n.Loss, constants: n.Constants, indices: n.Indices, assigned: n.Assigned,
		rows: n.Rows, predictWork: n.PredictWork, batchWork: n.BatchWork, fitWork: n.FitWork, weightBytes: n.WeightBytes,
	}
}
