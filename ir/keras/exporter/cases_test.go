package exporter

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/spec"
)

// drawn are weights of a network, different in every element.
func drawn(n *build.Network) map[string][]float32 {
	all := map[string][]float32{}
	for _, s := range n.Header.Segments {
		h := fnv.New32a()
		fmt.Fprint(h, s.Name)
		v := make([]float32, s.Len())
		for i := range v {
			v[i] = float32((h.Sum32()+uint32(i)*2654435761)%2000)/1000 - 1
		}
		all[s.Name] = v
	}
	for _, a := range n.Adapts { // a count of rows
		all[n.Header.Segments[a.Count].Name][0] = 7
	}
	return all
}

// TestDescriptions exports every network of the reference vectors: what is imported
// again is the same network with the same weights, and once more the same bytes.
func TestDescriptions(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/keras/*.json.gz")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	dir := t.TempDir()
	refused := map[string]int{}
	exported := 0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Cases []struct {
				Name  string
				Model json.RawMessage
			}
		}
		if err := json.NewDecoder(z).Decode(&all); err != nil {
			t.Fatal(file, err)
		}
		f.Close()
		for _, c := range all.Cases {
			if c.Model == nil || !bytes.HasPrefix(c.Model, []byte("{")) {
				continue
			}
			m, err := spec.Parse(c.Name+".json", c.Model)
			if err != nil {
				refused["no description: "+strings.Join(strings.Fields(err.Error())[:2], " ")]++
				continue
			}
			n, err := build.Build(m)
			if err != nil {
				continue
			}
			exported++
			t.Run(filepath.Base(file)+"/"+c.Name, func(t *testing.T) {
				was := write(t, dir, "m.keras", Source{Network: n, Values: drawn(n)})
				if was == nil {
					return
				}
				if was.Network.Header.ModelID != n.Header.ModelID {
					t.Errorf("%s\nis not\n%s", was.Report.Description, c.Model)
				}
				for name, w := range drawn(n) {
					if !slices.Equal(w, was.Weights[name]) {
						t.Errorf("%s differs", name)
					}
				}
				if is := write(t, dir, "m.h5", Source{Network: was.Network, Values: was.Weights}); is != nil {
					same(t, was, is)
				}
			})
		}
	}
	for _, why := range slices.Sorted(maps.Keys(refused)) {
		t.Logf("%d: %s", refused[why], why)
	}
	t.Logf("%d networks", exported)
}
