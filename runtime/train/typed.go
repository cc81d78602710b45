package train

import (
	"io"
	"iter"
	"reflect"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/optim"
)

// This file is where types end. A generated package has types of its own for an
// input and a target, X and Y; the functions here make of what it hands over what
// knows neither, so that the rest of the package is compiled once, not with every
// generated package.

// row is an example without its types: x is a *X, y a *Y.
type row struct {
	x, y   unsafe.Pointer
	weight float32
}

// dataset is a data.Dataset without its types.
type dataset struct {
	source interface{ Len() int }
	at     func(i int) row // of an indexed one; nil: it is a stream

	// A stream hands out weights alone, and keeps the rows that belong to them,
	// because those of a batch must be counted before the first of them is
	// trained on.
	stream func(epoch int) iter.Seq2[float32, error]
	kept   func(i int) row // since forget
	forget func()
}

// untyped takes the types off a data set; nil stays nil.
func untyped[X, Y any](d data.Dataset[X, Y]) *dataset {
	if d == nil {
		return nil
	}
	u := &dataset{source: d}
	if all, ok := d.(data.Indexed[X, Y]); ok {
		u.at = func(i int) row {
			x, y, weight := all.At(i)
			return row{unsafe.Pointer(x), unsafe.Pointer(y), weight}
		}
		return u
	}
	var examples []data.Example[X, Y]
	u.stream = func(epoch int) iter.Seq2[float32, error] {
		return func(yield func(float32, error) bool) {
			for e, err := range d.Rows(epoch) {
				if err == nil {
					examples = append(examples, e)
				}
				if !yield(e.Weight, err) {
					return
				}
			}
		}
	}
	u.kept = func(i int) row {
		e := &examples[i]
		return row{unsafe.Pointer(&e.X), unsafe.Pointer(&e.Y), e.Weight}
	}
	u.forget = func() { examples = examples[:0] }
	return u
}

// engine is an Engine without its types.
type engine struct {
	Network
	load  func(at int, r row) error
	input pointer // to an input
}

// pointer is a nil pointer to a value of some type. What is generic hands types on as
// these: with reflect.TypeFor every generated package compiles the methods of reflect's
// types once more.
type pointer any

// pointed is the type that p points to.
func pointed(p pointer) reflect.Type { return reflect.TypeOf(p).Elem() }

// bare takes the types off an engine.
func bare[X, Y any](e Engine[X, Y]) engine {
	load := func(at int, r row) error { return e.Load(at, (*X)(r.x), (*Y)(r.y), r.weight) }
	return engine{e, load, (*X)(nil)}
}

// config is a Config without its types: the settings of the same names.
type config struct {
	Epochs, InitialEpoch, BatchSize, StepsPerEpoch       int
	ClassWeight                                          map[int]float64
	ValidationSplit                                      float64
	Stratify                                             bool
	ValidationData                                       *dataset
	ValidationBatchSize, ValidationSteps, ValidationFreq int
	NoShuffle                                            bool
	Optimizer                                            optim.Rule
	Callbacks                                            []Callback
	OwnCallbacks                                         bool
	Progress                                             io.Writer

	// split cuts rows for validation off the training data: those at the end, or
	// with a function that tells the class of a *Y some of every class.
	split  func(fraction float64, class func(unsafe.Pointer) int) (training, held *dataset, err error)
	target pointer // to a target
}

// plain takes the types off the configuration of a training on d.
func plain[X, Y any](cfg Config[X, Y], d data.Dataset[X, Y]) config {
	return config{
		Epochs: cfg.Epochs, InitialEpoch: cfg.InitialEpoch, BatchSize: cfg.BatchSize, StepsPerEpoch: cfg.StepsPerEpoch,
		ClassWeight: cfg.ClassWeight, ValidationSplit: cfg.ValidationSplit, Stratify: cfg.Stratify,
		ValidationData: untyped(cfg.ValidationData), ValidationBatchSize: cfg.ValidationBatchSize,
		ValidationSteps: cfg.ValidationSteps, ValidationFreq: cfg.ValidationFreq, NoShuffle: cfg.NoShuffle,
		Optimizer: cfg.Optimizer, Callbacks: cfg.Callbacks, OwnCallbacks: cfg.OwnCallbacks, Progress: cfg.Progress,
		split: func(fraction float64, class func(unsafe.Pointer) int) (training, held *dataset, err error) {
			rows, others, err := split(d, fraction, class)
			if err != nil {
				return nil, nil, err
			}
			return untyped(rows), untyped(others), nil
		},
		target: (*Y)(nil),
	}
}

// split cuts rows for validation off a data set: see config.
func split[X, Y any](d data.Dataset[X, Y], fraction float64, class func(unsafe.Pointer) int) (training, held data.Dataset[X, Y], err error) {
	var of func(y *Y) int
	if class != nil {
		of = func(y *Y) int { return class(unsafe.Pointer(y)) }
	}
	training, held, err = data.StratifiedSplit(d, fraction, of)
	if err != nil {
		return nil, nil, err // and not two data sets that are nil
	}
	return training, held, nil
}
