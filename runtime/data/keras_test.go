package data

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"testing"
)

// kerasCase is a case of testdata/keras/preprocessing.json.gz.
type kerasCase struct {
	Name       string
	Kind       string
	Settings   map[string]any
	Train      json.RawMessage
	Rows       json.RawMessage
	Expected   json.RawMessage
	Vocabulary []string
	IDFWeights []float64 `json:"idf_weights"`
	Mean       []float64
	Variance   []float64
	Targets    []float64
	Files      []string
	Classes    []string `json:"class_names"`
	Order      []string
	Labels     []int
	Wanted     []float64 `json:"expected_targets"`
}

// kerasCases reads the cases of a kind.
func kerasCases(t *testing.T, kind string) (cases []kerasCase) {
	t.Helper()
	f, err := os.Open("../../testdata/keras/preprocessing.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []json.RawMessage }
	decode(t, text, &file)
	for _, c := range file.Cases {
		var head struct{ Kind string }
		if decode(t, c, &head); head.Kind == kind {
			var one kerasCase
			decode(t, c, &one)
			cases = append(cases, one)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("no case of %s", kind)
	}
	return cases
}

func decode(t *testing.T, text []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatal(err)
	}
}

// setting is a whole number of the settings.
func (c kerasCase) setting(name string, other int) int {
	if v, ok := c.Settings[name].(float64); ok {
		return int(v)
	}
	return other
}
