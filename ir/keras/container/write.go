package container

import (
	"archive/zip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

// WriteKeras writes the model as a .keras archive. Its format is Objects.
func (m *Model) WriteKeras(w io.Writer) error {
	if m.Format != Objects {
		return errors.New("an archive has weights by their paths, not by names of layers")
	}
	if err := checkJSON(configName, m.Config); err != nil {
		return err
	}
	weights, err := m.objects()
	if err != nil {
		return err
	}
	metadata, err := json.Marshal(map[string]string{"keras_version": m.Version, "date_saved": m.Date})
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	put := func(name string, write func(io.Writer) error) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			err = write(f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	bytes := func(p []byte) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := w.Write(p)
			return err
		}
	}
	if err := put(metadataName, bytes(metadata)); err != nil {
		return err
	}
	if err := put(configName, bytes(m.Config)); err != nil {
		return err
	}
	if err := put(weightsName, func(w io.Writer) error {
		_, err := weights.WriteTo(w)
		return err
	}); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m.Assets)) {
		if !fs.ValidPath(name) {
			return fmt.Errorf("%.80q is no path of an asset", name)
		}
		p, err := m.Assets[name].Read()
		if err != nil {
			return fmt.Errorf("asset %s: %w", name, err)
		}
		if err := put(assetsName+"/"+name, bytes(p)); err != nil {
			return err
		}
	}
	return z.Close()
}

// WriteH5 writes the model as an HDF5 file of its format: of format Layers a .h5
// file, with the model if there is a configuration; of format Objects a
// .weights.h5 file.
func (m *Model) WriteH5(w io.Writer) error {
	var root *hdf5.Node
	var err error
	if m.Format == Layers {
		root, err = m.layers()
	} else {
		root, err = m.objects()
	}
	if err == nil {
		_, err = root.WriteTo(w)
	}
	return err
}

// objects is a file of weights of format Objects.
func (m *Model) objects() (*hdf5.Node, error) {
	root := hdf5.New()
	for _, g := range slices.Concat(m.Groups, m.Optimizer) {
		vars := root.Group(join(g.Path, "vars"))
		if g.Name != "" {
			vars.Attribute("name", hdf5.Text(g.Name))
		}
		for i := range g.Tensors {
			if err := put(vars, &g.Tensors[i]); err != nil {
				return nil, err
			}
		}
	}
	return root, nil
}

// layers is a file of format Layers.
func (m *Model) layers() (*hdf5.Node, error) {
	root := hdf5.New()
	weights := root
	if m.Config != nil {
		root.Attribute("model_config", hdf5.Text(string(m.Config)))
		if m.Compile != nil {
			root.Attribute("training_config", hdf5.Text(string(m.Compile)))
		}
		weights = root.Group("model_weights")
	}
	for _, g := range []*hdf5.Node{root, weights} {
		if m.Version != "" {
			g.Attribute("keras_version", hdf5.Text(m.Version))
		}
		if m.Backend != "" {
			g.Attribute("backend", hdf5.Text(m.Backend))
		}
		if weights == root {
			break
		}
	}
	var names []string
	for _, g := range m.Groups {
		if g.Path != "top_level_model_weights" {
			names = append(names, g.Path)
		}
		if err := putLayer(weights, g); err != nil {
			return nil, err
		}
	}
	putTexts(weights, "layer_names", names)
	for _, g := range m.Optimizer {
		if err := putLayer(root, g); err != nil {
			return nil, err
		}
	}
	return root, nil
}

func putLayer(parent *hdf5.Node, g Group) error {
	h := parent.Group(g.Path)
	names := make([]string, len(g.Tensors))
	for i := range g.Tensors {
		names[i] = g.Tensors[i].Name
		if err := put(h, &g.Tensors[i]); err != nil {
			return err
		}
	}
	putTexts(h, "weight_names", names)
	return nil
}

// putTexts writes strings as one attribute, or as several when they are too large
// for one: as numpy.array_split does, in parts of which the first may be longer by
// one.
func putTexts(n *hdf5.Node, name string, ss []string) {
	size := 1
	for _, s := range ss {
		size = max(size, len(s))
	}
	parts := 1
	for parts < len(ss) && (len(ss)+parts-1)/parts*size > hdf5.MaxAttribute {
		parts++
	}
	if parts == 1 {
		n.Attribute(name, hdf5.FixedTexts(ss))
		return
	}
	least, longer := len(ss)/parts, len(ss)%parts
	for i := range parts {
		count := least
		if i < longer {
			count++
		}
		n.Attribute(name+strconv.Itoa(i), hdf5.FixedTexts(ss[:count:count]))
		ss = ss[count:]
	}
}

// types are the types of tensors by name.
var types = map[string]hdf5.Type{
	"float16": {Kind: hdf5.Float, Size: 2}, "float32": {Kind: hdf5.Float, Size: 4}, "float64": {Kind: hdf5.Float, Size: 8},
	"bfloat16": {Kind: hdf5.Opaque, Size: 2}, "bool": {Kind: hdf5.Bool, Size: 1},
	"int8": {Kind: hdf5.Int, Size: 1}, "int16": {Kind: hdf5.Int, Size: 2}, "int32": {Kind: hdf5.Int, Size: 4}, "int64": {Kind: hdf5.Int, Size: 8},
	"uint8": {Kind: hdf5.Uint, Size: 1}, "uint16": {Kind: hdf5.Uint, Size: 2}, "uint32": {Kind: hdf5.Uint, Size: 4}, "uint64": {Kind: hdf5.Uint, Size: 8},
}

// put makes a dataset of a tensor.
func put(parent *hdf5.Node, t *Tensor) error {
	typ, ok := types[t.DType]
	if !ok {
		if d, ok := t.source.(*hdf5.Dataset); ok { // strings
			data, err := hdf5.Copy(d)
			parent.Dataset(t.Name, data)
			return err
		}
		return fmt.Errorf("weight %s has elements of type %s, which cannot be written", t.Name, t.DType)
	}
	d := parent.Dataset(t.Name, hdf5.Stream(typ, t.Shape, func(w io.Writer) error {
		_, err := t.WriteTo(w)
		return err
	}))
	if t.DType == "bfloat16" {
		d.Attribute("dtype", hdf5.Text("bfloat16"))
	}
	return nil
}

// writeNumbers writes numbers little-endian, a part at a time.
func writeNumbers[T float32 | int64](w io.Writer, v []T) error {
	var buf []byte
	for part := range slices.Chunk(v, 1<<16) {
		var err error
		if buf, err = binary.Append(buf[:0], binary.LittleEndian, part); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
