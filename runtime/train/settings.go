package train

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/nngen-go/nngen/runtime/data"
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

// divide returns the rows to train on and the rows held for validation, nil if
// there are none.
func divide[X, Y any](c Compiled, d data.Dataset[X, Y], cfg Config[X, Y]) (training, held data.Dataset[X, Y], err error) {
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
	training, held, err = data.Split(d, fraction)
	return training, held, err
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
	return (rows + size - 1) / size
}
