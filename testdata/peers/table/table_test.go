package main

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/testdata/peers/peer"
)

func TestMarkdown(t *testing.T) {
	table := &table{Machine: "a machine", When: "2026-01-02", Rounds: 11, Results: []*result{{
		Threads: 1,
		Peers:   []version{{"nngen", "avx512"}, {"Other", "1.0"}},
		Rows: []row{
			{"iris/predict1", map[string]figure{"nngen": {Median: 50, Rounds: 11}, "Other": {Median: 6200, Rounds: 11}}},
			{"iris/train16", map[string]figure{"nngen": {Median: 12345, Rounds: 11}, "Other": {Median: 2.5e9, Rounds: 3}}},
			{"mnist/predict1", map[string]figure{"Other": {Median: 999, Rounds: 11}}},
		},
	}}}
	want := `a machine, 2026-01-02. Medians of 11 interleaved turns (* of 3); × says how many times nngen's time.

**1 thread**

| work | nngen | Other |
|---|--:|--:|
| iris/predict1 | 50.0 ns | 6.20 µs (124×) |
| iris/train16 | 12.3 µs | 2.50 s* (202511×) |
| mnist/predict1 | | 999 ns |

- nngen: avx512
- Other: 1.0
`
	if got := table.markdown(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestChosen(t *testing.T) {
	for _, tt := range []struct {
		list, name string
		want       bool
	}{
		{"", "PyTorch", true},
		{"pytorch,keras", "PyTorch compiled", true},
		{"pytorch,keras", "GoMLX", false},
		{"mnist/", "mnistcnn/predict1", false},
	} {
		if got := chosen(tt.list, tt.name); got != tt.want {
			t.Errorf("%q in %q: %v", tt.name, tt.list, got)
		}
	}
}

// Peers that compute something else are not timed.
func TestAgrees(t *testing.T) {
	said := func(name string, outputs ...float32) *process {
		return &process{name: name, hello: peer.Hello{Outputs: map[string][]float32{"iris": outputs}}}
	}
	ours := said("nngen", 0.25, 0.75)
	if err := said("Other", 0.250001, 0.749999).agrees(ours); err != nil {
		t.Error(err)
	}
	for _, p := range []*process{said("Other", 0.25, 0.7501), said("Other", 0.25)} {
		if err := p.agrees(ours); err == nil || !strings.Contains(err.Error(), "iris") {
			t.Errorf("outputs %v: %v", p.hello.Outputs, err)
		}
	}
}

func TestWorks(t *testing.T) {
	got := works([]*process{
		{hello: peer.Hello{Works: []string{"mnist/train128", "iris/predict1"}}},
		{hello: peer.Hello{Works: []string{"iris/predict1", "imdb/epoch"}}},
	})
	if want := "imdb/epoch iris/predict1 mnist/train128"; strings.Join(got, " ") != want {
		t.Errorf("works %q, want %q", got, want)
	}
}
