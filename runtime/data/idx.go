package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// IDXType is the type of the values of an [IDX] file, as its third byte has it.
type IDXType byte

// The types of values.
const (
	IDXUint8   IDXType = 0x08
	IDXInt8    IDXType = 0x09
	IDXInt16   IDXType = 0x0B
	IDXInt32   IDXType = 0x0C
	IDXFloat32 IDXType = 0x0D
	IDXFloat64 IDXType = 0x0E
)

// size returns the bytes of a value, 0 for an unknown type.
func (t IDXType) size() int {
	switch t {
	case IDXUint8, IDXInt8:
		return 1
	case IDXInt16:
		return 2
	case IDXInt32, IDXFloat32:
		return 4
	case IDXFloat64:
		return 8
	}
	return 0
}

// IDX is the array that an IDX file holds, the format of the MNIST images and
// labels (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of
// handwritten digits"). Its first axis counts the rows.
type IDX struct {
	Name  string
	Type  IDXType
	Shape []int  // images: [60000 28 28]; labels: [60000]
	Data  []byte // row-major, big-endian
}

// OpenIDX reads the IDX file of that path, compressed with gzip or not.
func OpenIDX(path string) (*IDX, error) { return open(path, ReadIDX) }

// ReadIDX reads an IDX file, compressed with gzip or not; name stands for it in
// errors. A file shorter or longer than its header says is an error.
func ReadIDX(r io.Reader, name string) (*IDX, error) {
	b, most, err := bounded(r, name)
	if err != nil {
		return nil, err
	}
	fail := func(format string, args ...any) (*IDX, error) {
		return nil, fmt.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
	var head [4]byte
	if _, err := io.ReadFull(b, head[:]); err != nil {
		return fail("not an IDX file: %w", short(err))
	}
	a := &IDX{Name: name, Type: IDXType(head[2])}
	if head[0] != 0 || head[1] != 0 || a.Type.size() == 0 {
		return fail("not an IDX file: it starts with % x, not with 00 00 and a type from 08 to 0e", head[:3])
	}
	if head[3] == 0 {
		return fail("an IDX file without axes")
	}
	for range head[3] {
		var size [4]byte
		if _, err := io.ReadFull(b, size[:]); err != nil {
			return fail("the header ends within its %d sizes: %w", head[3], short(err))
		}
		n := int(binary.BigEndian.Uint32(size[:]))
		a.Shape = append(a.Shape, n)
		if _, ok := elements(a.Type.size(), a.Shape); !ok {
			return fail("the header's sizes %v and %d are more than memory can hold", a.Shape[:len(a.Shape)-1], n)
		}
	}
	total, _ := elements(a.Type.size(), a.Shape)
	if int64(total) > most {
		return fail("the header says %d bytes of data for shape %v, more than a file of this size can hold", total, a.Shape)
	}
	if a.Data, err = payload(b, total, a.Shape); err != nil {
		return fail("%w", err)
	}
	return a, nil
}

// payload reads the values of an array, which are the rest of the file.
func payload(b *bufio.Reader, total int, shape []int) ([]byte, error) {
	// The buffer grows with what is read: the header is only a claim.
	var data bytes.Buffer
	got, err := io.CopyN(&data, b, int64(total))
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("after %d of %d bytes of data: %w", got, total, err)
	}
	if got < int64(total) {
		return nil, fmt.Errorf("truncated: %d of %d bytes of data for shape %v", got, total, shape)
	}
	switch _, err := b.ReadByte(); err {
	case nil:
		return nil, fmt.Errorf("the file goes on after its %d bytes of data for shape %v", total, shape)
	case io.EOF:
	default:
		return nil, err
	}
	return data.Bytes(), nil
}

// short names the end of a file for what it is.
func short(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Len is the number of rows: the size of the first axis.
func (a *IDX) Len() int { return a.Shape[0] }

// Width is the number of values in a row: 784 for images of 28 by 28, 1 for
// labels.
func (a *IDX) Width() int { return width(a.Shape) }

// Row writes the values of row i, 0 <= i < Len(), to dst, which holds Width()
// of them.
func (a *IDX) Row(i int, dst []float32) {
	size := a.Type.size()
	b := a.Data[i*a.Width()*size:]
	dst = dst[:a.Width()]
	if a.Type == IDXUint8 { // images
		for k, v := range b[:len(dst)] {
			dst[k] = float32(v)
		}
		return
	}
	for k := range dst {
		v := b[k*size : (k+1)*size]
		switch a.Type {
		case IDXInt8:
			dst[k] = float32(int8(v[0]))
		case IDXInt16:
			dst[k] = float32(int16(binary.BigEndian.Uint16(v)))
		case IDXInt32:
			dst[k] = float32(int32(binary.BigEndian.Uint32(v)))
		case IDXFloat32:
			dst[k] = math.Float32frombits(binary.BigEndian.Uint32(v))
		case IDXFloat64:
			dst[k] = float32(math.Float64frombits(binary.BigEndian.Uint64(v)))
		}
	}
}
