package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A filter is a step that chunks went through when they were written.
type filter struct {
	id     int
	values []uint32
}

const (
	deflate    = 1
	shuffle    = 2
	fletcher32 = 3
)

// filterNames are the filters that errors can name.
var filterNames = map[int]string{4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd"}

// filters reads a filter message.
func filters(b *block) ([]filter, error) {
	version, n := b.version(2), b.u8()
	switch {
	case b.err != nil:
		return nil, b.err
	case version == 1:
		b.skip(6)
	case version != 2:
		return nil, b.fault("version %d is not supported", version)
	}
	var fs []filter
	for range n {
		f := filter{id: b.u16()}
		nameSize := 0
		if version == 1 || f.id >= 256 {
			nameSize = b.u16()
		}
		b.skip(2)
		values := b.u16()
		if version == 1 {
			nameSize = (nameSize + 7) &^ 7
		}
		b.skip(nameSize)
		for range values {
			f.values = append(f.values, b.u32())
			if b.err != nil {
				return nil, b.err
			}
		}
		if version == 1 && values%2 == 1 {
			b.skip(4)
		}
		fs = append(fs, f)
	}
	return fs, b.err
}

// known says, before anything is read, whether all filters are supported.
func known(fs []filter) error {
	for _, f := range fs {
		if f.id < deflate || f.id > fletcher32 {
			name := filterNames[f.id]
			if name == "" {
				name = "unknown"
			}
			return fmt.Errorf("filter %d (%s) is not supported: deflate, shuffle and fletcher32 are", f.id, name)
		}
	}
	return nil
}

// An undoing takes chunks back through the filters of a dataset.
type undoing struct {
	filters []filter
	zlib    io.ReadCloser // of the chunk before, to be used again
}

// undo takes a chunk of size bytes back through the filters; those whose bit is
// set in mask were left out.
func (u *undoing) undo(mask uint32, p []byte, size int) ([]byte, error) {
	fs := u.filters
	for i := len(fs) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		var err error
		switch fs[i].id {
		case deflate:
			// A checksum that was added before would lengthen the chunk.
			p, err = u.inflate(p, size+4)
		case shuffle:
			p, err = unshuffle(p, fs[i].values)
		case fletcher32:
			p, err = checked(p)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(p) != size {
		return nil, fmt.Errorf("%d bytes came out of the filters in place of %d", len(p), size)
	}
	return p, nil
}

// inflate undoes deflate, and refuses more than most bytes.
func (u *undoing) inflate(p []byte, most int) ([]byte, error) {
	if most-4 > len(p)*maxRatio {
		return nil, fmt.Errorf("%d bytes deflated from %d: that is refused as a decompression bomb", most-4, len(p))
	}
	var err error
	if u.zlib == nil {
		u.zlib, err = zlib.NewReader(bytes.NewReader(p))
	} else {
		err = u.zlib.(zlib.Resetter).Reset(bytes.NewReader(p), nil)
	}
	if err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	z := u.zlib
	out := make([]byte, most)
	n, err := io.ReadFull(z, out)
	if err == nil {
		// The buffer is full: only the end may follow.
		extra, err := z.Read(make([]byte, 1))
		if extra > 0 {
			return nil, fmt.Errorf("deflate: more than %d bytes", most-4)
		}
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("deflate: %w", err)
		}
	} else if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("deflate: %w", err)
	} else if _, end := z.Read(make([]byte, 1)); end != io.EOF {
		return nil, errors.New("deflate: the data end too early")
	}
	return out[:n], nil
}

// unshuffle brings the bytes of each element together; the filter had written
// the first bytes of all elements, then the second ones and so on. Bytes after
// the last whole element stay.
func unshuffle(p []byte, values []uint32) ([]byte, error) {
	if len(values) != 1 || values[0] == 0 {
		return nil, errors.New("shuffle: the size of elements is missing")
	}
	size := int(values[0])
	n := len(p) / size
	if size == 1 || n <= 1 {
		return p, nil
	}
	out := make([]byte, len(p))
	for b := range size {
		for i, c := range p[b*n : (b+1)*n] {
			out[i*size+b] = c
		}
	}
	copy(out[n*size:], p[n*size:])
	return out, nil
}

// checked compares the Fletcher checksum in the last four bytes with those
// before it and takes it off.
func checked(p []byte) ([]byte, error) {
	if len(p) < 4 {
		return nil, fmt.Errorf("fletcher32: %d bytes have no room for a checksum", len(p))
	}
	data, want := p[:len(p)-4], binary.LittleEndian.Uint32(p[len(p)-4:])
	if got := fletcher(data); got != want {
		return nil, fmt.Errorf("fletcher32: the checksum is %#08x, the bytes give %#08x: the file is damaged", want, got)
	}
	return data, nil
}

// fletcher is Fletcher's checksum over big-endian words of 16 bits, modulo
// 65535 with 65535 for zero (Fletcher, An arithmetic checksum for serial
// transmissions, IEEE Transactions on Communications 30, 1982).
func fletcher(p []byte) uint32 {
	var a, b uint32
	add := func(w uint32) {
		a += w
		a = a&0xFFFF + a>>16
		b += a
		b = b&0xFFFF + b>>16
	}
	for ; len(p) >= 2; p = p[2:] {
		add(uint32(p[0])<<8 | uint32(p[1]))
	}
	if len(p) == 1 {
		add(uint32(p[0]) << 8)
	}
	return b<<16 | a
}
