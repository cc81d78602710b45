package train

import (
	"errors"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/data"
)

// Hold splits off the rows that [Fit] would hold for validation, before they
// are encoded: what an encoding learns, it may learn from the others alone. With
// a class function every class gives its fraction ([data.StratifiedSplit]); nil:
// the last rows are taken. Where cfg has validation data, or no rows are to be
// held, held is nil.
func Hold[F, X, Y any](c Compiled, cfg Config[X, Y], d data.Dataset[F, Y], class func(*Y) int) (rows, held data.Dataset[F, Y], err error) {
	if d == nil {
		return nil, nil, errors.New("train: no training data")
	}
	fraction := cfg.ValidationSplit
	if fraction == 0 {
		fraction = c.ValidationSplit
	}
	if cfg.ValidationData != nil || fraction <= 0 {
		return d, nil, nil
	}
	var of func(unsafe.Pointer) int
	if class != nil {
		of = func(y unsafe.Pointer) int { return class((*Y)(y)) }
	} else if cfg.Stratify {
		if of, err = classOf((*Y)(nil), c.Loss); err != nil {
			return nil, nil, err
		}
	}
	return split(d, fraction, of)
}
