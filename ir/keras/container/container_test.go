package container

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

// sample is a model as code makes it.
func sample() *Model {
	ramp := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(i) / 4
		}
		return v
	}
	m := &Model{
		Config: []byte(`{"class_name": "Functional", "compile_config": {"loss": "mse"}}`), Version: "3.15.1", Date: "2026-12-01@10:00:00",
		Groups: []Group{
			{Path: "", Name: "model"},
			{Path: "layers/dense", Name: "hidden", Tensors: []Tensor{NewTensor("0", []int{2, 3}, ramp(6)), NewTensor("1", []int{3}, ramp(3))}},
			{Path: "layers/dense_1", Name: "out", Tensors: []Tensor{NewTensor("0", []int{3, 1}, ramp(3))}},
			{Path: "layers/dense_10", Name: "other"},
		},
		Optimizer: []Group{{Path: "optimizer", Name: "adam", Tensors: []Tensor{NewCounter("0", 7), NewTensor("1", nil, []float32{0.5})}}},
	}
	for i := 2; i < 12; i++ {
		m.Groups[2].Tensors = append(m.Groups[2].Tensors, NewTensor(fmt.Sprint(i), []int{1}, ramp(1)))
	}
	return m
}

func write(t testing.TB, f func(w *bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func keras(t testing.TB, m *Model) []byte {
	t.Helper()
	return write(t, func(w *bytes.Buffer) error { return m.WriteKeras(w) })
}

func h5(t testing.TB, m *Model) []byte {
	t.Helper()
	return write(t, func(w *bytes.Buffer) error { return m.WriteH5(w) })
}

func open(t testing.TB, data []byte) *Model {
	t.Helper()
	m, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// list is all that a model has, as text.
func list(t testing.TB, m *Model) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s %s %s %s\n", m.Format, m.Config, m.Compile, m.Version, m.Backend, m.Date)
	for _, g := range slices.Concat(m.Groups, m.Optimizer) {
		fmt.Fprintf(&b, "%s %q\n", g.Path, g.Name)
		for _, x := range g.Tensors {
			v, err := x.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "  %s %s %v %v\n", x.Name, x.DType, x.Shape, v)
		}
	}
	return b.String()
}

// TestObjects writes a model of format Objects as an archive and as weights alone,
// and reads both.
func TestObjects(t *testing.T) {
	want := sample()
	want.Compile = []byte(`{"loss": "mse"}`)
	got := open(t, keras(t, sample()))
	if g, w := list(t, got), list(t, want); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
	if again := list(t, open(t, keras(t, got))); again != list(t, want) {
		t.Errorf("written again it is\n%s", again)
	}
	want.Config, want.Compile, want.Version, want.Date = nil, nil, "", ""
	if g, w := list(t, open(t, h5(t, sample()))), list(t, want); g != w {
		t.Errorf("weights alone: got\n%s\nwant\n%s", g, w)
	}
	if got.Group("layers/dense_1").Tensor("11") == nil || got.Group("layers/dense_2") != nil {
		t.Error("groups and tensors are not found by name")
	}
	for place, want := range map[string]int{"layers/dense/vars/1": 3, "layers/dense_1/vars/11": 1, "layers/dense/vars/2": -1, "layers/dense/1": -1, "vars/0": -1, "": -1, "optimizer/vars/0": 1} {
		n := -1
		if x := got.Tensor(place); x != nil {
			n = x.Len()
		}
		if n != want {
			t.Errorf("%q has %d elements, want %d", place, n, want)
		}
	}
	if n, err := got.Optimizer[0].Tensors[0].Int64s(); err != nil || !slices.Equal(n, []int64{7}) {
		t.Error(n, err)
	}
}

// TestLayers does the same with format Layers; so many layers that their names do
// not fit into one attribute.
func TestLayers(t *testing.T) {
	m := &Model{Format: Layers, Config: []byte("{\"class_name\": \"Sequential\"}"), Compile: []byte("{}"), Version: "2.2.4", Backend: "theano"}
	for i := range 900 {
		name := fmt.Sprintf("layer_%d_%s", 900-i, strings.Repeat("x", 140))
		m.Groups = append(m.Groups, Group{Path: name, Name: name})
	}
	m.Groups[3].Tensors = []Tensor{NewTensor("block/kernel:0", []int{1, 2}, []float32{1, 2}), NewTensor("block/bias:0", []int{2}, []float32{3, 4})}
	m.Optimizer = []Group{{Path: "optimizer_weights", Name: "optimizer_weights", Tensors: []Tensor{NewTensor("Adam/iterations:0", nil, []float32{1})}}}
	data := h5(t, m)
	if g, w := list(t, open(t, data)), list(t, m); g != w {
		t.Errorf("got\n%.600s\nwant\n%.600s", g, w)
	}
	f, err := hdf5.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	weights, err := root.Group("model_weights")
	if err != nil {
		t.Fatal(err)
	}
	// numpy.array_split of 900 names of 150 bytes into three.
	for i := range 3 {
		if a, err := weights.Attribute(fmt.Sprintf("layer_names%d", i)); err != nil || a == nil || a.Len() != 300 {
			t.Errorf("layer_names%d: %v", i, err)
		}
	}
	m.Config, m.Compile, m.Optimizer = nil, nil, nil
	if g, w := list(t, open(t, h5(t, m))), list(t, m); g != w {
		t.Errorf("weights alone: got\n%.600s\nwant\n%.600s", g, w)
	}
}

// TestPartialOptimizer reads a file whose optimizer has less than it lists, as Keras
// writes those of Adafactor, and one whose layer has.
func TestPartialOptimizer(t *testing.T) {
	one := NewTensor("a/kernel:0", []int{1}, []float32{1})
	for _, group := range []string{"optimizer_weights", "model_weights/a"} {
		data := old(t, func(n *hdf5.Node) {
			weights := n.Group("model_weights")
			putTexts(weights, "layer_names", []string{"a"})
			for _, name := range []string{"optimizer_weights", "model_weights/a"} {
				h := n.Group(name)
				if err := put(h, &one); err != nil {
					t.Fatal(err)
				}
				list := []string{one.Name}
				if name == group {
					list = append(list, "a/velocity:0")
				}
				putTexts(h, "weight_names", list)
			}
		})
		m, err := Open(bytes.NewReader(data), int64(len(data)))
		want := "hdf5: there is no /" + group + "/a/velocity:0"
		if group == "optimizer_weights" {
			if err != nil || m.Optimizer != nil || fmt.Sprint(m.Partial) != want || len(m.Groups) != 1 {
				t.Errorf("%s: %+v, %v", group, m, err)
			}
		} else if fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", group, err, want)
		}
	}
}

// old is a file of weights as other versions of Keras wrote it.
func old(t testing.TB, build func(n *hdf5.Node)) []byte {
	n := hdf5.New()
	build(n)
	return write(t, func(w *bytes.Buffer) error {
		_, err := n.WriteTo(w)
		return err
	})
}

var one = hdf5.Numbers([]int{1}, []float32{1})

// TestForms reads the forms that earlier versions gave to places.
func TestForms(t *testing.T) {
	for name, c := range map[string]struct {
		build func(n *hdf5.Node)
		want  []string
	}{
		"Windows": {func(n *hdf5.Node) {
			n.Dataset(`layers\dense/vars/0`, one)
			n.Dataset(`layers\bidirectional\forward_layer\cell/vars/0`, one)
		}, []string{"layers/bidirectional/forward_layer/cell", "layers/dense"}},
		"2.12": {func(n *hdf5.Node) {
			n.Dataset("_layer_checkpoint_dependencies/dense_2/vars/0", one)
			n.Dataset(`enc\_layer_checkpoint_dependencies\dense/vars/0`, one)
		}, []string{"_layer_checkpoint_dependencies/dense_2", "enc/_layer_checkpoint_dependencies/dense"}},
		"containers": {func(n *hdf5.Node) {
			n.Dataset("blocks/container_10/dense/vars/0", one)
			n.Dataset("blocks/container_2/dense/vars/0", one)
			n.Dataset("blocks/container/dense/vars/0", one)
		}, []string{"blocks/container/dense", "blocks/container_2/dense", "blocks/container_10/dense"}},
		"before 1.0": {func(n *hdf5.Node) {
			n.Attribute("nb_layers", hdf5.Numbers(nil, []int64{2}))
			n.Group("layer_0").Attribute("nb_params", hdf5.Numbers(nil, []int64{0}))
			n.Group("layer_1").Attribute("nb_params", hdf5.Numbers(nil, []int64{1}))
			n.Dataset("layer_1/param_0", one)
		}, []string{"layer_0", "layer_1"}},
		"names of no list": {func(n *hdf5.Node) {
			n.Attribute("layer_names", hdf5.FixedTexts([]string{"a/b", "c"}))
			n.Group("a/b").Attribute("weight_names", hdf5.FixedTexts([]string{"a/b_W"}))
			n.Dataset("a/b/a/b_W", one)
			n.Group("c").Attribute("weight_names", hdf5.Numbers([]int{0}, []float64{}))
		}, []string{"a/b", "c"}},
	} {
		m := open(t, old(t, c.build))
		var got []string
		for _, g := range m.Groups {
			got = append(got, g.Path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// archive is a zip of members as they are given: name, content.
func archive(t testing.TB, members ...string) []byte {
	return write(t, func(b *bytes.Buffer) error {
		z := zip.NewWriter(b)
		for i := 0; i < len(members); i += 2 {
			w, err := z.Create(members[i]) // compressed
			if err != nil {
				return err
			}
			if _, err := w.Write([]byte(members[i+1])); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// TestCompressed reads an archive that somebody zipped by hand, with assets.
func TestCompressed(t *testing.T) {
	m := open(t, archive(t, "assets\\layers\\words/vocabulary.txt", "ein\nwort\n", "config.json", "{}", "model.weights.h5", string(h5(t, sample()))))
	if g, w := list(t, m), "0 {}    \n"; !strings.HasPrefix(g, w) || len(m.Groups) != 4 {
		t.Errorf("%s", g)
	}
	p, err := m.Assets["layers/words/vocabulary.txt"].Read()
	if string(p) != "ein\nwort\n" || err != nil {
		t.Errorf("%q %v", p, err)
	}
	if again := open(t, keras(t, m)); len(again.Assets) != 1 {
		t.Errorf("%d assets when written again", len(again.Assets))
	}
}

// TestBroken opens what cannot be read.
func TestBroken(t *testing.T) {
	weights := string(h5(t, sample()))
	damaged := keras(t, sample())
	damaged[bytes.Index(damaged, []byte("TREE"))+8] ^= 1
	bomb := func(size uint64) []byte {
		return write(t, func(b *bytes.Buffer) error {
			z := zip.NewWriter(b)
			w, err := z.CreateRaw(&zip.FileHeader{Name: "config.json", Method: zip.Deflate, CompressedSize64: 9, UncompressedSize64: size, CRC32: crc32.ChecksumIEEE(nil)})
			if err != nil {
				return err
			}
			if _, err := w.Write([]byte("{}{}{}{}{")); err != nil {
				return err
			}
			return z.Close()
		})
	}
	for want, data := range map[string][]byte{
		"this is neither a .keras archive nor HDF5":                                                                              []byte("GIF89a"),
		"this is no model but a pointer of Git LFS to one: git lfs pull fetches it":                                              []byte("version https://git-lfs.github.com/spec/v1\noid sha256:8af7\n"),
		"this is JSON, with no weights: open an index of shards (.weights.json) by its path, and read a configuration by itself": []byte(" {\"a\": 1}"),
		"the archive is damaged: zip: not a valid zip file":                                                                      []byte("PK\x03\x04 and no more"),
		`the archive has no config.json, but ["m/config.json"]: it is no .keras file`:                                            archive(t, "m/config.json", "{}"),
		`this is a .npz file of NumPy, with arrays alone: ["x.npy" "y.npy"]; save the model with model.save("model.keras")`:      archive(t, "x.npy", "", "y.npy", ""),
		`the archive has a member "../config.json", which leads out of it`:                                                       archive(t, "../config.json", "{}"),
		`the archive has two members "config.json"`:                                                                              archive(t, "config.json", "{}", "config.json", "{}"),
		`config.json is no JSON object: it begins with "[1]"`:                                                                    archive(t, "config.json", "[1]", "model.weights.h5", weights),
		"config.json: unexpected end of JSON input":                                                                              archive(t, "config.json", "{\"a\":", "model.weights.h5", weights),
		"metadata.json: unexpected end of JSON input":                                                                            archive(t, "config.json", "{}", "metadata.json", "{", "model.weights.h5", weights),
		`the archive has no model.weights.h5, but ["config.json"]`:                                                               archive(t, "config.json", "{}"),
		`the weights are in model.weights.npz, which Keras writes but cannot read: save the model with weights_format="h5"`:      archive(t, "config.json", "{}", "model.weights.npz", ""),
		"model.weights.h5 of the archive: zip: checksum error":                                                                   damaged,
		`"config.json" of the archive has 8589934592 bytes compressed, at most 4294967296 are read`:                              bomb(1 << 33),
		`"config.json" of the archive has 4194304 bytes in 9: it is refused as a decompression bomb`:                             bomb(4 << 20),
		`weight_map of the index of shards: "../x" is no file beside it`:                                                         archive(t, "config.json", "{}", "model.weights.json", `{"weight_map": {"/vars": ["../x"]}}`),
		"shard x.h5: it is not in the archive":                                                                                   archive(t, "config.json", "{}", "model.weights.json", `{"weight_map": {"/vars": "x.h5"}}`),
		"this is neither a .keras archive nor HDF5 ":                                                                             nil,
		"/x is in no group called vars: this is no file of Keras 3":                                                              old(t, func(n *hdf5.Node) { n.Dataset("x", one) }),
		"two weights are at layers/a/vars/0":                                                                                     old(t, func(n *hdf5.Node) { n.Dataset(`layers\a/vars/0`, one); n.Dataset("layers/a/vars/0", one) }),
		`two layers are called "a"`:                                                                                              old(t, func(n *hdf5.Node) { n.Group("a"); n.Attribute("layer_names", hdf5.FixedTexts([]string{"a", "a"})) }),
		"hdf5: there is no /a":                                                                                                   old(t, func(n *hdf5.Node) { n.Attribute("layer_names", hdf5.FixedTexts([]string{"a"})) }),
		`model_config is no JSON object: it begins with "null"`: old(t, func(n *hdf5.Node) {
			n.Attribute("model_config", hdf5.Text("null"))
			n.Attribute("layer_names", hdf5.FixedTexts(nil))
		}),
		"/model_weights has neither an attribute layer_names nor nb_layers: there are no weights of Keras": old(t, func(n *hdf5.Node) { n.Group("model_weights") }),
	} {
		_, err := Open(bytes.NewReader(data), int64(len(data)))
		if got := fmt.Sprint(err); got != strings.TrimSpace(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestFolder reads an unzipped archive, whose weights are in shards.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("config.json", []byte("{}"))
	put("assets/layers/words/vocabulary.txt", []byte("ein\n"))
	put("model.weights.json", []byte(`{"metadata": {}, "weight_map": {"/layers/a/vars": ["m_00000.weights.h5", "m_00001.weights.h5"], "/layers/b/vars": "m_00001.weights.h5"}}`))
	put("m_00000.weights.h5", old(t, func(n *hdf5.Node) { n.Dataset("layers/a/vars/1", one) }))
	put("m_00001.weights.h5", old(t, func(n *hdf5.Node) { n.Dataset("layers/a/vars/0", one); n.Dataset("layers/b/vars/0", one) }))
	for _, path := range []string{dir, filepath.Join(dir, "model.weights.json")} {
		m, err := OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := list(t, m); !strings.HasSuffix(got, "\nlayers/a \"\"\n  0 float32 [1] [1]\n  1 float32 [1] [1]\nlayers/b \"\"\n  0 float32 [1] [1]\n") {
			t.Errorf("%s: %s", path, got)
		}
		if path == dir && len(m.Assets) != 1 {
			t.Errorf("%d assets", len(m.Assets))
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "m_00001.weights.h5")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(dir); err == nil || !strings.Contains(err.Error(), "shard m_00001.weights.h5: ") {
		t.Error(err)
	}
	if _, err := OpenFile(filepath.Join(dir, "missing.keras")); err == nil || !strings.HasSuffix(err.Error(), "missing.keras: no such file or directory") {
		t.Error(err)
	}
}
