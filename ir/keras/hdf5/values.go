package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// An array is the type and shape of a dataset or an attribute.
type array struct {
	file *File
	what string // for errors
	typ  Type
	space
}

// Type is the type of the elements.
func (a *array) Type() Type { return a.typ }

// Shape is the length of each axis; a scalar has none.
func (a *array) Shape() []int { return slices.Clone(a.shape) }

// Null says that there is neither a shape nor an element: h5py's Empty.
func (a *array) Null() bool { return a.null }

// Len is how many elements there are.
func (a *array) Len() int { return a.elements() }

// A number is what elements are read as.
type number interface{ float32 | float64 | int64 }

// decode converts the elements in src. Floating point may become float32, which
// rounds, but no integer; integers and booleans may become anything.
func decode[T number](dst []T, src []byte, a *array) error {
	t := a.typ
	_, whole := any(dst).([]int64)
	switch t.Kind {
	case Int, Uint, Bool:
	case Float, BFloat:
		if whole {
			return fmt.Errorf("hdf5: %s has elements of type %s, which are no integers", a.what, t)
		}
	default:
		return fmt.Errorf("hdf5: %s has elements of type %s, which are no numbers", a.what, t)
	}
	if to, ok := any(dst).([]float32); ok && t.Kind == Float && t.Size == 4 && !t.BigEndian {
		for i := range to {
			to[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
		return nil
	}
	var word [8]byte
	for i := range dst {
		copy(word[:], src[i*t.Size:(i+1)*t.Size])
		if t.BigEndian {
			slices.Reverse(word[:t.Size])
		}
		u := binary.LittleEndian.Uint64(word[:])
		switch {
		case t.Kind == Int:
			dst[i] = T(int64(u<<(64-8*t.Size)) >> (64 - 8*t.Size))
		case t.Kind != Float && t.Kind != BFloat:
			if whole && u > math.MaxInt64 {
				return fmt.Errorf("hdf5: %s has an element %d, which is too large", a.what, u)
			}
			dst[i] = T(u)
		case t.Kind == BFloat:
			dst[i] = T(math.Float32frombits(uint32(u) << 16))
		case t.Size == 2:
			dst[i] = T(half(uint16(u)))
		case t.Size == 4:
			dst[i] = T(math.Float32frombits(uint32(u)))
		default:
			dst[i] = T(math.Float64frombits(u))
		}
	}
	return nil
}

// littleEndian turns the elements in p around, in place, if they are numbers
// whose bytes are in the other order.
func littleEndian(p []byte, t Type) []byte {
	if t.BigEndian {
		for e := p; len(e) > 0; e = e[t.Size:] {
			slices.Reverse(e[:t.Size])
		}
	}
	return p
}

// half is the value of an IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&0x1F), uint32(h&0x3FF)
	switch exponent {
	case 0: // zero and subnormal numbers are fraction/2^24
		f := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(f))
	case 0x1F:
		return math.Float32frombits(sign | 0x7F800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// strings are the strings in src.
func (a *array) strings(src []byte) ([]string, error) {
	n := a.elements()
	switch a.typ.Kind {
	case String:
		ss := make([]string, n)
		for i := range ss {
			ss[i] = fixedString(src[i*a.typ.Size:(i+1)*a.typ.Size], a.typ.pad)
		}
		return ss, nil
	case Variable:
	default:
		return nil, fmt.Errorf("hdf5: %s has elements of type %s, which are no strings", a.what, a.typ)
	}
	s := a.file.newScope()
	ss := make([]string, n)
	type place struct {
		addr  uint64
		index uint32
	}
	known := map[place]string{} // so that many references to one string cost it once
	for i := range ss {
		b := part(s, 0, src[i*16:(i+1)*16], a.what)
		size, at := b.u32(), place{b.u64(), b.u32()}
		if size == 0 {
			continue // an empty string has no place in the heap
		}
		text, ok := known[at]
		if !ok {
			p, err := s.global(at.addr, at.index)
			if err != nil {
				return nil, fmt.Errorf("%w (string %d of %s)", err, i, a.what)
			}
			text = string(p)
			known[at] = text
		}
		if uint64(size) > uint64(len(text)) {
			return nil, fmt.Errorf("hdf5: string %d of %s has %d bytes, its object in the global heap has %d", i, a.what, size, len(text))
		}
		ss[i] = text[:size]
	}
	return ss, nil
}

// fixedString takes the padding off.
func fixedString(p []byte, pad int) string {
	if pad == 2 {
		return string(bytes.TrimRight(p, " "))
	}
	if pad == 0 {
		p, _, _ = bytes.Cut(p, []byte{0})
		return string(p)
	}
	return string(bytes.TrimRight(p, "\x00"))
}

// checkNumbers says, before anything is read, whether the elements can be read
// as numbers.
func (a *array) checkNumbers() error {
	switch a.typ.Kind {
	case Int, Uint, Bool, Float, BFloat:
		return nil
	}
	return fmt.Errorf("hdf5: %s has elements of type %s, which are no numbers", a.what, a.typ)
}
