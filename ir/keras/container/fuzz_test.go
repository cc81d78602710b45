package container

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"testing"
)

// readEverything reads the elements and the assets of a model. Errors are as good as
// values: a file may be broken anywhere.
func readEverything(m *Model) (err error) {
	for _, gs := range [][]Group{m.Groups, m.Optimizer} {
		for i := range gs {
			for j := range gs[i].Tensors {
				_, e := gs[i].Tensors[j].Float32s()
				err = errors.Join(err, e)
			}
		}
	}
	for _, a := range m.Assets {
		_, e := a.Read()
		err = errors.Join(err, e)
	}
	return err
}

// expands is how much larger than a file deflate makes what is in it: what the limits
// of package hdf5 allow.
const expands = 1032

// FuzzOpen reads everything in archives and HDF5 files that may be broken. None makes
// the reader panic, or keep much more memory than the file has bytes but for what
// deflate may expand; what is read whole is written and read again.
func FuzzOpen(f *testing.F) {
	f.Add(keras(f, sample()))
	f.Add(h5(f, sample()))
	f.Add(h5(f, &Model{
		Format: Layers, Config: []byte("{}"), Compile: []byte("{}"), Version: "2.2.4", Backend: "theano",
		Groups:    []Group{{Path: "d", Name: "d", Tensors: []Tensor{NewTensor("d/kernel:0", []int{1, 2}, []float32{1, 2})}}},
		Optimizer: []Group{{Path: "optimizer_weights", Name: "optimizer_weights", Tensors: []Tensor{NewCounter("Adam/iterations:0", 1)}}},
	}))
	f.Add(archive(f, configName, "{}", shardsName, `{"weight_map": {"/layers/dense/vars": "a.h5"}}`, "a.h5", string(h5(f, sample())), "assets/layers/a/vocabulary.txt", "a\n"))
	f.Add([]byte("PK"))
	f.Add([]byte("version https://git-lfs.github.com/spec/v1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := Open(bytes.NewReader(data), int64(len(data)))
		if err == nil {
			err = readEverything(m)
		}
		runtime.ReadMemStats(&after)
		// A member or a chunk may expand by what its reader's limits allow.
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(data))*8*expands+8<<20 {
			t.Errorf("%d bytes allocated for a file of %d", used, len(data))
		}
		if err != nil {
			return
		}
		var again bytes.Buffer
		if m.Config != nil && m.Format == Objects {
			err = m.WriteKeras(&again)
		} else {
			err = m.WriteH5(&again)
		}
		if err != nil {
			return // a name or a type that is not written
		}
		read, err := Open(bytes.NewReader(again.Bytes()), int64(again.Len()))
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if got, want := fmt.Sprint(shapes(read)), fmt.Sprint(shapes(m)); got != want {
			t.Errorf("written again there is\n%s\nwant\n%s", got, want)
		}
	})
}

// shapes lists the tensors of a model that have elements or a place.
func shapes(m *Model) (list []string) {
	for _, gs := range [][]Group{m.Groups, m.Optimizer} {
		for _, g := range gs {
			for _, x := range g.Tensors {
				list = append(list, fmt.Sprint(g.Path, " ", x.Name, " ", x.DType, x.Shape))
			}
		}
	}
	return list
}
