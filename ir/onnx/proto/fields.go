package proto

import (
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is the value of one field as it stands in the file.
type field struct {
	kind  protowire.Type
	value uint64 // of a number
	bytes []byte // of anything with a length
}

// damaged says what is wrong with bytes that are no message. protowire begins its messages
// with a space that differs from build to build.
func damaged(size int) error {
	_, what, found := strings.Cut(protowire.ParseError(size).Error(), "proto:")
	if !found {
		return fmt.Errorf("the file is damaged: %w", protowire.ParseError(size))
	}
	return fmt.Errorf("the file is damaged: %s", strings.TrimSpace(what))
}

// fields calls each for every field of a message.
func fields(b []byte, each func(n protowire.Number, f field) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return damaged(size)
		}
		b = b[size:]
		f := field{kind: kind}
		switch kind {
		case protowire.VarintType:
			f.value, size = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			f.value, size = protowire.ConsumeFixed64(b)
		case protowire.Fixed32Type:
			var v uint32
			v, size = protowire.ConsumeFixed32(b)
			f.value = uint64(v)
		case protowire.BytesType:
			f.bytes, size = protowire.ConsumeBytes(b)
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return damaged(size)
		}
		if err := each(n, f); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (f field) is(kind protowire.Type) error {
	if f.kind != kind {
		return fmt.Errorf("the file is damaged: a field of wire type %d where %d is meant", f.kind, kind)
	}
	return nil
}

func (f field) int(to *int64) error {
	*to = int64(f.value)
	return f.is(protowire.VarintType)
}

func (f field) float(to *float32) error {
	*to = math.Float32frombits(uint32(f.value))
	return f.is(protowire.Fixed32Type)
}

func (f field) raw(to *[]byte) error {
	*to = f.bytes
	return f.is(protowire.BytesType)
}

func (f field) string(to *string) error {
	*to = string(f.bytes)
	return f.is(protowire.BytesType)
}

func (f field) strings(to *[]string) error {
	*to = append(*to, string(f.bytes))
	return f.is(protowire.BytesType)
}

func (f field) message(what string, decode func(b []byte) error) error {
	if err := f.is(protowire.BytesType); err != nil {
		return err
	}
	if err := decode(f.bytes); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// ints reads a repeated integer, packed or one by one.
func (f field) ints(to *[]int64) error {
	if f.kind != protowire.BytesType {
		*to = append(*to, int64(f.value))
		return f.is(protowire.VarintType)
	}
	for b := f.bytes; len(b) > 0; {
		v, size := protowire.ConsumeVarint(b)
		if size < 0 {
			return damaged(size)
		}
		*to = append(*to, int64(v))
		b = b[size:]
	}
	return nil
}

// floats reads a repeated float, packed or one by one.
func (f field) floats(to *[]float32) error {
	if f.kind != protowire.BytesType {
		*to = append(*to, math.Float32frombits(uint32(f.value)))
		return f.is(protowire.Fixed32Type)
	}
	for b := f.bytes; len(b) > 0; {
		v, size := protowire.ConsumeFixed32(b)
		if size < 0 {
			return damaged(size)
		}
		*to = append(*to, math.Float32frombits(v))
		b = b[size:]
	}
	return nil
}

// doubles reads a repeated double, packed or one by one.
func (f field) doubles(to *[]float64) error {
	if f.kind != protowire.BytesType {
		*to = append(*to, math.Float64frombits(f.value))
		return f.is(protowire.Fixed64Type)
	}
	for b := f.bytes; len(b) > 0; {
		v, size := protowire.ConsumeFixed64(b)
		if size < 0 {
			return damaged(size)
		}
		*to = append(*to, math.Float64frombits(v))
		b = b[size:]
	}
	return nil
}
