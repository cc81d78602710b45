package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	MaxHeader    = 100_000_000    // bytes, as in the reference implementation (safetensors/src/tensor.rs)
	MetadataName = "__metadata__" // the one key of the header that is not a tensor
)

// ReadHeader reads the beginning of a file and returns the JSON of its header.
func ReadHeader(r io.Reader) ([]byte, error) {
	var size [8]byte
	if err := ReadFull(r, size[:], "its first 8 bytes"); err != nil {
		return nil, err
	}
	if string(size[:]) == "version " { // https://git-lfs.github.com/spec/
		return nil, errors.New("this is a Git LFS pointer in place of the weights: git lfs pull fetches them")
	}
	n := binary.LittleEndian.Uint64(size[:])
	if n > MaxHeader {
		return nil, fmt.Errorf("not a safetensors file: a header of %d bytes (at most %d)", n, MaxHeader)
	}
	var header bytes.Buffer // grows with what is read: the length is only a claim
	got, err := io.CopyN(&header, r, int64(n))
	if err == io.EOF {
		err = fmt.Errorf("truncated: the header ends after %d of %d bytes", got, n)
	}
	return header.Bytes(), err
}

// ReadFull fills p. What names these bytes in the error for a file that ends
// within them.
func ReadFull(r io.Reader, p []byte, what string) error {
	_, err := io.ReadFull(r, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("truncated: the file ends within %s", what)
	}
	return err
}

// ReadEnd reports bytes after the last tensor.
func ReadEnd(r io.Reader) error {
	_, err := io.ReadFull(r, make([]byte, 1))
	if err == nil {
		return errors.New("the file goes on after its last tensor")
	} else if err != io.EOF {
		return err
	}
	return nil
}
