package weights

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/nngen-go/nngen/runtime/safetensors"
)

// entry is a tensor's place in the header.
type entry struct {
	Name    string
	DType   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// elements is the number of elements, which parseHeader has checked.
func (e *entry) elements() int {
	n := 1
	for _, d := range e.Shape {
		n *= d
	}
	return n
}

// elementSize holds the bytes of one element of each dtype of the format.
var elementSize = map[string]uint64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1,
	"U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, "F32": 4,
	"U64": 8, "I64": 8, "F64": 8,
}

// parseHeader decodes a header and returns its metadata and its tensors in the
// order of their bytes. The tensors lie one after the other, without holes.
func parseHeader(text []byte) (map[string]string, []entry, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errors.New("the header is not a JSON object")
	}
	meta := map[string]string{}
	var entries []entry
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, nil, headerError(err)
		}
		name, ok := key.(string)
		if !ok {
			return nil, nil, errors.New("the header is not a JSON object")
		}
		if seen[name] {
			return nil, nil, fmt.Errorf("the header names %.80q twice", name)
		}
		seen[name] = true
		if name == safetensors.MetadataName {
			if err := dec.Decode(&meta); err != nil {
				return nil, nil, fmt.Errorf("the header's metadata: %w", headerError(err))
			}
			continue
		}
		e := entry{Name: name}
		if err := dec.Decode(&e); err != nil {
			return nil, nil, fmt.Errorf("tensor %.80q: %w", name, headerError(err))
		}
		e.Name = name
		if err := e.check(); err != nil {
			return nil, nil, fmt.Errorf("tensor %.80q: %w", name, err)
		}
		entries = append(entries, e)
	}
	if _, err := dec.Token(); err != nil {
		return nil, nil, headerError(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, errors.New("the header goes on after its JSON object")
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		if a.Offsets != b.Offsets {
			return slices.Compare(a.Offsets[:], b.Offsets[:])
		}
		return 0
	})
	var at uint64
	for _, e := range entries {
		if e.Offsets[0] != at {
			return nil, nil, fmt.Errorf("tensor %.80q starts at byte %d of the data, the one before ends at %d", e.Name, e.Offsets[0], at)
		}
		at = e.Offsets[1]
	}
	return meta, entries, nil
}

// headerError words a mistake in the header's JSON.
func headerError(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return errors.New("the header's JSON is cut short")
	case errors.As(err, &kind):
		return fmt.Errorf("a %s in the wrong place", kind.Value)
	}
	return fmt.Errorf("the header is not JSON: %w", err)
}

// check holds dtype, shape and offsets against each other.
func (e *entry) check() error {
	size, ok := elementSize[e.DType]
	if !ok {
		return fmt.Errorf("unknown dtype %.20q", e.DType)
	}
	if e.Shape == nil {
		return errors.New("no shape")
	}
	n := uint64(1)
	for _, d := range e.Shape {
		if d < 0 {
			return fmt.Errorf("negative size in shape %s", shapeText(e.Shape))
		}
		if d > 0 && n > math.MaxInt/8/uint64(d) {
			return fmt.Errorf("shape %s has more elements than memory can hold", shapeText(e.Shape))
		}
		n *= uint64(d)
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if end < begin || end-begin != n*size {
		return fmt.Errorf("data_offsets [%d, %d] do not fit shape %s of %s, which takes %d bytes", begin, end, shapeText(e.Shape), e.DType, n*size)
	}
	return nil
}
