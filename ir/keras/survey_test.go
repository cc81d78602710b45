package keras

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/spec"
)

var survey = flag.String("survey", "", "a folder of configurations, m.json with m.meta for what metadata.json says, of which TestSurvey makes a table")

// TestSurvey tells of every configuration in a folder what becomes of it: the
// description parses and builds, or the reasons why it cannot.
func TestSurvey(t *testing.T) {
	if *survey == "" {
		t.Skip("there is no -survey folder")
	}
	files, err := filepath.Glob(filepath.Join(*survey, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no configurations in ", *survey, err)
	}
	counts := map[string]int{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := Source{From: filepath.Base(file), Config: data}
		if meta, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ".meta"); err == nil {
			var m struct {
				Version string `json:"keras_version"`
			}
			if json.Unmarshal(meta, &m) == nil {
				s.Version = m.Version
			}
		}
		m, report, err := s.Model()
		state := "imported"
		switch {
		case err != nil:
			state = "refused"
		default:
			again, err := spec.Parse(m.File, report.Description)
			if err != nil || string(spec.WriteJSON(again)) != string(spec.WriteJSON(m)) {
				t.Errorf("%s: the description reads back as another model: %v", s.From, err)
			}
		}
		counts[state]++
		reason := ""
		if err != nil {
			reason = strings.ReplaceAll(err.Error(), "\n", " | ")
		}
		t.Logf("%-10s %s %s", state, s.From, reason)
		if err == nil && testing.Verbose() && os.Getenv("SURVEY_ALL") != "" {
			t.Logf("%s%s", report.Description, report)
		}
	}
	t.Log(counts)
}
