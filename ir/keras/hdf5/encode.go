package hdf5

import (
	"encoding/binary"
	"fmt"
)

// The order of bytes of everything in a file.
var le = binary.LittleEndian

// pad fills p up to a multiple of 8 bytes.
func pad(p []byte) []byte { return append(p, make([]byte, -len(p)&7)...) }

// encodeType is a datatype message of version 1.
func encodeType(t Type) ([]byte, error) {
	head := func(class byte, flags uint32) []byte {
		p := []byte{0x10 | class, byte(flags), byte(flags >> 8), byte(flags >> 16)}
		return le.AppendUint32(p, uint32(t.Size))
	}
	order := uint32(0)
	if t.BigEndian {
		order = 1
	}
	switch t.Kind {
	case Int, Uint:
		if !power(t.Size) {
			break
		}
		if t.Kind == Int {
			order |= 8
		}
		p := le.AppendUint16(head(0, order), 0)
		return le.AppendUint16(p, uint16(8*t.Size)), nil
	case Float, BFloat:
		for l, known := range floats {
			if known.Kind != t.Kind || known.Size != t.Size {
				continue
			}
			p := le.AppendUint16(head(1, order|0x20|uint32(l.sign)<<8), 0) // 0x20: the leading bit is implied
			p = le.AppendUint16(p, uint16(8*t.Size))
			p = append(p, byte(l.exponent), byte(l.exponentSize), byte(l.mantissa), byte(l.mantissaSize))
			return le.AppendUint32(p, uint32(l.bias)), nil
		}
	case Bool:
		if t.Size != 1 {
			break
		}
		base, err := encodeType(Type{Kind: Int, Size: 1})
		p := append(head(8, 2), base...)
		return append(p, "FALSE\x00\x00\x00TRUE\x00\x00\x00\x00\x00\x01"...), err
	case String:
		return head(3, uint32(t.pad)), nil
	case Variable:
		base, err := encodeType(Type{Kind: Uint, Size: 1})
		return append(head(9, 1|1<<8), base...), err // 1<<8: UTF-8
	case Opaque:
		return head(5, 0), nil
	}
	return nil, fmt.Errorf("elements of kind %d and %d bytes cannot be written", t.Kind, t.Size)
}

// encodeSpace is a dataspace message.
func encodeSpace(d *Data) []byte {
	if d.null {
		return []byte{2, 0, 0, 2}
	}
	p := []byte{1, byte(len(d.Shape)), 0, 0, 0, 0, 0, 0}
	for _, n := range d.Shape {
		p = le.AppendUint64(p, uint64(n))
	}
	return p
}

// encodeAttribute is an attribute message: of version 1, or of version 3 when
// the name is not ASCII, which version 1 cannot say.
func encodeAttribute(name string, d *Data) ([]byte, error) {
	t, err := encodeType(d.Type)
	if err != nil {
		return nil, err
	}
	version := byte(1)
	for _, c := range []byte(name) {
		if c >= 0x80 {
			version = 3
		}
	}
	s := encodeSpace(d)
	p := []byte{version, 0}
	for _, n := range []int{len(name) + 1, len(t), len(s)} {
		p = le.AppendUint16(p, uint16(n))
	}
	if version == 3 {
		p = append(p, 1) // UTF-8
	}
	for _, part := range [][]byte{append([]byte(name), 0), t, s} {
		if version == 1 {
			part = pad(part)
		}
		p = append(p, part...)
	}
	w := appender{p}
	err = d.writeTo(&w)
	return w.p, err
}

// An appender is a buffer to write to.
type appender struct{ p []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.p = append(a.p, p...)
	return len(p), nil
}

// encodeMessage is a message of an object header of version 1.
func encodeMessage(kind int, data []byte) []byte {
	data = pad(data)
	p := le.AppendUint16(nil, uint16(kind))
	p = le.AppendUint16(p, uint16(len(data)))
	return append(append(p, 0, 0, 0, 0), data...)
}
