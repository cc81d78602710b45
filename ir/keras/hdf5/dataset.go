package hdf5

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// maxRatio is how much larger the data of a compressed dataset may be than its
// bytes in the file. Deflate reaches 1032 at the very most.
const maxRatio = 1032

// slack is how large unwritten data may be in any file.
const slack = 1 << 16

// A Dataset is an array in a file. Opening one reads its header alone; the
// elements are read as often as they are asked for.
type Dataset struct {
	*object
	array
	layout layout
	fill   []byte // an element that was not written, nil for zeros
}

// A layout says where the elements are.
type layout struct {
	class   int
	addr    uint64
	inline  []byte // of class compact
	size    uint64 // of class contiguous
	chunk   []int  // elements of a chunk, by axis
	index   chunkIndex
	filters []filter
	partial bool // chunks that reach over the end are not filtered
}

const (
	compact    = 0
	contiguous = 1
	chunked    = 2
)

// dataset takes the object as a dataset.
func (o *object) dataset(s *scope) (*Dataset, error) {
	if !o.has(msgLayout) {
		return nil, fmt.Errorf("hdf5: %s is no dataset", o.path)
	}
	d := &Dataset{object: o, array: array{file: o.f, what: o.path}}
	if err := d.read(s); err != nil {
		return nil, fmt.Errorf("%w (%s)", err, o.path)
	}
	return d, nil
}

func (d *Dataset) read(s *scope) error {
	if d.has(msgExternal) {
		return fmt.Errorf("hdf5: data in other files are not read")
	}
	b, err := d.need(s, msgDatatype)
	if err != nil {
		return err
	}
	if d.typ, err = datatype(b); err != nil {
		return err
	}
	if b, err = d.need(s, msgDataspace); err != nil {
		return err
	}
	if d.space, err = dataspace(b); err != nil {
		return err
	}
	if n := d.elements(); n < 0 || n > math.MaxInt/d.typ.Size {
		return fmt.Errorf("hdf5: an array of shape %v has more elements than a number can count", d.shape)
	}
	if b, err = d.find(s, msgFilters); err != nil {
		return err
	}
	if b != nil {
		if d.layout.filters, err = filters(b); err != nil {
			return err
		}
	}
	if b, err = d.find(s, msgFill); err != nil {
		return err
	}
	if b != nil {
		if err := d.readFill(b); err != nil {
			return err
		}
	}
	if b, err = d.need(s, msgLayout); err != nil {
		return err
	}
	return d.readLayout(b)
}

func (d *Dataset) readFill(b *block) error {
	version := b.version(3)
	defined := true
	if version == 3 {
		defined = b.u8()&0x20 != 0
	} else {
		b.skip(2)
		defined = b.u8() != 0
	}
	if !defined && version != 1 {
		return b.err
	}
	n := b.size(4, "a length")
	if p := b.bytes(n); n == d.typ.Size {
		d.fill = p
	} else if n != 0 && b.err == nil {
		return b.fault("a fill value of %d bytes for elements of %d", n, d.typ.Size)
	}
	return b.err
}

func (d *Dataset) readLayout(b *block) error {
	version := b.version(5)
	if b.err == nil && version < 3 {
		return b.fault("version %d is not supported: HDF5 has written 3 since 1.6", version)
	}
	l := &d.layout
	switch l.class = b.u8(); l.class {
	case compact:
		l.inline = b.bytes(b.u16())
		l.size = uint64(len(l.inline))
	case contiguous:
		l.addr, l.size = b.u64(), b.u64()
	case chunked:
		if version == 3 {
			return d.oldChunks(b)
		}
		return d.newChunks(b, version)
	case 3:
		return b.fault("virtual data, which are in other datasets, are not read")
	default:
		return b.fault("there is no class %d of layouts", l.class)
	}
	return b.err
}

// contiguous says where the elements are if they are in one stretch of bytes. It
// is false for chunks, for data that were never written and data in the header.
func (d *Dataset) contiguous() (offset uint64, ok bool) {
	return d.layout.addr, d.layout.class == contiguous && d.layout.addr != undefined
}

// check compares the size of the elements with what the file has.
func (d *Dataset) check(stored uint64) error {
	need := uint64(d.elements()) * uint64(d.typ.Size)
	l := &d.layout
	if _, ok := d.contiguous(); ok || l.class == compact {
		if need > l.size {
			return fmt.Errorf("hdf5: %s: %v elements of %d bytes, and %d bytes", d.path, d.shape, d.typ.Size, l.size)
		}
		if ok && (l.addr > uint64(d.f.size) || need > uint64(d.f.size)-l.addr) {
			return fmt.Errorf("hdf5: %s: %d bytes at %d reach over the end of the file at %d", d.path, need, l.addr, d.f.size)
		}
		return nil
	}
	most := uint64(d.f.size)
	if len(l.filters) > 0 {
		most = max(most, stored*maxRatio)
	}
	if need > most+slack {
		return fmt.Errorf("hdf5: %s: %d bytes of which %d are stored in a file of %d: it is refused as a decompression bomb", d.path, need, stored, d.f.size)
	}
	return nil
}

// bufferSize is how many bytes are read at a time.
const bufferSize = 1 << 20

// each visits the elements in stretches: raw are those from element at on. The
// stretches of chunks come in no particular order.
func (d *Dataset) each(visit func(at int, raw []byte) error) error {
	n, size := d.elements(), d.typ.Size
	if d.layout.class == chunked {
		return d.eachOfChunks(visit)
	}
	if err := d.check(0); err != nil {
		return err
	}
	if d.layout.class == compact {
		return visit(0, d.layout.inline[:n*size])
	}
	offset, ok := d.contiguous()
	if !ok {
		return d.eachUnwritten(visit)
	}
	step := max(1, min(n, bufferSize/size))
	buf := make([]byte, min(n, step)*size)
	for at := 0; at < n; at += step {
		p := buf[:min(step, n-at)*size]
		if err := d.f.readAt(p, offset+uint64(at)*uint64(size)); err != nil {
			return fmt.Errorf("hdf5: %s: %w", d.path, err)
		}
		if err := visit(at, p); err != nil {
			return err
		}
	}
	return nil
}

// eachUnwritten visits elements that were never written.
func (d *Dataset) eachUnwritten(visit func(at int, raw []byte) error) error {
	n, size := d.elements(), d.typ.Size
	step := max(1, min(n, bufferSize/size))
	buf := make([]byte, min(n, step)*size)
	if d.fill != nil {
		for at := 0; at < len(buf); at += size {
			copy(buf[at:], d.fill)
		}
	}
	for at := 0; at < n; at += step {
		if err := visit(at, buf[:min(step, n-at)*size]); err != nil {
			return err
		}
	}
	return nil
}

// room says, before memory is allocated, whether the file can hold the elements.
func (d *Dataset) room() error {
	if d.layout.class != chunked {
		return d.check(0)
	}
	_, err := d.allChunks()
	return err
}

// read fills dst, which has room for all elements.
func read[T number](d *Dataset, dst []T) error {
	if len(dst) != d.elements() {
		return fmt.Errorf("hdf5: %s has %d elements, there is room for %d", d.path, d.elements(), len(dst))
	}
	if err := d.checkNumbers(); err != nil {
		return err
	}
	return d.each(func(at int, raw []byte) error {
		return decode(dst[at:at+len(raw)/d.typ.Size], raw, &d.array)
	})
}

func readNew[T number](d *Dataset) ([]T, error) {
	if err := d.checkNumbers(); err != nil {
		return nil, err
	}
	if err := d.room(); err != nil {
		return nil, err
	}
	dst := make([]T, d.elements())
	return dst, read(d, dst)
}

// ReadFloat32 reads all elements into dst, in row-major order. float64 and wide
// integers are rounded.
func (d *Dataset) ReadFloat32(dst []float32) error { return read(d, dst) }

// Float32s are all elements in row-major order. float64 and wide integers are
// rounded.
func (d *Dataset) Float32s() ([]float32, error) { return readNew[float32](d) }

// Float64s are all elements in row-major order. Integers beyond 2^53 are rounded.
func (d *Dataset) Float64s() ([]float64, error) { return readNew[float64](d) }

// Int64s are all elements of a dataset of integers or booleans, in row-major
// order.
func (d *Dataset) Int64s() ([]int64, error) { return readNew[int64](d) }

// Strings are all elements of a dataset of strings, in row-major order.
func (d *Dataset) Strings() ([]string, error) {
	raw, err := d.bytes()
	if err != nil {
		return nil, err
	}
	return d.strings(raw)
}

// bytes are all elements as they are in the file.
func (d *Dataset) bytes() ([]byte, error) {
	if err := d.room(); err != nil {
		return nil, err
	}
	all := make([]byte, d.elements()*d.typ.Size)
	err := d.each(func(at int, raw []byte) error {
		copy(all[at*d.typ.Size:], raw)
		return nil
	})
	return all, err
}

// WriteTo writes all elements in row-major order, numbers little-endian and all
// else as it is in the file, and holds them in memory only if they are in chunks.
func (d *Dataset) WriteTo(w io.Writer) (int64, error) {
	if d.typ.Kind == Variable || d.typ.Kind == Other {
		return 0, fmt.Errorf("hdf5: %s has elements of type %s, which have no bytes of their own", d.path, d.typ)
	}
	var written int64
	put := func(_ int, raw []byte) error {
		if d.typ.BigEndian {
			raw = littleEndian(slices.Clone(raw), d.typ)
		}
		n, err := w.Write(raw)
		written += int64(n)
		return err
	}
	if d.layout.class != chunked {
		return written, d.each(put)
	}
	all, err := d.bytes()
	if err == nil {
		err = put(0, all)
	}
	return written, err
}

// BFloat16 is the dataset taken as one of bfloat16. h5py has no such type: Keras
// writes elements of two bytes, little-endian, and an attribute dtype.
func (d *Dataset) BFloat16() (*Dataset, error) {
	if d.typ.Kind != BFloat && (d.typ.Kind != Opaque || d.typ.Size != 2) {
		return nil, fmt.Errorf("hdf5: %s has elements of type %s, which are no bfloat16", d.path, d.typ)
	}
	taken := *d
	taken.typ.Kind = BFloat
	return &taken, nil
}
