package weights

import (
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/nngen-go/nngen/runtime/nn"
)

// File is a safetensors file, read and checked.
type File struct {
	Name    string            // path it was opened from, "weights" for a bare reader
	Meta    map[string]string // its metadata
	Tensors []Tensor          // in the order of their bytes
}

// Tensor is one tensor of a [File].
type Tensor struct {
	Name  string
	DType string // as in the file: "F32", "BF16"
	Shape []int
	Data  []float32 // row-major, converted; nil if DType is not F64, F32, F16 or BF16, and see [Only]
	Bytes []byte    // if DType is U8
}

// Tensor returns the tensor of that name, nil if there is none.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// Option changes how a file is read.
type Option func(*reading)

// Only keeps the data of those tensors alone that [File.Copy] or
// [File.CopyMatching] could take over into the segments; of the others it keeps
// name, type and shape. A file so takes no more memory than the model, whatever
// else it holds.
func Only(segs []nn.Segment) Option {
	return func(r *reading) {
		r.wanted = make(map[string]nn.Segment, len(segs))
		for _, s := range segs {
			r.wanted[s.Name] = s
		}
	}
}

// reading is how a file is read.
type reading struct {
	wanted map[string]nn.Segment // nil: all
	size   int64                 // of the file; -1: not known
}

// wants reports whether the data of a tensor are kept.
func (r *reading) wants(e *entry) bool {
	if r.wanted == nil {
		return true
	}
	s, ok := r.wanted[e.Name]
	return ok && slices.Equal(e.Shape, s.Shape)
}

// fits reports a header that announces more data than the file has, before memory
// is spent on them.
func (r *reading) fits(header int, entries []entry) error {
	if r.size < 0 || len(entries) == 0 {
		return nil
	}
	have := max(r.size-8-int64(header), 0)
	if told := entries[len(entries)-1].Offsets[1]; told > uint64(have) {
		return fmt.Errorf("truncated: the header announces %d bytes of data, the file has %d", told, have)
	}
	return nil
}

// Open reads the file of that path.
func Open(path string, o ...Option) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	defer f.Close()
	return read(f, path, sizeOf(f.Stat()), o)
}

// OpenFS reads a file of a file system, an embed.FS for example.
func OpenFS(fsys fs.FS, name string, o ...Option) (*File, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	defer f.Close()
	return read(f, name, sizeOf(f.Stat()), o)
}

// sizeOf is the size of a regular file, -1 of anything else.
func sizeOf(info fs.FileInfo, err error) int64 {
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}
