package conformance

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/pass"
)

var applicationsDir = flag.String("applications", "", "the folder that testdata/keras/applications.py --whole has written: TestApplications runs the networks in it, one after another, in place of small ones")

// configured is a network of keras.applications as Keras saves it; without Outputs
// it is generated and built alone.
type configured struct {
	application
	Config     json.RawMessage
	Keras      string
	Scale      float64
	Parameters int
}

// TestApplications imports networks of keras.applications by their configurations,
// and holds them to real Keras as [TestNetworks] does.
func TestApplications(t *testing.T) {
	if *applicationsDir == "" {
		var file struct{ Cases []*configured }
		if err := json.Unmarshal(vectorFile(t, "applications.json.gz"), &file); err != nil {
			t.Fatal(err)
		}
		if len(file.Cases) != 3 {
			t.Fatalf("%d networks, expected 3", len(file.Cases))
		}
		runConfigured(t, t.TempDir(), file.Cases)
		return
	}
	files, err := filepath.Glob(filepath.Join(*applicationsDir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("there are no networks in ", *applicationsDir, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := new(configured)
		if err := json.Unmarshal(raw, c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		t.Run(c.Name, func(t *testing.T) { runConfigured(t, t.TempDir(), []*configured{c}) })
	}
}

// runConfigured emits and links the networks together, and runs each at every level.
func runConfigured(t *testing.T, dir string, cases []*configured) {
	var nets []*network
	var names []string
	for _, c := range cases {
		net, err := c.compile()
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		n := 0
		for _, s := range net.Header.Segments {
			n += s.Len()
		}
		if n != c.Parameters {
			t.Errorf("%s: %d parameters, Keras has %d", c.Name, n, c.Parameters)
		}
		begun := time.Now()
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		t.Logf("%s: %d parameters, generated in %.1f s: %.1f MB of source", c.Name, c.Parameters, time.Since(begun).Seconds(), megabytes(t, filepath.Join(dir, net.name)))
		nets, names = append(nets, net), append(names, net.name)
	}
	begun := time.Now()
	link(t, dir, names)
	t.Logf("built in %.1f s", time.Since(begun).Seconds())
	for i, c := range cases {
		if c.Outputs == nil {
			continue
		}
		f := c.formula(nets[i])
		f.Scale, f.Measure = c.Scale, *applicationsDir != ""
		t.Run(c.Name+"/interpreter", func(t *testing.T) { c.interpret(t, nets[i], f) })
		for _, level := range levels() {
			t.Run(c.Name+"/"+level.String(), func(t *testing.T) {
				got := drive(t, dir, []harness.Case{{Model: nets[i].name, Formula: f}}, level, "GOMAXPROCS=1")[0]
				if got.Error != "" {
					t.Fatal(got.Error)
				}
				c.compare(t, got)
				if f.Measure {
					t.Logf("predict %.4f s, step %.4f s; Keras %.4f s, %.4f s", got.PredictSeconds, got.StepSeconds, c.Float32.Predict, c.Float32.Step)
				}
			})
		}
	}
}

// compile imports the configuration. The batch is that of the case.
func (c *configured) compile() (*network, error) {
	m, _, err := keras.Source{From: c.Name + ".json", Config: c.Config, Version: c.Keras}.Model()
	if err != nil {
		return nil, err
	}
	m.Fit.BatchSize = c.Rows
	net, err := build.Build(m)
	if err != nil {
		return nil, err
	}
	return &network{name: c.Name, Network: net}, nil
}
