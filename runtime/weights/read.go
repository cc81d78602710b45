package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
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
	var size [8]byte
	if err := fill(r, size[:], "its first 8 bytes"); err != nil {
		return nil, err
	}
	if string(size[:]) == "version " { // https://git-lfs.github.com/spec/
		return nil, errors.New("this is a Git LFS pointer in place of the weights: git lfs pull fetches them")
	}
	n := binary.LittleEndian.Uint64(size[:])
	if n > maxHeader {
		return nil, fmt.Errorf("not a safetensors file: a header of %d bytes (at most %d)", n, maxHeader)
	}
	// The buffer grows with what is read: a header length is only a claim.
	var header bytes.Buffer
	got, err := io.CopyN(&header, r, int64(n))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if got < int64(n) {
		return nil, fmt.Errorf("truncated: the header ends after %d of %d bytes", got, n)
	}
	meta, entries, err := parseHeader(header.Bytes())
	if err != nil {
		return nil, err
	}
	if err := checkFormat(meta); err != nil {
		return nil, err
	}
	if err := how.fits(int64(n), entries); err != nil {
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
	var one [1]byte
	if _, err := io.ReadFull(r, one[:]); err == nil {
		return nil, errors.New("the file goes on after its last tensor")
	} else if err != io.EOF {
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
		if err := fill(r, part, fmt.Sprintf("the last %d of its %d bytes", left*size, total)); err != nil {
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

// fill reads all of p, and says what is missing if the file ends before.
func fill(r io.Reader, p []byte, what string) error {
	_, err := io.ReadFull(r, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("truncated: the file ends within %s", what)
	}
	return err
}
