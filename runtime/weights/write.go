package weights

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/safetensors"
)

// Write writes the segments of a parameter block, in their order and as F32,
// and returns the number of bytes written. It adds [KeyFormat] and [KeyDigest]
// to the metadata. The bytes depend on nothing but the arguments.
func Write(w io.Writer, meta map[string]string, segs []nn.Segment, params []float32) (int64, error) {
	tensors := make([]Tensor, len(segs))
	for i, s := range segs {
		if s.Offset < 0 || s.Len() < 0 || s.Offset+s.Len() > len(params) {
			return 0, fmt.Errorf("weights: tensor %q lies outside the %d parameters", s.Name, len(params))
		}
		tensors[i] = Tensor{Name: s.Name, Shape: s.Shape, Data: s.Of(params)}
	}
	return WriteTensors(w, meta, tensors)
}

// WriteTensors is [Write] for tensors that need not lie in one block: those with
// Bytes are written as U8, the others as F32, whatever their DType says.
func WriteTensors(w io.Writer, meta map[string]string, tensors []Tensor) (int64, error) {
	header, err := buildHeader(meta, tensors)
	if err != nil {
		return 0, err
	}
	out := &counter{w: w}
	buf := bufio.NewWriterSize(out, 1<<16)
	var size [8]byte
	binary.LittleEndian.PutUint64(size[:], uint64(len(header)))
	buf.Write(size[:])
	buf.Write(header)
	for i := range tensors {
		tensors[i].write(buf)
	}
	if err := buf.Flush(); err != nil {
		return out.n, fmt.Errorf("weights: %w", err)
	}
	return out.n, nil
}

// form is what a tensor is written as.
func (t *Tensor) form() (dtype string, elements, size int) {
	if t.Bytes != nil {
		return "U8", len(t.Bytes), len(t.Bytes)
	}
	return "F32", len(t.Data), 4 * len(t.Data)
}

// write writes the elements. Errors are kept by the bufio.Writer; a hash has none.
func (t *Tensor) write(w io.Writer) {
	if t.Bytes != nil {
		w.Write(t.Bytes)
	} else {
		writeFloats(w, t.Data)
	}
}

// buildHeader returns the JSON header, padded with spaces so that the data
// section starts at a multiple of 8 bytes.
func buildHeader(meta map[string]string, tensors []Tensor) ([]byte, error) {
	digest := sha256.New()
	names := make(map[string]bool, len(tensors))
	for i := range tensors {
		t := &tensors[i]
		if names[t.Name] || t.Name == safetensors.MetadataName {
			return nil, fmt.Errorf("weights: tensor name %q is taken", t.Name)
		}
		names[t.Name] = true
		if _, n, _ := t.form(); n != (nn.Segment{Shape: t.Shape}).Len() {
			return nil, fmt.Errorf("weights: tensor %q has %d elements, not the shape %s", t.Name, n, shapeText(t.Shape))
		}
		t.write(digest)
	}
	all := make(map[string]string, len(meta)+2)
	maps.Copy(all, meta)
	all[KeyFormat] = fmt.Sprint(formatPrefix, Format)
	all[KeyDigest] = hex.EncodeToString(digest.Sum(nil))

	h := []byte(`{"` + safetensors.MetadataName + `":{`)
	for i, k := range slices.Sorted(maps.Keys(all)) {
		if i > 0 {
			h = append(h, ',')
		}
		h = append(appendJSON(h, k), ':')
		h = appendJSON(h, all[k])
	}
	h = append(h, '}')
	at := 0
	for i := range tensors {
		t := &tensors[i]
		dtype, _, size := t.form()
		h = appendJSON(append(h, ','), t.Name)
		h = append(h, `:{"dtype":"`+dtype+`","shape":`...)
		h = appendJSON(h, append([]int{}, t.Shape...))
		h = append(h, `,"data_offsets":`...)
		h = appendJSON(h, [2]int{at, at + size})
		h = append(h, '}')
		at += size
	}
	h = append(h, '}')
	for len(h)%8 != 0 {
		h = append(h, ' ')
	}
	if len(h) > safetensors.MaxHeader {
		return nil, fmt.Errorf("weights: header of %d bytes, at most %d can be read back", len(h), safetensors.MaxHeader)
	}
	return h, nil
}

// appendJSON appends a string or integers, which always have a JSON form.
func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("weights: " + err.Error())
	}
	return append(b, text...)
}

// writeFloats writes x little-endian.
func writeFloats(w io.Writer, x []float32) {
	var chunk [4096]byte
	for len(x) > 0 {
		n := min(len(x), len(chunk)/4)
		for i, v := range x[:n] {
			binary.LittleEndian.PutUint32(chunk[4*i:], math.Float32bits(v))
		}
		w.Write(chunk[:4*n])
		x = x[n:]
	}
}

// counter counts the bytes that reach w.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
