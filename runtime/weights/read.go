package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/nngen-go/nngen/runtime/safetensors"
)

// Read reads a file from r, to its end.
func Read(r io.Reader, o ...Option) (*File, error) { return read(r, "weights", -1, o) }

func read(r io.Reader, name string, size int64, o []Option) (*File, error) {
	how := reading{size: size}
	for _, option := range o {
		option(&how)
	}
	f, err := how.decode(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.Name = name
	return f, nil
}

func (how *reading) decode(r io.Reader) (*File, error) {
	header, err := safetensors.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	meta, entries, err := parseHeader(header)
	if err != nil {
		return nil, err
	}
	if err := checkFormat(meta); err != nil {
		return nil, err
	}
	if err := how.fits(len(header), entries); err != nil {
		return nil, err
	}
	f := &File{Meta: meta, Tensors: make([]Tensor, len(entries))}
	digest := sha256.New()
	data := io.TeeReader(r, digest)
	for i := range entries {
		e := &entries[i]
		t := Tensor{Name: e.Name, DType: e.DType, Shape: e.Shape}
		if err := t.read(data, e.elements(), how.wants(e)); err != nil {
			return nil, fmt.Errorf("tensor %.80q: %w", e.Name, err)
		}
		f.Tensors[i] = t
	}
	if err := safetensors.ReadEnd(r); err != nil {
		return nil, err
	}
	want, stated := meta[KeyDigest]
	if stated && strings.HasPrefix(meta[KeyFormat], formatPrefix) && want != hex.EncodeToString(digest.Sum(nil)) {
		return nil, errors.New("damaged: the data does not match the digest in the header")
	}
	return f, nil
}

// read reads the elements of a tensor and converts them. What it keeps grows
// with what is read, whatever the header claims; nothing, unless keep is set.
func (t *Tensor) read(r io.Reader, left int, keep bool) error {
	size := int(elementSize[t.DType])
	convert, raw := decoders[t.DType], t.DType == "U8"
	if !keep {
		convert, raw = nil, false
	}
	total := left * size
	switch {
	case convert != nil:
		t.Data = make([]float32, 0, min(left, 1<<16))
	case raw:
		t.Bytes = make([]byte, 0, min(left, 1<<16))
	}
	var chunk [8192]byte
	for left > 0 {
		n := min(left, len(chunk)/size)
		part := chunk[:n*size]
		if err := safetensors.ReadFull(r, part, fmt.Sprintf("the last %d of its %d bytes", left*size, total)); err != nil {
			return err
		}
		switch {
		case convert != nil:
			t.Data = convert(t.Data, part)
		case raw:
			t.Bytes = append(t.Bytes, part...)
		}
		left -= n
	}
	return nil
}
