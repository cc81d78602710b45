package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// NPY is the array that a NumPy file holds (format 1.0 to 3.0,
// numpy/lib/format.py). Its first axis counts the rows.
type NPY struct {
	Name  string
	Type  string // as NumPy writes it: "<f4", "|u1"
	Shape []int  // [60000 28 28]
	Data  []byte // row-major, in the byte order of Type

	kind  byte // f, i, u, b
	size  int  // bytes of a value
	order binary.ByteOrder
}

// OpenNPY reads the NumPy file of that path, compressed with gzip or not.
func OpenNPY(path string) (*NPY, error) { return open(path, ReadNPY) }

// ReadNPY reads a NumPy file, compressed with gzip or not; name stands for it in
// errors. It may hold float16, float32, float64, whole numbers of any size or
// bools, in either byte order; an array in Fortran order is put into C order. A
// file shorter or longer than its header says is an error.
func ReadNPY(r io.Reader, name string) (*NPY, error) {
	b, most, err := bounded(r, name)
	if err != nil {
		return nil, err
	}
	return readNPY(b, name, most, false)
}

// readNPY reads an array from a stream of at most so many bytes; exact says that
// it has so many.
func readNPY(b *bufio.Reader, name string, most int64, exact bool) (*NPY, error) {
	fail := func(format string, args ...any) (*NPY, error) {
		return nil, fmt.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
	text, header, err := npyHeaderText(b)
	if err != nil {
		return fail("%w", err)
	}
	h, err := parseNPYHeader(text)
	if err != nil {
		return fail("the header of the array: %w", err)
	}
	a := &NPY{Name: name, Type: h.descr, Shape: h.shape}
	if err := a.setType(); err != nil {
		return fail("%w", err)
	}
	if len(a.Shape) == 0 {
		return fail("the array is a single value, without rows")
	}
	total, ok := elements(a.size, a.Shape)
	if !ok {
		return fail("the shape %v is more than memory can hold", a.Shape)
	}
	switch have := most - header; {
	case exact && int64(total) != have:
		return fail("the header says %d bytes of data for shape %v, and the archive holds %d", total, a.Shape, have)
	case int64(total) > have:
		return fail("the header says %d bytes of data for shape %v, more than a file of this size can hold", total, a.Shape)
	}
	if a.Data, err = payload(b, total, a.Shape); err != nil {
		return fail("%w", err)
	}
	if h.fortran && len(a.Shape) > 1 {
		a.Data = rowMajor(a.Data, a.Shape, a.size)
	}
	return a, nil
}

// setType reads Type.
func (a *NPY) setType() error {
	bad := fmt.Errorf("values of type %.40q cannot be read: they must be floats (f2, f4, f8), whole numbers (i1 to i8, u1 to u8) or bools (b1)", a.Type)
	if len(a.Type) != 3 {
		return bad
	}
	switch a.Type[0] {
	case '<', '|', '=': // NumPy writes '=' nowhere, and means the machine's
		a.order = binary.LittleEndian
	case '>':
		a.order = binary.BigEndian
	default:
		return bad
	}
	a.kind, a.size = a.Type[1], int(a.Type[2]-'0')
	switch a.Type[1:] {
	case "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1":
	default:
		return bad
	}
	if a.Type[0] == '|' && a.size > 1 {
		return bad
	}
	return nil
}

// rowMajor puts an array whose first axis runs fastest into the order in which
// the last one does.
func rowMajor(data []byte, shape []int, size int) []byte {
	out := make([]byte, len(data))
	strides := make([]int, len(shape))
	stride := size
	for k, n := range shape {
		strides[k] = stride
		stride *= n
	}
	at := make([]int, len(shape))
	from := 0
	for to := 0; to < len(out); to += size {
		copy(out[to:to+size], data[from:from+size])
		for k := len(shape) - 1; k >= 0; k-- {
			at[k]++
			from += strides[k]
			if at[k] < shape[k] {
				break
			}
			from -= at[k] * strides[k]
			at[k] = 0
		}
	}
	return out
}

// Len is the number of rows: the size of the first axis.
func (a *NPY) Len() int { return a.Shape[0] }

// Width is the number of values in a row.
func (a *NPY) Width() int { return width(a.Shape) }

// Row writes the values of row i, 0 <= i < Len(), to dst, which holds Width()
// of them. Values that float32 does not hold are rounded, bools are 0 and 1.
func (a *NPY) Row(i int, dst []float32) {
	dst = dst[:a.Width()]
	b := a.Data[i*len(dst)*a.size:]
	switch {
	case a.kind == 'f' && a.size == 4:
		for k := range dst {
			dst[k] = math.Float32frombits(a.order.Uint32(b[4*k:]))
		}
	case a.kind == 'f' && a.size == 8:
		for k := range dst {
			dst[k] = float32(math.Float64frombits(a.order.Uint64(b[8*k:])))
		}
	case a.kind == 'f':
		for k := range dst {
			dst[k] = half(a.order.Uint16(b[2*k:]))
		}
	case a.kind == 'b':
		for k := range dst {
			dst[k] = 0
			if b[k] != 0 {
				dst[k] = 1
			}
		}
	case a.kind == 'u' && a.size == 1:
		for k := range dst {
			dst[k] = float32(b[k])
		}
	case a.kind == 'u' && a.size == 8:
		for k := range dst {
			dst[k] = float32(a.order.Uint64(b[8*k:]))
		}
	default:
		for k := range dst {
			dst[k] = float32(a.whole(b[k*a.size:]))
		}
	}
}

// whole reads a whole number; one of uint64 above 2⁶³ is negative then.
func (a *NPY) whole(b []byte) int64 {
	var bits uint64
	switch a.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(a.order.Uint16(b))
	case 4:
		bits = uint64(a.order.Uint32(b))
	case 8:
		bits = a.order.Uint64(b)
	}
	if a.kind == 'u' {
		return int64(bits)
	}
	unused := 64 - 8*a.size
	return int64(bits<<unused) >> unused
}

// half converts from IEEE 754 binary16.
func half(h uint16) float32 {
	exponent, fraction := int(h>>10&0x1f), float64(h&0x3ff)
	var v float64
	switch {
	case exponent == 0x1f && fraction != 0:
		return float32(math.NaN())
	case exponent == 0x1f:
		v = math.Inf(1)
	case exponent == 0:
		v = math.Ldexp(fraction, -24)
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	if h>>15 != 0 {
		v = -v
	}
	return float32(v)
}
