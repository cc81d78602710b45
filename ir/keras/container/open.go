package container

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

// maxJSON is how long the description of a model may be.
const maxJSON = 256 << 20

// Open reads a file of size bytes, whatever it is called: a .keras archive or
// HDF5, with a model or weights alone. Weights are read from r later, when they
// are asked for.
func Open(r io.ReaderAt, size int64) (*Model, error) {
	head := make([]byte, min(size, 64))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	m := &Model{Assets: map[string]Asset{}}
	switch {
	case strings.HasPrefix(string(head), "PK"):
		return m, m.readArchive(r, size)
	case strings.HasPrefix(string(head), "version https://git-lfs"):
		return nil, errors.New("this is no model but a pointer of Git LFS to one: git lfs pull fetches it")
	case strings.HasPrefix(strings.TrimSpace(string(head)), "{"):
		return nil, errors.New("this is JSON, with no weights: open an index of shards (.weights.json) by its path, and read a configuration by itself")
	}
	return m, m.readHDF5(r, size)
}

// readHDF5 reads an HDF5 file of either format.
func (m *Model) readHDF5(r io.ReaderAt, size int64) error {
	f, err := hdf5.Open(r, size)
	if errors.Is(err, hdf5.ErrNot) {
		return errors.New("this is neither a .keras archive nor HDF5")
	}
	if err != nil {
		return err
	}
	root, err := f.Root()
	if err != nil {
		return err
	}
	layers, err := isLayers(root)
	if err != nil {
		return err
	}
	if layers {
		if m.Config != nil {
			return errors.New("the weights of the archive are in the format of .h5 files")
		}
		if err := m.readLayers(root); err != nil {
			return err
		}
		return m.checkLayers()
	}
	return m.readObjects(root)
}

func (m *Model) checkLayers() error {
	if m.Config != nil {
		if err := checkJSON("model_config", m.Config); err != nil {
			return err
		}
	}
	if m.Compile != nil {
		return checkJSON("training_config", m.Compile)
	}
	return nil
}

// OpenFile reads a file by its path: what Open reads, an index of shards
// (.weights.json) with the shards beside it, or the folder that Keras calls an
// unzipped archive. Close the model when its weights have been read.
func OpenFile(path string) (*Model, error) { return OpenCounted(path, nil) }

// OpenCounted is OpenFile that tells of a single file how many bytes have been read of it,
// those that are read again as well; read may be nil.
func OpenCounted(path string, read func(n int)) (*Model, error) {
	m, err := openFile(path, read)
	if err != nil {
		if m != nil {
			m.Close()
		}
		return nil, fmt.Errorf("%s: %w", path, strip(err, path))
	}
	return m, nil
}

// strip takes off the path that errors of package os begin with.
func strip(err error, path string) error {
	var p *os.PathError
	if errors.As(err, &p) && p.Path == path {
		return p.Err
	}
	return err
}

func openFile(path string, read func(n int)) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return openFolder(path)
	}
	if strings.HasSuffix(path, ".json") {
		m := &Model{Assets: map[string]Asset{}}
		index, err := os.ReadFile(path)
		if err != nil {
			return m, err
		}
		return m, m.readShards(index, filepath.Dir(path))
	}
	f, size, err := openAt(path)
	if err != nil {
		return nil, err
	}
	m, err := Open(&counted{f, read}, size)
	if m == nil {
		m = &Model{}
	}
	m.close = append(m.close, f)
	return m, err
}

// counted counts what is read.
type counted struct {
	io.ReaderAt
	read func(n int)
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, at)
	if c.read != nil {
		c.read(n)
	}
	return n, err
}

func openAt(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// openFolder reads an archive that was unzipped.
func openFolder(dir string) (*Model, error) {
	m := &Model{Assets: map[string]Asset{}}
	for name, read := range map[string]func([]byte) error{configName: m.readConfig, metadataName: m.readMetadata} {
		p, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) && name == metadataName {
			continue
		}
		if err != nil {
			return m, err
		}
		if err := read(p); err != nil {
			return m, err
		}
	}
	assets := os.DirFS(dir)
	if err := m.addAssets(assets); err != nil {
		return m, err
	}
	if index, err := os.ReadFile(filepath.Join(dir, shardsName)); err == nil {
		return m, m.readShards(index, dir)
	}
	f, size, err := openAt(filepath.Join(dir, weightsName))
	if err != nil {
		return m, err
	}
	m.close = append(m.close, f)
	return m, m.readHDF5(f, size)
}

// readShards reads the weights of a model that are in several files, by the index
// that names them.
func (m *Model) readShards(index []byte, dir string) error {
	return m.eachShard(index, func(name string) error {
		f, size, err := openAt(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		m.close = append(m.close, f)
		return m.readHDF5(f, size)
	})
}

// eachShard visits the files that an index of shards names: {"weight_map":
// {"/layers/dense/vars": "model_00000.weights.h5" or a list of such}}.
func (m *Model) eachShard(index []byte, visit func(name string) error) error {
	var in struct {
		Map map[string]json.RawMessage `json:"weight_map"`
	}
	if err := json.Unmarshal(index, &in); err != nil {
		return fmt.Errorf("the index of shards: %w", err)
	}
	if in.Map == nil {
		return errors.New("this is neither an index of shards, which has a weight_map, nor a model of model.to_json(), which has a class_name")
	}
	files := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(in.Map)) {
		var one string
		var many []string
		if json.Unmarshal(in.Map[path], &one) == nil {
			many = []string{one}
		} else if err := json.Unmarshal(in.Map[path], &many); err != nil {
			return fmt.Errorf("weight_map of the index of shards: %q is neither a file nor a list of files", path)
		}
		for _, name := range many {
			if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\:`) {
				return fmt.Errorf("weight_map of the index of shards: %.80q is no file beside it", name)
			}
			files[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := visit(name); err != nil {
			return fmt.Errorf("shard %s: %w", name, err)
		}
	}
	return nil
}
