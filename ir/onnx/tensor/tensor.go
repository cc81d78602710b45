package tensor

import (
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// MaxElements bounds the elements of a tensor that is known when the graph is built.
const MaxElements = 1 << 30

// MaxKnown bounds those of a tensor that is computed then: what is larger is no shape,
// no index and no mask, and belongs into the graph.
const MaxKnown = 1 << 24

// Tensor is a value that is known when the graph is built, row-major. F holds
// elements of floating-point types, I those of integers and bool.
type Tensor struct {
	Type  proto.Type
	Shape []int
	F     []float64
	I     []int64
	// raw are the elements of a weight as the file has them, in place of F: 4 bytes
	// each until an operator computes with it.
	raw []byte
}

// lazy are the least elements of a weight that is not decoded before it is needed.
const lazy = 16

// Load decodes the elements of a weight.
func (t *Tensor) Load() {
	if t.raw != nil && t.F == nil {
		t.F = make([]float64, Count(t.Shape))
		t.Fill(t.raw)
	}
}

// Elements are the numbers of the tensor, row-major, whichever of F and I has them.
func (t *Tensor) Elements() []float64 {
	if t.Load(); t.F != nil || t.I == nil {
		return t.F
	}
	list := make([]float64, len(t.I))
	for i, v := range t.I {
		list[i] = float64(v)
	}
	return list
}

// IsFloat reports a floating-point type.
func IsFloat(t proto.Type) bool {
	_, narrow := Formats[t]
	return narrow || t == proto.Float32 || t == proto.Float64
}

// IsInteger reports an integer type.
func IsInteger(t proto.Type) bool {
	switch t {
	case proto.Int8, proto.Int16, proto.Int32, proto.Int64, proto.Uint8, proto.Uint16, proto.Uint32, proto.Uint64,
		proto.Int2, proto.Int4, proto.Uint2, proto.Uint4:
		return true
	}
	return false
}

// New is a tensor of zeros.
func New(t proto.Type, shape []int) *Tensor {
	out := &Tensor{Type: t, Shape: slices.Clone(shape)}
	if IsFloat(t) {
		out.F = make([]float64, Count(shape))
	} else {
		out.I = make([]int64, Count(shape))
	}
	return out
}

// Ints is a vector of int64.
func Ints(list ...int64) *Tensor {
	return &Tensor{Type: proto.Int64, Shape: []int{len(list)}, I: list}
}

// At is element i as a number.
func (t *Tensor) At(i int) float64 {
	if t.raw != nil {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(t.raw[4*i:])))
	}
	if IsFloat(t.Type) {
		return t.F[i]
	}
	return float64(t.I[i])
}

// Set rounds v to the type.
func (t *Tensor) Set(i int, v float64) {
	switch {
	case t.Type == proto.Float32:
		t.F[i] = float64(float32(v))
	case t.Type == proto.Float64:
		t.F[i] = v
	case IsFloat(t.Type):
		t.F[i] = Formats[t.Type].Round(v, true)
	case t.Type == proto.Bool:
		t.I[i] = 0
		if v != 0 {
			t.I[i] = 1
		}
	default:
		t.I[i] = Wrap(t.Type, int64(v))
	}
}

// Wrap is v in an integer type, as two's complement.
func Wrap(t proto.Type, v int64) int64 {
	switch t {
	case proto.Int2:
		return v << 62 >> 62
	case proto.Int4:
		return v << 60 >> 60
	case proto.Uint2:
		return v & 3
	case proto.Uint4:
		return v & 15
	case proto.Int8:
		return int64(int8(v))
	case proto.Int16:
		return int64(int16(v))
	case proto.Int32:
		return int64(int32(v))
	case proto.Uint8:
		return int64(uint8(v))
	case proto.Uint16:
		return int64(uint16(v))
	case proto.Uint32:
		return int64(uint32(v))
	}
	return v
}

// ShapeOf checks the extents of a tensor.
func ShapeOf(dims []int64) ([]int, error) {
	shape, n := make([]int, len(dims)), int64(1)
	for i, d := range dims {
		if d < 0 || d > MaxElements || d > 0 && n > MaxElements/d {
			return nil, fmt.Errorf("shape %v is negative or has more than %d elements", dims, MaxElements)
		}
		n *= max(d, 1)
		shape[i] = int(d)
	}
	return shape, nil
}

// Read decodes a tensor; files is the folder of the model, where data beside it
// is read from, and may be nil.
func Read(p *proto.Tensor, files fs.FS) (*Tensor, error) {
	t, err := ReadWeight(p, files)
	if err == nil {
		t.Load()
		t.raw = nil
	}
	return t, err
}

// ReadWeight is ReadTensor of an initializer, which is decoded when it is needed.
func ReadWeight(p *proto.Tensor, files fs.FS) (*Tensor, error) {
	shape, err := ShapeOf(p.Dims)
	if err != nil {
		return nil, err
	}
	if !IsFloat(p.Type) && !IsInteger(p.Type) && p.Type != proto.Bool {
		return nil, fmt.Errorf("elements of type %v are not supported", p.Type)
	}
	n := Count(shape)
	bytes := (n*p.Type.Bits() + 7) / 8
	raw, has := p.Raw, p.HasRaw
	if p.Type.Bits() <= 8 && p.Type != proto.Int8 && p.Type != proto.Uint8 && p.Type != proto.Bool && !has && p.External == nil {
		for _, v := range p.Int32s { // which hold a byte each
			raw = append(raw, byte(v))
		}
		has = true
	}
	if p.External != nil {
		if raw, err = external(p.External, bytes, files); err != nil {
			return nil, err
		}
		has = true
	}
	// The length is compared before anything is allocated.
	if has && len(raw) != bytes {
		return nil, fmt.Errorf("%d bytes for %d elements of %v", len(raw), n, p.Type)
	}
	if !has {
		if given := max(len(p.Floats), len(p.Int32s), len(p.Int64s), len(p.Doubles), len(p.Uint64s)); given != n {
			return nil, fmt.Errorf("%d elements for shape %v", given, shape)
		}
	}
	if has && p.Type == proto.Float32 && n >= lazy {
		return &Tensor{Type: p.Type, Shape: shape, raw: raw}, nil
	}
	t := New(p.Type, shape)
	if has {
		t.Fill(raw)
		return t, nil
	}
	return t, t.fillTyped(p)
}

// Fill decodes little-endian elements.
func (t *Tensor) Fill(raw []byte) {
	size := t.Type.Bits()
	f, narrow := Formats[t.Type]
	for i := range max(len(t.F), len(t.I)) {
		var u uint64
		if size < 8 {
			u = uint64(raw[i*size/8]>>(i*size%8)) & (1<<size - 1)
		} else {
			for j, b := range raw[i*size/8:][:size/8] {
				u |= uint64(b) << (8 * j)
			}
		}
		switch {
		case t.Type == proto.Float32:
			t.F[i] = float64(math.Float32frombits(uint32(u)))
		case t.Type == proto.Float64:
			t.F[i] = math.Float64frombits(u)
		case narrow:
			t.F[i] = f.number(uint16(u), size)
		default:
			t.I[i] = Wrap(t.Type, int64(u))
		}
	}
}

// fillTyped takes the elements from the list of their type: float16 and the small
// integers stand among the int32s.
func (t *Tensor) fillTyped(p *proto.Tensor) error {
	n := max(len(t.F), len(t.I))
	enough := func(have int) error {
		if have != n {
			return fmt.Errorf("%d elements of %v in the list of another type", n, p.Type)
		}
		return nil
	}
	switch {
	case p.Type == proto.Float32:
		for i, v := range p.Floats {
			t.F[i] = float64(v)
		}
		return enough(len(p.Floats))
	case p.Type == proto.Float64:
		copy(t.F, p.Doubles)
		return enough(len(p.Doubles))
	case p.Type == proto.Int64:
		copy(t.I, p.Int64s)
		return enough(len(p.Int64s))
	case p.Type == proto.Uint32 || p.Type == proto.Uint64:
		for i, v := range p.Uint64s {
			t.I[i] = int64(v)
		}
		return enough(len(p.Uint64s))
	}
	for i, v := range p.Int32s {
		if f, ok := Formats[p.Type]; ok {
			t.F[i] = f.number(uint16(v), p.Type.Bits())
		} else {
			t.I[i] = Wrap(p.Type, int64(v))
		}
	}
	return enough(len(p.Int32s))
}

// external reads the data of a tensor from a file beside the model: so many bytes.
func external(at map[string]string, size int, files fs.FS) ([]byte, error) {
	name := path.Clean(strings.ReplaceAll(at["location"], `\`, "/"))
	if files == nil || !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("its data is in the file %q, which is not in the folder of the model", at["location"])
	}
	offset := int64(0)
	if s := at["offset"]; s != "" {
		var err error
		if offset, err = strconv.ParseInt(s, 10, 64); err != nil || offset < 0 {
			return nil, fmt.Errorf("its data begins at %q of %s", s, name)
		}
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("its data: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("its data: %w", err)
	}
	if info.Size() < offset || info.Size()-offset < int64(size) {
		return nil, fmt.Errorf("its data is %d bytes from %d on of %s, which has %d", size, offset, name, info.Size())
	}
	if s, ok := f.(io.Seeker); ok { // a file of some gigabytes has hundreds of tensors
		_, err = s.Seek(offset, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, f, offset)
	}
	if err != nil {
		return nil, fmt.Errorf("its data: %w", err)
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, fmt.Errorf("its data: %w", err)
	}
	return b, nil
}

// Width is how many bits an integer type has.
func Width(t proto.Type) int {
	switch t {
	case proto.Bool:
		return 1
	case proto.Int2, proto.Uint2:
		return 2
	case proto.Int4, proto.Uint4:
		return 4
	case proto.Int8, proto.Uint8:
		return 8
	case proto.Int16, proto.Uint16:
		return 16
	case proto.Int32, proto.Uint32:
		return 32
	}
	return 64
}

// Signed reports an integer type that has negative numbers.
func Signed(t proto.Type) bool {
	return t == proto.Int2 || t == proto.Int4 || t == proto.Int8 || t == proto.Int16 || t == proto.Int32 || t == proto.Int64
}

// Permuted are the elements in another order of axes.
func (t *Tensor) Permuted(perm []int) []float64 {
	strides := Strides(t.Shape)
	shape, step := make([]int, len(perm)), make([]int, len(perm))
	for i, a := range perm {
		shape[i], step[i] = t.Shape[a], strides[a]
	}
	out := make([]float64, 0, Count(shape))
	for at := range Walk(shape, step) {
		out = append(out, t.At(at))
	}
	return out
}
