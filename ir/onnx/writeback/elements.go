package writeback

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// field is one field of a message; value is what follows its tag, without the length
// where it has one.
type field struct {
	number protowire.Number
	kind   protowire.Type
	value  []byte
}

// edit copies a message, each field with what change makes of its value. A length of as
// many bytes is written as it was.
func edit(message []byte, change func(f field) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, len(message))
	for len(message) > 0 {
		n, kind, head := protowire.ConsumeTag(message)
		if head < 0 {
			return nil, fmt.Errorf("the file is damaged: %w", protowire.ParseError(head))
		}
		size := protowire.ConsumeFieldValue(n, kind, message[head:])
		if size < 0 {
			return nil, fmt.Errorf("the file is damaged: %w", protowire.ParseError(size))
		}
		whole, from := message[:head+size], head
		if kind == protowire.BytesType {
			_, length := protowire.ConsumeVarint(message[head:])
			from += length
		}
		f := field{n, kind, whole[from:]}
		value, err := change(f)
		if err != nil {
			return nil, err
		}
		if kind == protowire.BytesType && len(value) != len(f.value) {
			out = protowire.AppendVarint(append(out, whole[:head]...), uint64(len(value)))
		} else {
			out = append(out, whole[:from]...)
		}
		out, message = append(out, value...), message[head+size:]
	}
	return out, nil
}

// elements are the values of a tensor on their way into the lists of a message.
type elements struct {
	kind   proto.Type
	values []float32
	next   int
	// rounded is set where a value has more bits than its type.
	rounded bool
}

// raw are little-endian elements, where there were others.
func (e *elements) raw(before []byte) []byte {
	out, size := make([]byte, len(before)), e.kind.Size()
	for i, v := range e.values {
		was := before[i*size:][:size]
		var bits uint64
		for j, b := range was {
			bits |= uint64(b) << (8 * j)
		}
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], e.encoded(v, bits))
		copy(out[i*size:], b[:size])
	}
	return out
}

// replace edits elements that stand in a list: one by one, or packed.
func (e *elements) replace(f field) ([]byte, error) {
	if f.kind != protowire.BytesType {
		return e.element(f.kind, nil, f.value)
	}
	kind := map[proto.Type]protowire.Type{proto.Float32: protowire.Fixed32Type, proto.Float64: protowire.Fixed64Type}
	of, ok := kind[e.kind]
	if !ok {
		of = protowire.VarintType
	}
	var out []byte
	for rest := f.value; len(rest) > 0; {
		size := protowire.ConsumeFieldValue(f.number, of, rest)
		if size < 0 {
			return nil, fmt.Errorf("the file is damaged: %w", protowire.ParseError(size))
		}
		var err error
		if out, err = e.element(of, out, rest[:size]); err != nil {
			return nil, err
		}
		rest = rest[size:]
	}
	return out, nil
}

// element appends the next element, where there was another.
func (e *elements) element(kind protowire.Type, out, before []byte) ([]byte, error) {
	if e.next >= len(e.values) {
		return nil, fmt.Errorf("more than %d elements", len(e.values))
	}
	v := e.values[e.next]
	e.next++
	switch kind {
	case protowire.Fixed32Type:
		bits, _ := protowire.ConsumeFixed32(before)
		return protowire.AppendFixed32(out, uint32(e.encoded(v, uint64(bits)))), nil
	case protowire.Fixed64Type:
		bits, _ := protowire.ConsumeFixed64(before)
		return protowire.AppendFixed64(out, e.encoded(v, bits)), nil
	case protowire.VarintType:
		bits, _ := protowire.ConsumeVarint(before)
		if now := e.encoded(v, bits&0xffff); now != bits&0xffff {
			return protowire.AppendVarint(out, now), nil
		}
		return append(out, before...), nil
	}
	return nil, fmt.Errorf("the file is damaged: elements of wire type %d", kind)
}

// encoded are the bits of v in the type; those before if they mean the same.
func (e *elements) encoded(v float32, before uint64) uint64 {
	switch e.kind {
	case proto.Float64:
		if was := math.Float64frombits(before); float32(was) == v {
			return before
		}
		return math.Float64bits(float64(v))
	case proto.Float16:
		bits, exact := half(v)
		e.rounded = e.rounded || !exact
		return uint64(bits)
	case proto.Bfloat16:
		bits := math.Float32bits(v)
		if v != v {
			return uint64(bits>>16 | 1<<6) // still no number
		}
		e.rounded = e.rounded || bits&0xffff != 0
		return uint64((bits + 0x7fff + bits>>16&1) >> 16)
	}
	if was := math.Float32frombits(uint32(before)); v != v && was != was {
		return before
	}
	return uint64(math.Float32bits(v))
}

// half is v as a float16, to the nearest, of two the even one; what is beyond the largest
// is infinite. Source: IEEE 754-2008, 4.3.1.
func half(v float32) (bits uint16, exact bool) {
	sign := uint16(math.Float32bits(v)>>16) & 0x8000
	x := math.Abs(float64(v))
	switch {
	case x != x:
		return sign | 0x7e00, true
	case x >= 65520:
		return sign | 0x7c00, math.IsInf(x, 1)
	}
	scaled, base := x*0x1p24, 0 // of the smallest exponent: multiples of 2⁻²⁴
	if x >= 0x1p-14 {
		fraction, exponent := math.Frexp(x) // [1/2, 1)·2^exponent
		scaled, base = fraction*2048, (exponent+14)<<10-1024
	}
	// 1024 carries into the exponent, as it should.
	rounded := math.RoundToEven(scaled)
	return sign | uint16(base+int(rounded)), rounded == scaled
}
