package train

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/optim"
)

// pick returns the first setting that is not zero: of the call, of the
// description, of Keras.
func pick(what string, settings ...int) (int, error) {
	for _, v := range settings {
		if v < 0 {
			return 0, fmt.Errorf("train: the %s is %d", what, v)
		}
		if v > 0 {
			return v, nil
		}
	}
	return 0, nil
}

// settings are those of a call, taken from it or from the description.
type settings struct {
	batch, validationBatch int
	epochs, validateEvery  int
	steps                  int // per epoch; 0: until the rows end
	classWeight            map[int]float64
	callbacks              []Callback
}

func settle(c Compiled, cfg config) (s settings, err error) {
	if s.batch, err = pick("batch size", cfg.BatchSize, c.BatchSize, 32); err != nil {
		return s, err
	}
	if s.epochs, err = pick("number of epochs", cfg.Epochs, c.Epochs, 1); err != nil {
		return s, err
	}
	if s.validationBatch, err = pick("batch size of the validation", cfg.ValidationBatchSize, s.batch); err != nil {
		return s, err
	}
	if s.validateEvery, err = pick("validation frequency", cfg.ValidationFreq, 1); err != nil {
		return s, err
	}
	if cfg.InitialEpoch < 0 {
		return s, fmt.Errorf("train: the initial epoch is %d", cfg.InitialEpoch)
	}
	if s.steps = cfg.StepsPerEpoch; s.steps == 0 {
		s.steps = c.StepsPerEpoch
	}
	s.steps = max(s.steps, 0)
	if s.classWeight = cfg.ClassWeight; s.classWeight == nil {
		s.classWeight = c.ClassWeight
	}
	if c.Callbacks != nil && !cfg.OwnCallbacks {
		s.callbacks = c.Callbacks()
	}
	s.callbacks = append(s.callbacks, cfg.Callbacks...)
	for i, callback := range cfg.Callbacks {
		if callback == nil {
			return s, fmt.Errorf("train: callback %d is nil", i)
		}
	}
	_, err = pick("number of validation steps", cfg.ValidationSteps)
	return s, err
}

// divide returns the rows to train on and the rows held for validation, nil if
// there are none.
func divide(c Compiled, d *dataset, cfg config) (training, held *dataset, err error) {
	if cfg.ValidationData != nil {
		return d, cfg.ValidationData, nil
	}
	fraction := cfg.ValidationSplit
	if fraction == 0 {
		fraction = c.ValidationSplit
	}
	if fraction <= 0 {
		return d, nil, nil
	}
	if d == nil {
		return nil, nil, errors.New("train: no training data")
	}
	var class func(unsafe.Pointer) int
	if cfg.Stratify {
		if class, err = classOf(cfg.target, c.Loss); err != nil {
			return nil, nil, err
		}
	}
	return cfg.split(fraction, class)
}

// chooseOptimizer returns the optimizer that a call of Fit uses: a fresh one for
// a rule that is new to the session, else the session's.
func chooseOptimizer(current *optim.Optimizer, c Compiled, rule optim.Rule, segments []nn.Segment) (*optim.Optimizer, error) {
	switch {
	case rule != nil && (current == nil || !same(rule, current.Rule)):
		return optim.New(rule, segments)
	case current == nil:
		if c.Optimizer == nil {
			return nil, errors.New("train: the description names no optimizer: set Config.Optimizer")
		}
		return optim.New(c.Optimizer(), segments)
	}
	return current, current.Validate()
}

// same reports whether two rules are one and the same.
func same(a, b optim.Rule) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.TypeOf(a).Comparable() && a == b
}

// batches returns how many batches of at most size rows there are, -1 if the
// number of rows is not known.
func batches(rows, size int) int {
	if rows < 0 {
		return -1
	}
	return rows/size + min(rows%size, 1) // without a sum that could overflow
}
