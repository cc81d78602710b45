package train

import (
	"errors"

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
	switch {
	case cfg.ValidationData != nil || fraction <= 0:
		return d, nil, nil
	case class == nil && cfg.Stratify:
		if class, err = classOf[Y](c.Loss); err != nil {
			return nil, nil, err
		}
		fallthrough
	case class != nil:
		rows, held, err = data.StratifiedSplit(d, fraction, class)
	default:
		rows, held, err = data.Split(d, fraction)
	}
	if err != nil {
		return nil, nil, err
	}
	return rows, held, nil
}
