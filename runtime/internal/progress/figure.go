package progress

import (
	"math"
	"strconv"
)

// Figure is a loss or a metric.
type Figure struct {
	Name  string
	Value float64
}

// AppendFigure formats a loss or a metric as Keras 3's progress bar does
// (utils/progbar.py): four decimals, in scientific notation up to 0.001.
func AppendFigure(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "nan"...)
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	case math.Abs(v) > 1e-3:
		return strconv.AppendFloat(b, v, 'f', 4, 64)
	default:
		return strconv.AppendFloat(b, v, 'e', 4, 64)
	}
}
