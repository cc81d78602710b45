package safetensors

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Tensor names one part of the parameter block.
type Tensor struct {
	Name   string
	Shape  []int
	Offset int // in float32s
}

// Len is the number of elements.
func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Of is the tensor's part of the block.
func (t Tensor) Of(block []float32) []float32 { return block[t.Offset : t.Offset+t.Len()] }

// entry is what the header of a file says of one tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
	of      Tensor
}

// ReadBlock fills the block from a file, which must hold exactly these tensors
// and belong to this model, and returns its metadata. A file that fails leaves
// the block in part filled.
func ReadBlock(r io.Reader, modelID string, tensors []Tensor, block []float32) (meta map[string]string, err error) {
	header, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	return fillBlock(r, header, modelID, tensors, block)
}

// fillBlock is ReadBlock of what follows a header.
func fillBlock(r io.Reader, header []byte, modelID string, tensors []Tensor, block []float32) (meta map[string]string, err error) {
	entries, meta, err := parseHeader(header, modelID, tensors)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	data := io.TeeReader(r, sum)
	for _, e := range entries {
		to := e.of.Of(block)
		var chunk [4096]byte
		for len(to) > 0 {
			n := min(len(to), len(chunk)/4)
			if err := ReadFull(data, chunk[:4*n], fmt.Sprintf("tensor %q", e.of.Name)); err != nil {
				return nil, err
			}
			for i := range n {
				to[i] = math.Float32frombits(binary.LittleEndian.Uint32(chunk[4*i:]))
			}
			to = to[n:]
		}
	}
	if err := ReadEnd(r); err != nil {
		return nil, err
	}
	if digest := meta["digest"]; digest != "" && digest != hex.EncodeToString(sum.Sum(nil)) {
		return nil, errors.New("damaged: the data does not match the digest in the header")
	}
	return meta, nil
}

// CheckFinite reports an element of the block that is not a finite number.
func CheckFinite(tensors []Tensor, block []float32) error {
	for _, t := range tensors {
		for i, v := range t.Of(block) {
			if v-v != 0 { // NaN, and so is the difference of infinities
				return fmt.Errorf("tensor %q is %v at element %d: not a finite number, such as a training leaves that diverged", t.Name, v, i)
			}
		}
	}
	return nil
}

// parseHeader checks the header against the tensors of this model. It returns
// them in the order of the file, and its metadata.
func parseHeader(header []byte, modelID string, tensors []Tensor) (entries []entry, meta map[string]string, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(header, &fields); err != nil {
		return nil, nil, fmt.Errorf("not a safetensors file: %w", err)
	}
	if raw, ok := fields[MetadataName]; ok {
		if err := json.Unmarshal(raw, &meta); err != nil {
			return nil, nil, fmt.Errorf("metadata: %w", err)
		}
		delete(fields, MetadataName)
	}
	var problems []error
	if id, ok := meta["model_id"]; ok && id != modelID {
		problems = append(problems, fmt.Errorf("these are the weights of another model: model_id %.16q (%.40q), this package has %.16q", id, meta["model"], modelID))
	}
	for _, t := range tensors {
		raw, ok := fields[t.Name]
		if !ok {
			problems = append(problems, fmt.Errorf("tensor %q %v is not in the file", t.Name, t.Shape))
			continue
		}
		delete(fields, t.Name)
		e := entry{of: t}
		if err := json.Unmarshal(raw, &e); err != nil {
			problems = append(problems, fmt.Errorf("tensor %q: %w", t.Name, err))
		} else if e.DType != "F32" || !slices.Equal(e.Shape, t.Shape) {
			problems = append(problems, fmt.Errorf("tensor %q is %.10q %v in the file, F32 %v in the model", t.Name, e.DType, e.Shape, t.Shape))
		}
		entries = append(entries, e)
	}
	if len(fields) > 0 {
		problems = append(problems, fmt.Errorf("%d tensors of the file are not in the model", len(fields)))
	}
	if len(problems) > 0 {
		return nil, nil, errors.Join(problems...)
	}
	slices.SortFunc(entries, func(a, b entry) int { return slices.Compare(a.Offsets[:], b.Offsets[:]) })
	at := 0
	for _, e := range entries {
		if e.Offsets != [2]int{at, at + 4*e.of.Len()} {
			return nil, nil, fmt.Errorf("tensor %q lies at bytes %v, expected from %d on", e.of.Name, e.Offsets, at)
		}
		at = e.Offsets[1]
	}
	return entries, meta, nil
}
