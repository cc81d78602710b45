package train

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/nngen-go/nngen/runtime/data"
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
func chooseOptimizer(current *optim.Optimizer, c Compiled, rule optim.Rule, n int) (*optim.Optimizer, error) {
	switch {
	case rule != nil && (current == nil || !same(rule, current.Rule)):
		return optim.New(rule, n)
	case current == nil:
		if c.Optimizer == nil {
			return nil, errors.New("train: the description names no optimizer: set Config.Optimizer")
		}
		return optim.New(c.Optimizer(), n)
	}
	if err := current.Rule.Validate(); err != nil {
		return nil, err
	}
	if names := current.Rule.Slots(); len(names) != len(current.Slots) {
		return nil, fmt.Errorf("train: the hyperparameters of %s changed between two calls so that it needs the accumulators %v, and has %d: use a new optimizer", current.Rule.Name(), names, len(current.Slots))
	}
	return current, nil
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
