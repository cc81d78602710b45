package network

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

// WeightsFile is the file that predict-only packages embed.
const WeightsFile = "weights.safetensors"

// IsOurWeights reports whether a weights file was written by nngen's runtime.
func IsOurWeights(b []byte) bool {
	f, err := weights.Read(bytes.NewReader(b))
	return err == nil && strings.HasPrefix(f.Meta[weights.KeyFormat], "nngen.weights.")
}

// ReadWeights reads the weights that a predict-only package of p is to embed
// and checks that they are p's.
func ReadWeights(path string, p *loop.Program, allowNonFinite bool) ([]byte, error) {
	// A checkpoint holds a few times the weights; and a header may be long.
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		_, floats := Segments(p)
		if most := int64(100<<20) + 64*int64(floats); info.Size() > most {
			return nil, fmt.Errorf("%s: a file of %d bytes cannot be weights of this model, which has %d parameters", path, info.Size(), floats)
		}
	}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, disk.NoSuchFile(path, ".safetensors")
	}
	if err != nil {
		return nil, err
	}
	return b, CheckWeights(path, b, p, allowNonFinite)
}

// CheckWeightsFile sees whether there are weights at the path, of whatever
// model.
func CheckWeightsFile(path string) error {
	switch info, err := os.Stat(path); {
	case os.IsNotExist(err):
		return disk.NoSuchFile(path, ".safetensors")
	case err != nil:
		return err
	case info.IsDir():
		return disk.FolderError(path)
	case disk.Pointer(path):
		return disk.PointerError(path)
	}
	_, err := weights.Open(path, weights.Only(nil)) // the header, and whether the rest is there
	return err
}

// CheckWeights reports what keeps weights, whose file is b, from being those of p.
func CheckWeights(path string, b []byte, p *loop.Program, allowNonFinite bool) error {
	if disk.IsPointer(b) {
		return disk.PointerError(path)
	}
	f, err := weights.Read(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f.Name = path
	segs, n := Segments(p)
	differences := f.Copy(segs, make([]float32, n))
	id, stated := f.Meta[weights.KeyModelID]
	if !stated || id == p.ModelID {
		if differences != nil || allowNonFinite {
			return differences
		}
		if err := f.CheckFinite(segs); err != nil {
			return fmt.Errorf("%w\n--allow-non-finite takes them as they are", err)
		}
		return nil
	}
	err = fmt.Errorf("%s: these are the weights of another model, %.40q (model_id %.16q), not of %s (model_id %.16q)", path, f.Meta[weights.KeyModel], id, p.File, p.ModelID)
	if differences == nil {
		return fmt.Errorf("%w; every tensor has the same name and shape, so the difference lies in the layers' settings, the preprocessing or the classes", err)
	}
	return fmt.Errorf("%w:\n%w", err, errors.Unwrap(differences))
}

// FileWeights are the weights that the layers of a network have read from files, as a
// file of the package's own.
func (n *Network) FileWeights() ([]byte, error) {
	tensors, err := fileTensors(n)
	if err != nil {
		return nil, err
	}
	return tensorFile(n, tensors, nil)
}

// CopiedWeights are FileWeights with a mark: a package has them because the model's file has.
func (n *Network) CopiedWeights() ([]byte, error) {
	tensors, err := fileTensors(n)
	if err != nil {
		return nil, err
	}
	return tensorFile(n, tensors, map[string]string{keyOrigin: path.Base(filepath.ToSlash(n.Program.File))})
}

const keyOrigin = "origin"

// Copied reports whether a weights file is one of CopiedWeights: when the model's file
// changes, so do the weights of its package.
func Copied(b []byte) bool {
	f, err := weights.Read(bytes.NewReader(b), weights.Only(nil))
	return err == nil && f.Meta[keyOrigin] != ""
}

// tensorFile is a weights file of the network; more is for its metadata.
func tensorFile(n *Network, tensors []weights.Tensor, more map[string]string) ([]byte, error) {
	meta := map[string]string{weights.KeyModelID: n.Program.ModelID, weights.KeyModel: n.Program.Name}
	maps.Copy(meta, more)
	return roomy(tensors, func(w io.Writer) error {
		_, err := weights.WriteTensors(w, meta, tensors)
		return err
	})
}

// roomy is what write writes, in a buffer that is made large enough at once: weights may
// take much of the memory there is.
func roomy(tensors []weights.Tensor, write func(io.Writer) error) ([]byte, error) {
	size := 4096
	for _, t := range tensors {
		size += 4*len(t.Data) + len(t.Name) + 256
	}
	var b bytes.Buffer
	b.Grow(size)
	err := write(&b)
	return b.Bytes(), err
}

// fileTensors are the weights that files give, all that the network has.
func fileTensors(n *Network) (tensors []weights.Tensor, err error) {
	for _, s := range n.Program.Segments {
		from, ok := n.Built.Weights[s.Name]
		if !ok {
			return nil, fmt.Errorf("%s: the file has no weights for %s; train the network, and give its weights with --weights", n.Program.File, s.Name)
		}
		tensors = append(tensors, weights.Tensor{Name: s.Name, Shape: s.Shape, Data: from})
	}
	return tensors, nil
}

// InitialFile is the file of a trainable package with what its description's layers have
// read from files.
const InitialFile = "initial.safetensors"

// initialWeights are the weights that layers have read from files, which a training begins
// with; nil: there are none.
func initialWeights(n *Network) ([]byte, error) {
	var tensors []weights.Tensor
	for _, s := range n.Program.Segments {
		if data, ok := n.Built.Weights[s.Name]; ok && s.Init.Kind == "file" {
			tensors = append(tensors, weights.Tensor{Name: s.Name, Shape: s.Shape, Data: data})
		}
	}
	if tensors == nil {
		return nil, nil
	}
	return tensorFile(n, tensors, nil)
}

// Segments describes the parameter block in the runtime's terms.
func Segments(p *loop.Program) (segs []nn.Segment, floats int) {
	for _, s := range p.Segments {
		var flags nn.Flags
		switch s.Role {
		case block.Frozen:
			flags = nn.Frozen
		case block.State:
			flags = nn.State
		}
		segs = append(segs, nn.Segment{Name: s.Name, Shape: s.Shape, Offset: s.Offset, Flags: flags})
		floats = max(floats, s.Offset+s.Len())
	}
	return segs, floats
}
