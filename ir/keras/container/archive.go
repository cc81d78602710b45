package container

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The members of an archive.
const (
	configName   = "config.json"
	metadataName = "metadata.json"
	weightsName  = "model.weights.h5"
	shardsName   = "model.weights.json"
	assetsName   = "assets"
)

// Limits of the members of an archive, as Keras has them (saving_lib.py,
// _reject_zip_bomb): Keras itself compresses none.
const (
	maxMember = 4 << 30 // bytes of a compressed member
	maxRatio  = 100     // of a compressed member's bytes to those in the file
	bombFloor = 1 << 20 // bytes below which the ratio does not matter
)

// An Asset is a file beside the weights.
type Asset struct {
	Size int64
	open func() (io.ReadCloser, error)
}

// Read reads the asset.
func (a Asset) Read() ([]byte, error) {
	if a.Size > maxJSON {
		return nil, fmt.Errorf("an asset of %d bytes, at most %d", a.Size, maxJSON)
	}
	r, err := a.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, a.Size))
}

// readArchive reads a .keras file.
func (m *Model) readArchive(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("the archive is damaged: %w", err)
	}
	members := map[string]*zip.File{}
	var names []string
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if strings.HasSuffix(name, "/") {
			continue
		}
		if !fs.ValidPath(name) {
			return fmt.Errorf("the archive has a member %.80q, which leads out of it", f.Name)
		}
		if members[name] != nil {
			return fmt.Errorf("the archive has two members %.80q", name)
		}
		if err := checkMember(f); err != nil {
			return err
		}
		members[name] = f
		names = append(names, name)
		if asset, ok := strings.CutPrefix(name, assetsName+"/"); ok {
			m.Assets[asset] = Asset{int64(f.UncompressedSize64), f.Open}
		}
	}
	config := members[configName]
	if config == nil && len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return path.Ext(name) != ".npy" }) {
		return fmt.Errorf("this is a .npz file of NumPy, with arrays alone: %.200q; save the model with model.save(\"model.keras\")", names)
	}
	if config == nil {
		return fmt.Errorf("the archive has no %s, but %.200q: it is no .keras file", configName, names)
	}
	if err := readMember(config, m.readConfig); err != nil {
		return err
	}
	if f := members[metadataName]; f != nil {
		if err := readMember(f, m.readMetadata); err != nil {
			return err
		}
	}
	switch {
	case members[weightsName] != nil:
		return m.readZipped(r, members[weightsName])
	case members[shardsName] != nil:
		return readMember(members[shardsName], func(index []byte) error {
			return m.eachShard(index, func(name string) error {
				if members[name] == nil {
					return errors.New("it is not in the archive")
				}
				return m.readZipped(r, members[name])
			})
		})
	case members["model.weights.npz"] != nil:
		return errors.New("the weights are in model.weights.npz, which Keras writes but cannot read: save the model with weights_format=\"h5\"")
	}
	return fmt.Errorf("the archive has no %s, but %.200q", weightsName, names)
}

// checkMember refuses members that would grow out of all proportion.
func checkMember(f *zip.File) error {
	size, stored := f.UncompressedSize64, f.CompressedSize64
	switch {
	case f.Method == zip.Store:
		return nil
	case size > maxMember:
		return fmt.Errorf("%.80q of the archive has %d bytes compressed, at most %d are read", f.Name, size, int64(maxMember))
	case size > bombFloor && size/maxRatio > stored:
		return fmt.Errorf("%.80q of the archive has %d bytes in %d: it is refused as a decompression bomb", f.Name, size, stored)
	}
	return nil
}

// readMember reads a text of an archive.
func readMember(f *zip.File, use func([]byte) error) error {
	if f.UncompressedSize64 > maxJSON {
		return fmt.Errorf("%s of the archive has %d bytes, at most %d", f.Name, f.UncompressedSize64, maxJSON)
	}
	p, err := readAll(f)
	if err != nil {
		return err
	}
	return use(p)
}

// readAll reads a member, which checkMember has let pass.
func readAll(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s of the archive: %w", f.Name, err)
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, r); err != nil {
		return nil, fmt.Errorf("%s of the archive: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

// readZipped reads the weights of an archive: in place, for Keras does not
// compress them, after a look at their checksum.
func (m *Model) readZipped(r io.ReaderAt, f *zip.File) error {
	if f.Method != zip.Store {
		p, err := readAll(f)
		if err != nil {
			return err
		}
		return m.readHDF5(bytes.NewReader(p), int64(len(p)))
	}
	c, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s of the archive: %w", f.Name, err)
	}
	_, err = io.Copy(io.Discard, c)
	c.Close()
	if err != nil {
		return fmt.Errorf("%s of the archive: %w", f.Name, err)
	}
	at, err := f.DataOffset()
	if err != nil {
		return fmt.Errorf("%s of the archive: %w", f.Name, err)
	}
	size := int64(f.UncompressedSize64)
	return m.readHDF5(io.NewSectionReader(r, at, size), size)
}

// readConfig reads config.json, the description with what it was compiled with.
func (m *Model) readConfig(p []byte) error {
	if err := checkJSON(configName, p); err != nil {
		return err
	}
	var in struct {
		Compile json.RawMessage `json:"compile_config"`
	}
	if err := json.Unmarshal(p, &in); err != nil {
		return fmt.Errorf("%s: %w", configName, err)
	}
	m.Config = p
	if len(in.Compile) > 0 && string(in.Compile) != "null" {
		m.Compile = in.Compile
	}
	return nil
}

func (m *Model) readMetadata(p []byte) error {
	var in struct {
		Version string `json:"keras_version"`
		Date    string `json:"date_saved"`
	}
	err := json.Unmarshal(p, &in)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("%s: %s is a %s, not a text", metadataName, wrong.Field, wrong.Value)
	case err != nil:
		return fmt.Errorf("%s: %w", metadataName, err)
	}
	m.Version, m.Date = in.Version, in.Date
	return nil
}

// addAssets finds the assets of a folder.
func (m *Model) addAssets(dir fs.FS) error {
	err := fs.WalkDir(dir, assetsName, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("asset %s is no regular file", name)
		}
		asset := strings.TrimPrefix(name, assetsName+"/")
		m.Assets[path.Clean(asset)] = Asset{info.Size(), func() (io.ReadCloser, error) { return dir.Open(name) }}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
