package hdf5

import (
	"fmt"
	"math"
)

// A Kind is what the elements of a dataset or an attribute are.
type Kind int

const (
	Other    Kind = iota // a type that this package does not read
	Int                  // two's complement
	Uint                 // binary
	Float                // IEEE 754 binary16, 32 or 64
	BFloat               // bfloat16
	Bool                 // an enumeration of FALSE and TRUE
	String               // of a fixed length
	Variable             // a string of variable length
	Opaque               // bytes
)

// A Type is the type of an element.
type Type struct {
	Kind      Kind
	Size      int  // bytes of an element in the file
	BigEndian bool // order of the bytes of numbers
	pad       int  // of strings of fixed length: 0 zero ends, 1 zeros fill, 2 spaces fill
	other     string
}

// String is the type's name as numpy and Keras have it: float32, uint8, bool.
func (t Type) String() string {
	switch t.Kind {
	case Int:
		return fmt.Sprintf("int%d", 8*t.Size)
	case Uint:
		return fmt.Sprintf("uint%d", 8*t.Size)
	case Float:
		return fmt.Sprintf("float%d", 8*t.Size)
	case BFloat:
		return "bfloat16"
	case Bool:
		return "bool"
	case String:
		return fmt.Sprintf("string[%d]", t.Size)
	case Variable:
		return "string"
	case Opaque:
		return fmt.Sprintf("opaque[%d]", t.Size)
	}
	return t.other
}

// classes are the classes of types by number.
var classes = [...]string{"integer", "float", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration", "variable length", "array", "complex"}

// datatype reads a datatype message.
func datatype(b *block) (Type, error) {
	return datatypeIn(b, 0)
}

func datatypeIn(b *block, depth int) (Type, error) {
	head := b.u8()
	class, version := head&0x0F, head>>4
	flags := uint32(b.uint(3))
	t := Type{Size: b.size(4, "the size of an element")}
	switch {
	case b.err != nil:
		return t, b.err
	case class >= len(classes):
		return t, b.fault("there is no class %d of types", class)
	case version < 1 || version > 5:
		return t, b.fault("version %d of types is not supported", version)
	case t.Size == 0:
		return t, b.fault("elements have no bytes")
	}
	t.other = classes[class]
	switch class {
	case 0:
		return integer(b, t, flags)
	case 1:
		return float(b, t, flags)
	case 3:
		t.Kind, t.pad = String, int(flags&0x0F)
	case 5:
		t.Kind = Opaque
		b.skip(int(flags & 0xFF))
	case 8:
		if depth == 0 {
			return enumeration(b, t, int(flags&0xFFFF), version)
		}
	case 9:
		if flags&0x0F == 1 && t.Size == 16 {
			t.Kind, t.other = Variable, ""
		}
	}
	return t, b.err
}

func integer(b *block, t Type, flags uint32) (Type, error) {
	offset, precision := b.u16(), b.u16()
	if t.BigEndian = flags&1 != 0; flags&8 != 0 {
		t.Kind = Int
	} else {
		t.Kind = Uint
	}
	if !power(t.Size) || offset != 0 || precision != 8*t.Size {
		t.Kind, t.other = Other, fmt.Sprintf("integer of %d bits in %d bytes", precision, t.Size)
	}
	return t, b.err
}

func power(size int) bool { return size == 1 || size == 2 || size == 4 || size == 8 }

// A floatLayout is where the parts of a number are, and its bias.
type floatLayout struct{ sign, exponent, exponentSize, mantissa, mantissaSize, bias int }

var floats = map[floatLayout]Type{
	{15, 10, 5, 0, 10, 15}:    {Kind: Float, Size: 2},
	{31, 23, 8, 0, 23, 127}:   {Kind: Float, Size: 4},
	{63, 52, 11, 0, 52, 1023}: {Kind: Float, Size: 8},
	{15, 7, 8, 0, 7, 127}:     {Kind: BFloat, Size: 2},
}

func float(b *block, t Type, flags uint32) (Type, error) {
	b.skip(4) // offset and precision follow from the layout
	l := floatLayout{sign: int(flags >> 8 & 0xFF), exponent: b.u8(), exponentSize: b.u8(), mantissa: b.u8(), mantissaSize: b.u8(), bias: int(b.u32())}
	if known, ok := floats[l]; ok && known.Size == t.Size && flags&0x40 == 0 {
		known.BigEndian = flags&1 != 0
		return known, b.err
	}
	t.other = fmt.Sprintf("float of %d bytes with %d bits of exponent and %d of mantissa", t.Size, l.exponentSize, l.mantissaSize)
	return t, b.err
}

// enumeration reads an enumeration: h5py writes booleans as one of int8 with
// FALSE = 0 and TRUE = 1.
func enumeration(b *block, t Type, n, version int) (Type, error) {
	base, err := datatypeIn(b, 1)
	if err != nil {
		return t, err
	}
	t.other = fmt.Sprintf("enumeration of %d values", n)
	if n != 2 || base.Size != 1 || t.Size != 1 {
		return t, nil
	}
	var names [2]string
	for i := range names {
		start := b.pos
		for c := b.bytes(1); len(c) == 1 && c[0] != 0; c = b.bytes(1) {
			names[i] += string(c)
		}
		if version < 3 {
			b.skip((start - b.pos) & 7)
		}
	}
	values := [2]int{b.u8(), b.u8()}
	if names == [2]string{"FALSE", "TRUE"} && values == [2]int{0, 1} || names == [2]string{"TRUE", "FALSE"} && values == [2]int{1, 0} {
		t.Kind, t.other = Bool, ""
	}
	return t, b.err
}

// A space is the shape of a dataset or an attribute.
type space struct {
	shape []int    // empty for a scalar
	limit []uint64 // to which each axis may grow
	null  bool     // there are no elements at all
}

// dataspace reads a dataspace message.
func dataspace(b *block) (space, error) {
	version, rank, flags := b.version(2), b.u8(), b.u8()
	var sp space
	switch {
	case b.err != nil:
		return sp, b.err
	case version == 1:
		b.skip(5)
	case version == 2:
		sp.null = b.u8() == 2
	default:
		return sp, b.fault("version %d is not supported", version)
	}
	if rank > 32 {
		return sp, b.fault("%d axes are more than the 32 that HDF5 has", rank)
	}
	sp.shape = make([]int, rank)
	for i := range sp.shape {
		n := b.u64()
		if n > math.MaxInt32 && n > uint64(b.s.f.size)*maxRatio {
			return sp, b.fault("an axis of %d elements is more than a file of %d bytes can hold", n, b.s.f.size)
		}
		sp.shape[i] = int(n)
		sp.limit = append(sp.limit, n)
	}
	if flags&1 != 0 {
		for i := range sp.limit {
			sp.limit[i] = b.u64()
		}
	}
	return sp, b.err
}

// elements is how many elements there are, or -1 when an int cannot say.
func (sp space) elements() int {
	if sp.null {
		return 0
	}
	n := 1
	for _, d := range sp.shape {
		if d != 0 && n > math.MaxInt/64/d {
			return -1
		}
		n *= d
	}
	return n
}
