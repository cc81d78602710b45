package train

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// example is the record of a run that overfits after a while.
func exampleHistory() *History {
	h := &History{}
	for e := range 20 {
		x := float64(e)
		h.add(e, []NamedValue{
			{"accuracy", 1 - 0.42*math.Exp(-x/3) - 0.01},
			{"loss", 0.02 + 0.62*math.Exp(-x/4)},
			{"val_accuracy", 0.885 - 0.3*math.Exp(-x/2) - 0.001*x},
			{"val_loss", 0.26 + 0.35*math.Exp(-x/2) + 0.012*x},
		})
	}
	return h
}

func TestHistoryFiles(t *testing.T) {
	two := &History{}
	two.add(0, []NamedValue{{"accuracy", 0.8125}, {"loss", 0.44}, {"val_accuracy", 0.75}, {"val_loss", math.NaN()}})
	two.add(1, []NamedValue{{"accuracy", 0.875}, {"loss", 1e-7}, {"val_accuracy", 0.8}, {"val_loss", math.Inf(1)}})
	long := &History{}
	for e := range 137 {
		long.add(e, []NamedValue{{"loss", 3e4 * math.Exp(-float64(e)/30)}, {"mae", 120 / (1 + float64(e))}, {"mse", 5}})
	}
	for _, c := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"example.svg", exampleHistory().WriteSVG},
		{"two.json", two.WriteJSON},
		{"two.csv", two.WriteCSV},
		{"two.svg", two.WriteSVG},
		{"long.svg", long.WriteSVG},
		{"empty.json", (&History{}).WriteJSON},
		{"empty.csv", (&History{}).WriteCSV},
		{"empty.svg", (&History{}).WriteSVG},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "history", c.name)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s has changed; look at the new one and run go test -update:\n%s", c.name, b.String())
		}
		if strings.HasSuffix(c.name, ".svg") {
			checkXML(t, c.name, b.Bytes())
		}
		if err := c.write(brokenWriter{}); err == nil {
			t.Errorf("%s: a failing writer went unnoticed", c.name)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("closed") }

func checkXML(t *testing.T, name string, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s is not XML: %v", name, err)
			break
		}
	}
	for _, bad := range []string{"NaN", "Inf"} {
		if strings.Contains(string(text), bad) {
			t.Errorf("%s holds %s", name, bad)
		}
	}
}

func TestHistoryJSONReadsBack(t *testing.T) {
	text, err := json.Marshal(exampleHistory())
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Epoch   []int
		History map[string][]float64
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	h := exampleHistory()
	if len(back.Epoch) != 20 || len(back.History) != 4 {
		t.Fatalf("%d epochs, %d columns", len(back.Epoch), len(back.History))
	}
	for _, c := range h.Columns {
		for i, v := range c.Values {
			if back.History[c.Name][i] != v {
				t.Errorf("%s of epoch %d reads back as %v", c.Name, i, back.History[c.Name][i])
			}
		}
	}
}

// Whatever a run records, the picture is well-formed and finite.
func TestSVGOfAnything(t *testing.T) {
	for _, values := range [][]float64{
		{0}, {5, 5, 5}, {math.NaN(), math.NaN()}, {1, math.NaN(), 3}, {math.Inf(1), 1}, {-1e300, 1e300},
		{1e-300, 2e-300}, {math.MaxFloat64, -math.MaxFloat64}, {1, 1 + 1e-12}, {0, 5e-324}, {-3, -2, 17},
	} {
		h := &History{}
		for e, v := range values {
			h.add(e, []NamedValue{{"<a & \"b\">\x00", v}, {"val_loss", -v}})
		}
		var b bytes.Buffer
		if err := h.WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		checkXML(t, "the picture", b.Bytes())
	}
}

func TestLastAndColumn(t *testing.T) {
	h := &History{}
	if h.Last() != nil || h.Column("loss") != nil {
		t.Error("an empty record has values")
	}
	h = exampleHistory()
	if last := h.Last(); last[0].Name != "accuracy" || last[0].Value != h.Column("accuracy")[19] {
		t.Errorf("Last() = %v", last)
	}
}
