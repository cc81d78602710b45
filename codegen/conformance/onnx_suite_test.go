package conformance

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/runtime/nn"
)

var (
	suiteDir    = flag.String("suite", "", "folder of ONNX's backend tests, node and the other sets of them: all of their packages are compiled")
	writesSuite = flag.Bool("update", false, "TestSuite writes testdata/onnx/SUITE.md")
)

// TestSuite compiles the packages of all of ONNX's backend tests: each passes by the
// interpreter and as a package, or is refused with a reason. With -update it writes the
// table.
func TestSuite(t *testing.T) {
	if *suiteDir == "" {
		t.Skip("with -suite and the folder of ONNX's backend tests")
	}
	models, err := filepath.Glob(filepath.Join(*suiteDir, "*", "*", "model.onnx"))
	if err != nil || len(models) == 0 {
		t.Fatalf("no models: %v", err)
	}
	var dirs []string
	for _, file := range models {
		dirs = append(dirs, filepath.Dir(file))
	}
	all := fates(t, dirs)
	for _, f := range all {
		f.report(t)
	}
	text := suiteText(t, all)
	t.Log("\n" + text)
	if *writesSuite && !t.Failed() {
		if err := os.WriteFile("../../testdata/onnx/SUITE.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tally counts the tests of a row.
type tally struct {
	tests, interpreted int
	levels             map[nn.Level]int // whose package is right at a level
	refused            int              // by the interpreter or as a package
	gradients          map[string]int
}

func (a *tally) add(f *fate) {
	a.tests++
	if f.Refused == "" {
		a.interpreted++
	}
	if f.Refused != "" || f.Failed != "" {
		a.refused++
		return
	}
	for _, level := range levels() {
		if f.good([]nn.Level{level}) {
			a.levels[level]++
		}
	}
	if f.good(levels()) {
		a.gradients[f.Gradient]++
	}
}

// row is a line of the table. A level that this computer lacks has no figure.
func (a *tally) row(name string) string {
	s := fmt.Sprintf("| %s | %d | %d |", name, a.tests, a.interpreted)
	for level := nn.Go; level <= nn.AVX512; level++ {
		if level <= nn.CPU() {
			s += fmt.Sprintf(" %d |", a.levels[level])
		} else {
			s += " – |"
		}
	}
	return s + fmt.Sprintf(" %d | %d | %d | %d |\n", a.refused, a.gradients[agrees], a.gradients[noPath], a.gradients[rough])
}

// tallies count tests by name.
type tallies map[string]*tally

func (l tallies) of(name string) *tally {
	if l[name] == nil {
		l[name] = &tally{levels: map[nn.Level]int{}, gradients: map[string]int{}}
	}
	return l[name]
}

const suiteHead = `# ONNX's backend tests

Made by ` + "`go test ./codegen/conformance -run TestSuite -suite DIR -update -timeout 3h`" + `, with the tests of ONNX 1.22 in DIR. Each
is run by the interpreter in single precision, and as a compiled package with the instructions of every level; all outputs are those of the test to the suite's
tolerances, or it is refused with a reason. Inputs that are shapes, axes and the like are known when the model is built. A computer without the instructions of a level has – there.

Gradients are those that the package computes, of all outputs of float32, weighted at random, with respect to its inputs of float32 and its weights:
along random directions as differences of float64 say, and every element as the interpreter in float64 says. "No path" are tests where no
output changes with an input, or none is a number; "rough" those that are not finite and smooth at their inputs or near.

`

// suiteText is the page of the suite.
func suiteText(t *testing.T, all []*fate) string {
	t.Helper()
	sets, kinds, total := tallies{}, tallies{}, tallies{}
	reasons, roughs := map[string]int{}, []string(nil)
	for _, f := range all {
		kind, counted := kindOf(t, f)
		sets.of(filepath.Base(filepath.Dir(f.Dir))).add(f)
		kinds.of(kind).add(f)
		total.of("all").add(f)
		if counted {
			total.of("counted").add(f)
		}
		if reason := f.Refused + f.Failed; reason != "" {
			reasons[withoutPlace(reason)]++
		}
		if f.Gradient == rough {
			roughs = append(roughs, f.name())
		}
	}
	head := "tests | interpreter | go | AVX2 | AVX-512 | refused | gradient | no path | rough |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
	var b strings.Builder
	b.WriteString(suiteHead + "| what a file asks for | " + head)
	for _, k := range kindList {
		if a := kinds[k.name]; a != nil {
			b.WriteString(a.row(k.name))
		}
	}
	b.WriteString(total.of("all").row("all") + "\n| set | " + head)
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		b.WriteString(sets[name].row(name))
	}
	c := total.of("counted")
	right := c.interpreted
	for _, n := range c.levels {
		right = min(right, n)
	}
	fmt.Fprintf(&b, "\nOf the %d tests of the kinds down to %s, %d (%.1f %%) pass by the interpreter and %d (%.1f %%) at every level that was run.\n", c.tests, lastCounted(),
		c.interpreted, 100*float64(c.interpreted)/float64(c.tests), right, 100*float64(right)/float64(c.tests))
	b.WriteString("\n| refused | because |\n|--:|---|\n")
	list := slices.Sorted(maps.Keys(reasons))
	slices.SortStableFunc(list, func(a, b string) int { return reasons[b] - reasons[a] })
	for _, reason := range list {
		fmt.Fprintf(&b, "| %d | %s |\n", reasons[reason], strings.ReplaceAll(reason, "|", "\\|"))
	}
	if len(roughs) > 0 {
		fmt.Fprintf(&b, "\nRough: %s.\n", strings.Join(roughs, ", "))
	}
	return b.String()
}

// placeOf is what errors say before what is wrong: the file, the node or input, the position.
var placeOf = regexp.MustCompile(`^(model\.(onnx|json)(:\d+)*: )?(layer "\w+": )?((node \d+ (".*?" )?\([\w.]+\)( of [^:]*)?|input "[^"]*"): )*`)

// withoutPlace is the first line of an error, without where it is.
func withoutPlace(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return placeOf.ReplaceAllString(s, "")
}

// kind is a class of tests, by what the file asks for.
type kind struct {
	name string
	// counted kinds are numbers and whole numbers of types that processors have, in
	// graphs whose shapes can be known when they are built.
	counted bool
	asks    func(a *asked) bool
}

// kindList are the kinds; a test is of the last that it asks for.
var kindList = []kind{
	{"float32", true, func(*asked) bool { return true }},
	{"float32, with shapes, axes or scales as inputs, or training", true, func(a *asked) bool { return a.known || a.ops["ai.onnx.preview.training"] }},
	{"int32, int64, bool", true, func(a *asked) bool { return !a.types[proto.Float32] }},
	{"other integers", true, func(a *asked) bool {
		return a.anyOf(proto.Int8, proto.Uint8, proto.Int16, proto.Uint16, proto.Uint32, proto.Uint64)
	}},
	{"float16, bfloat16", true, func(a *asked) bool { return a.anyOf(proto.Float16, proto.Bfloat16) }},
	{"float64", true, func(a *asked) bool { return a.types[proto.Float64] }},
	{"numbers of 8 bits and less, integers of 4 and less", false, func(a *asked) bool {
		return a.anyOf(proto.Float8E4M3FN, proto.Float8E4M3FNUZ, proto.Float8E5M2, proto.Float8E5M2FNUZ, proto.Float8E8M0, proto.Float4E2M1, proto.Uint4, proto.Int4, proto.Uint2, proto.Int2)
	}},
	{"loops", false, func(a *asked) bool { return a.ops["Loop"] || a.ops["Scan"] }},
	{"shapes that depend on data", false, func(a *asked) bool {
		return a.ops["NonZero"] || a.ops["Unique"] || a.ops["Compress"] || a.ops["NonMaxSuppression"]
	}},
	{"sequences, optional values", false, func(a *asked) bool { return a.composed }},
	{"strings", false, func(a *asked) bool { return a.types[proto.StringType] }},
	{"images to decode", false, func(a *asked) bool { return a.ops["ImageDecoder"] }},
	{"ai.onnx.ml", false, func(a *asked) bool { return a.ops["ai.onnx.ml"] }},
}

// lastCounted is the name of the last kind that counts.
func lastCounted() string {
	name := ""
	for _, k := range kindList {
		if k.counted {
			name = k.name
		}
	}
	return name
}

// asked is what a file asks for.
type asked struct {
	types    map[proto.Type]bool
	ops      map[string]bool // operators and domains
	composed bool            // sequences and optional values
	known    bool
}

func (a *asked) anyOf(types ...proto.Type) bool {
	return slices.ContainsFunc(types, func(t proto.Type) bool { return a.types[t] })
}

// kindOf is the kind of a test, and whether it counts.
func kindOf(t *testing.T, f *fate) (name string, counted bool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.Dir, "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := proto.DecodeModel(data)
	if err != nil {
		t.Fatal(err)
	}
	a := &asked{types: map[proto.Type]bool{}, ops: map[string]bool{}}
	if c, err := backend.Open(os.DirFS(f.Dir)); err == nil {
		a.known = c.Settles()
	}
	a.graph(m.Graph)
	for _, x := range m.Functions {
		a.nodes(x.Nodes)
	}
	for _, k := range kindList {
		if k.asks(a) {
			name, counted = k.name, k.counted
		}
	}
	return name, counted
}

func (a *asked) graph(g *proto.Graph) {
	for _, v := range slices.Concat(g.Inputs, g.Outputs) {
		a.types[v.Element] = true
		a.composed = a.composed || v.Kind == "sequence" || v.Kind == "optional"
	}
	for _, t := range g.Initializers {
		a.types[t.Type] = true
	}
	a.nodes(g.Nodes)
}

func (a *asked) nodes(nodes []*proto.Node) {
	for _, n := range nodes {
		a.ops[n.Op], a.ops[n.Domain] = true, true
		a.composed = a.composed || strings.Contains(n.Op, "Sequence") || strings.HasPrefix(n.Op, "Optional")
		for _, at := range n.Attributes {
			if at.Tensor != nil {
				a.types[at.Tensor.Type] = true
			}
			if at.Name == "to" && n.Op == "Cast" {
				a.types[proto.Type(at.Int)] = true
			}
			for _, g := range at.Graphs {
				a.graph(g)
			}
			if at.Graph != nil {
				a.graph(at.Graph)
			}
		}
	}
}
