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
)

// Write writes the segments of a parameter block, in their order and as F32,
// and returns the number of bytes written. It adds [KeyFormat] and [KeyDigest]
// to the metadata. The bytes depend on nothing but the arguments.
func Write(w io.Writer, meta map[string]string, segs []nn.Segment, params []float32) (int64, error) {
	header, err := buildHeader(meta, segs, params)
	if err != nil {
		return 0, err
	}
	out := &counter{w: w}
	buf := bufio.NewWriterSize(out, 1<<16)
	var size [8]byte
	binary.LittleEndian.PutUint64(size[:], uint64(len(header)))
	buf.Write(size[:])
	buf.Write(header)
	for _, s := range segs {
		writeFloats(buf, s.Of(params))
	}
	if err := buf.Flush(); err != nil {
		return out.n, fmt.Errorf("weights: %w", err)
	}
	return out.n, nil
}

// buildHeader returns the JSON header, padded with spaces so that the data
// section starts at a multiple of 8 bytes.
func buildHeader(meta map[string]string, segs []nn.Segment, params []float32) ([]byte, error) {
	digest := sha256.New()
	names := make(map[string]bool, len(segs))
	for _, s := range segs {
		if s.Offset < 0 || s.Len() < 0 || s.Offset+s.Len() > len(params) {
			return nil, fmt.Errorf("weights: tensor %q lies outside the %d parameters", s.Name, len(params))
		}
		if names[s.Name] || s.Name == metadataName {
			return nil, fmt.Errorf("weights: tensor name %q is taken", s.Name)
		}
		names[s.Name] = true
		writeFloats(digest, s.Of(params))
	}
	all := make(map[string]string, len(meta)+2)
	maps.Copy(all, meta)
	all[KeyFormat] = fmt.Sprint(formatPrefix, Format)
	all[KeyDigest] = hex.EncodeToString(digest.Sum(nil))

	h := []byte(`{"` + metadataName + `":{`)
	for i, k := range slices.Sorted(maps.Keys(all)) {
		if i > 0 {
			h = append(h, ',')
		}
		h = append(appendJSON(h, k), ':')
		h = appendJSON(h, all[k])
	}
	h = append(h, '}')
	at := 0
	for _, s := range segs {
		h = appendJSON(append(h, ','), s.Name)
		h = append(h, `:{"dtype":"F32","shape":`...)
		h = appendJSON(h, append([]int{}, s.Shape...))
		h = append(h, `,"data_offsets":`...)
		h = appendJSON(h, [2]int{at, at + 4*s.Len()})
		h = append(h, '}')
		at += 4 * s.Len()
	}
	h = append(h, '}')
	for len(h)%8 != 0 {
		h = append(h, ' ')
	}
	if len(h) > maxHeader {
		return nil, fmt.Errorf("weights: header of %d bytes, at most %d can be read back", len(h), maxHeader)
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

// writeFloats writes x little-endian. Errors are kept by the bufio.Writer; a
// hash has none.
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
