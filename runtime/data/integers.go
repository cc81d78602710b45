package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// integers is an array whose values can be had without rounding: float32 holds
// the whole numbers up to 2²⁴ alone.
type integers interface {
	Array
	// Integers writes the values of row i, 0 <= i < Len(), to dst, which holds
	// Width() of them. A value that is not a whole number of 32 bits is an error.
	Integers(i int, dst []int32) error
}

// integer reads a whole number, which may be written as a float.
func integer(text string) (int32, error) {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, bad := strconv.ParseFloat(text, 64)
		switch {
		case text == "":
			return 0, errors.New("the field is empty")
		case bad != nil || f != f:
			return 0, fmt.Errorf("%.80q is not a number", text)
		}
		if v, err = wholeFloat(f); err != nil {
			return 0, fmt.Errorf("%.80q is not a whole number", text)
		}
	}
	if v != int64(int32(v)) {
		return 0, beyond(v)
	}
	return int32(v), nil
}

// readIntegers reads a row of any array.
func readIntegers(a Array, i int, dst []int32) error {
	if a, ok := a.(integers); ok {
		return a.Integers(i, dst)
	}
	row := make([]float32, len(dst))
	a.Row(i, row)
	return wholes(dst, func(k int) (int64, error) { return wholeFloat(float64(row[k])) })
}

// wholes fills dst with the values at its places.
func wholes(dst []int32, value func(k int) (int64, error)) error {
	for k := range dst {
		v, err := value(k)
		if err == nil && v != int64(int32(v)) {
			err = beyond(v)
		}
		if err != nil {
			return fmt.Errorf("value %d is %w", k, err)
		}
		dst[k] = int32(v)
	}
	return nil
}

// beyond is the end of an error about a whole number that is too large.
func beyond[T int64 | uint64](v T) error {
	return fmt.Errorf("%d; the largest whole number that is read is %d, and the smallest %d", v, math.MaxInt32, math.MinInt32)
}

// wholeFloat is a float that holds a whole number.
func wholeFloat(v float64) (int64, error) {
	switch {
	case v != math.Trunc(v):
		return 0, fmt.Errorf("%v, where a whole number belongs", v)
	case math.Abs(v) >= 1<<53:
		return 0, fmt.Errorf("%v, which is beyond the whole numbers that a float holds", v)
	}
	return int64(v), nil
}

// Integers writes the values of row i, 0 <= i < Len(), to dst, which holds
// Width() of them, and rounds none: a value that is not a whole number of 32 bits
// is an error.
func (a *NPY) Integers(i int, dst []int32) error {
	b := a.Data[i*len(dst)*a.size:]
	at := func(k int) []byte { return b[k*a.size:] }
	switch {
	case a.kind == 'f' && a.size == 2:
		return wholes(dst, func(k int) (int64, error) { return wholeFloat(float64(half(a.order.Uint16(at(k))))) })
	case a.kind == 'f' && a.size == 4:
		return wholes(dst, func(k int) (int64, error) { return wholeFloat(float64(math.Float32frombits(a.order.Uint32(at(k))))) })
	case a.kind == 'f':
		return wholes(dst, func(k int) (int64, error) { return wholeFloat(math.Float64frombits(a.order.Uint64(at(k)))) })
	case a.kind == 'b':
		return wholes(dst, func(k int) (int64, error) { return int64(min(b[k], 1)), nil })
	case a.kind == 'u' && a.size == 8:
		return wholes(dst, func(k int) (int64, error) {
			if v := a.order.Uint64(at(k)); v > math.MaxInt64 {
				return 0, beyond(v)
			}
			return a.whole(at(k)), nil
		})
	}
	return wholes(dst, func(k int) (int64, error) { return a.whole(at(k)), nil })
}

// Text is value k of row i, 0 <= k < Width(), in digits that mean no other number.
func (a *NPY) Text(i, k int) string {
	b := a.Data[(i*a.Width()+k)*a.size:]
	switch {
	case a.kind == 'f' && a.size == 2:
		return strconv.FormatFloat(float64(half(a.order.Uint16(b))), 'f', -1, 32)
	case a.kind == 'f' && a.size == 4:
		return strconv.FormatFloat(float64(math.Float32frombits(a.order.Uint32(b))), 'f', -1, 32)
	case a.kind == 'f':
		return strconv.FormatFloat(math.Float64frombits(a.order.Uint64(b)), 'f', -1, 64)
	case a.kind == 'b':
		return strconv.Itoa(int(min(b[0], 1)))
	case a.kind == 'u':
		return strconv.FormatUint(uint64(a.whole(b)), 10)
	}
	return strconv.FormatInt(a.whole(b), 10)
}

// Text is value k of row i, 0 <= k < Width(), in digits that mean no other number.
func (a *IDX) Text(i, k int) string {
	at := i*a.Width() + k
	b := a.Data[at*a.Type.size():]
	switch a.Type {
	case IDXInt8:
		return strconv.Itoa(int(int8(b[0])))
	case IDXInt16:
		return strconv.Itoa(int(int16(binary.BigEndian.Uint16(b))))
	case IDXInt32:
		return strconv.Itoa(int(int32(binary.BigEndian.Uint32(b))))
	case IDXFloat32:
		return strconv.FormatFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 'f', -1, 32)
	case IDXFloat64:
		return strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(b)), 'f', -1, 64)
	}
	return strconv.Itoa(int(b[0]))
}

// Integers writes the values of row i, 0 <= i < Len(), to dst, which holds
// Width() of them, and rounds none: a value that is not a whole number of 32 bits
// is an error.
func (a *IDX) Integers(i int, dst []int32) error {
	size := a.Type.size()
	b := a.Data[i*len(dst)*size:]
	return wholes(dst, func(k int) (int64, error) {
		v := b[k*size : (k+1)*size]
		switch a.Type {
		case IDXInt8:
			return int64(int8(v[0])), nil
		case IDXInt16:
			return int64(int16(binary.BigEndian.Uint16(v))), nil
		case IDXInt32:
			return int64(int32(binary.BigEndian.Uint32(v))), nil
		case IDXFloat32:
			return wholeFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(v))))
		case IDXFloat64:
			return wholeFloat(math.Float64frombits(binary.BigEndian.Uint64(v)))
		}
		return int64(v[0]), nil
	})
}
