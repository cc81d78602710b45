package weights

import "strconv"

// maxAxes bounds how much of a shape is printed: it may come from a hostile
// file.
const maxAxes = 8

// shapeText prints a shape as Keras does: (784, 512), (10,), ().
func shapeText(shape []int) string {
	b := []byte{'('}
	for i, d := range shape {
		if i > 0 {
			b = append(b, ", "...)
		}
		if i == maxAxes {
			b = append(b, "..."...)
			break
		}
		b = strconv.AppendInt(b, int64(d), 10)
	}
	if len(shape) == 1 {
		b = append(b, ',')
	}
	return string(append(b, ')'))
}
