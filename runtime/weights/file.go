package weights

import (
	"fmt"
	"io/fs"
	"os"
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
	Data  []float32 // row-major, converted; nil if DType is not F64, F32, F16 or BF16
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

// Open reads the file of that path.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	defer f.Close()
	return read(f, path)
}

// OpenFS reads a file of a file system, an embed.FS for example.
func OpenFS(fsys fs.FS, name string) (*File, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	defer f.Close()
	return read(f, name)
}
