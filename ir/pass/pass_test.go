package pass

import (
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// TestOrder holds the table to the order that its rows ask for.
func TestOrder(t *testing.T) {
	seen := map[string]bool{}
	rows := map[string]pass{}
	for i, p := range table {
		if p.why == "" || p.run == nil {
			t.Errorf("row %d, %s, has no reason or nothing to run", i, p.name)
		}
		for _, a := range p.after {
			if !seen[a] {
				t.Errorf("row %d: %s runs before %s", i, p.name, a)
			}
		}
		if q, ok := rows[p.name]; ok && q.always != p.always {
			t.Errorf("row %d: %s is optional in one place and not in another", i, p.name)
		}
		seen[p.name], rows[p.name] = true, p
	}
	if last := table[len(table)-1].name; last != "plan" {
		t.Errorf("%s runs after the arena is planned", last)
	}
	want := []string{"fold", "cse", "layout", "gathersum", "stretched", "fuse", "schedule", "merge", "idle", "past", "temporaries", "blocks", "overlay"}
	if got := Optional(); !slices.Equal(got, want) {
		t.Errorf("optional passes: got %v, want %v", got, want)
	}
}

func TestOptions(t *testing.T) {
	for _, name := range []string{"autodiff", "lower", "nonsense"} {
		_, err := Compile(&loop.Program{}, Source{}, Options{Off: map[string]bool{name: true}})
		if err == nil || !strings.Contains(err.Error(), "cannot be switched off; these can: fold, cse,") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := (Options{Off: map[string]bool{"nonsense": false}}).check(); err != nil {
		t.Errorf("a pass that is not off: got %v", err)
	}
}

func TestSource(t *testing.T) {
	g := &ir.Graph{}
	if _, err := Compile(&loop.Program{}, Source{}, Options{}); err == nil {
		t.Error("no graph at all was compiled")
	}
	if _, err := Compile(&loop.Program{}, Source{Predict: g, Train: g}, Options{}); err == nil {
		t.Error("a graph to train without one to evaluate was compiled")
	}
	if _, err := Compile(&loop.Program{}, Source{Predict: g, Adapts: []*ir.Graph{g}}, Options{}); err == nil {
		t.Error("a graph to adapt without a layer was compiled")
	}
}
