package codegen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
)

// renamed is the iris program with its names replaced, everywhere they occur.
func renamed(names map[string]string) *loop.Program {
	p := irisprog.Program()
	to := func(s string) string {
		for old, name := range names {
			if s == old {
				return name
			}
			if rest, ok := strings.CutPrefix(s, old+"/"); ok {
				return name + "/" + rest
			}
			if rest, ok := strings.CutPrefix(s, old+"."); ok {
				return name + "." + rest
			}
		}
		return s
	}
	p.Name, p.File = to(p.Name), to(p.File)
	p.Hash, p.ModelID = to(p.Hash), to(p.ModelID)
	for i := range p.Segments {
		p.Segments[i].Name, p.Segments[i].Layer = to(p.Segments[i].Name), to(p.Segments[i].Layer)
	}
	for i := range p.Layers {
		p.Layers[i].Name, p.Layers[i].Type = to(p.Layers[i].Name), to(p.Layers[i].Type)
	}
	for _, ports := range [][]loop.Port{p.Inputs, p.Outputs, p.Targets} {
		for i := range ports {
			ports[i].Name, ports[i].Layer, ports[i].Loss = to(ports[i].Name), to(ports[i].Layer), to(ports[i].Loss)
		}
	}
	for i := range p.Classes {
		p.Classes[i] = to(p.Classes[i])
	}
	for _, plan := range p.Plans() {
		for _, b := range plan.Buffers {
			b.Name, b.Layer = to(b.Name), to(b.Layer)
		}
		for _, steps := range [][]loop.Step{plan.Forward, plan.Backward} {
			for _, s := range steps {
				r := s.(*loop.Run)
				r.Layer = to(r.Layer)
				r.Pos = diag.Pos{File: p.File}
				if c, ok := r.Kernel.(*loop.Contract); ok {
					c.Word = to(c.Word)
				}
			}
		}
	}
	return p
}

var hostile = []string{
	"type", "range", "1st", `a"b`, "conv-1", "x", "p", "n", "float32", "Model", "Predict", "forward", "hiddenForward", "dense4x16Relu", "init", "main", "nil",
	"\n//go:embed /etc/passwd\n", "*/ func init() {} /*", "`\x00\x1b[31m", "§os.Exit", "@fmt.Println", "//go:build ignore", "+build ignore", "%s%d%!", "日本語", "ß", "İ", "𝒳",
	"\u202egnp.exe", "", " ", "_", "__", "a\u0301", "a +build ignore b", "+build x", strings.Repeat("x", 10000), strings.Repeat("界", 3000), "Output", "sum", "max", "exp", "xr", "w0", "testing", "data", "loss", "params64", "\xff\xfe",
}

// Whatever a description calls its layers, the package compiles, holds no
// directive but its own and passes its own tests.
func TestHostileNames(t *testing.T) {
	var packages [][]File
	for i, name := range hostile {
		other := hostile[(i+1)%len(hostile)]
		p := renamed(map[string]string{"hidden": name, "head": other, "x": name + "-x", "iris": other, "iris.yaml": name + ".yaml", "Dense": name,
			"setosa": name, "versicolor": other, "relu": name, "sparse_categorical_crossentropy": other, "c0ffee0123456789": name, "5d8a0e6ab64af1f0": name})
		p.Encoding = hostileEncoding(name, other)
		files, err := Generate(p, Config{PredictOnly: i%2 == 0})
		if err != nil {
			t.Errorf("%.40q: %v", name, err)
			continue
		}
		for _, f := range files {
			checkSource(t, name, f)
		}
		if i%5 == 0 {
			packages = append(packages, files)
		}
	}
	testIn(t, packages...)
}

// hostileEncoding has features, columns, categories and other texts of two
// names.
func hostileEncoding(name, other string) *encoding.Encoding {
	return &encoding.Encoding{
		Source: "csv", Targets: []encoding.Target{{Columns: []string{name + "t"}}}, Weight: other, Table: encoding.Table{Separator: "§", Header: []string{name, other, name + "t"}}, Missing: []string{name, other, name},
		Spellings: [][]string{{other, name + "s"}, {name, name + "s"}},
		Features: []encoding.Feature{
			{Name: name, Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "median"}, Scale: []string{"standard"}},
			{Name: other, Type: encoding.Category, Offset: 1, Width: 2, Slots: 2, OOV: true, Encode: "one_hot", Vocabulary: []string{name}, Missing: encoding.Missing{Kind: "text", Text: other}},
			{Name: name + "-", Type: encoding.Date, Offset: 3, Width: 1, Encode: "number", Format: name + " 2006", Parts: []string{"year"}, Missing: encoding.Missing{Kind: "error"}},
			{Name: name + "r", Type: encoding.Strings, Port: -1, Width: 1, Size: 1},
			{Name: name + "l", Type: encoding.Lookup, Port: -1, Width: 1, Size: 1, Slots: 2, Reads: []string{name + "r"}, Vocabulary: []string{name},
				Layer: &encoding.Layer{Kind: "StringLookup", Mode: "int", OOV: 1, Mask: &other, OOVToken: &other, Of: []string{"string"}}},
			{Name: other + "h", Type: encoding.Lookup, Port: -1, Width: 1, Size: 1, Slots: 9, Reads: []string{name + "r"},
				Layer: &encoding.Layer{Kind: "Hashing", Mode: "int", Mask: &name, Of: []string{"string"}}},
		},
	}
}

// Long vocabularies are written so that Go reads the very words.
func TestLongVocabulary(t *testing.T) {
	var list []string
	for i := range 300 {
		list = append(list, fmt.Sprint("wörd", i))
	}
	program := func(more ...string) *loop.Program {
		p := irisprog.Program()
		words := append(slices.Clone(list), more...)
		p.Encoding = &encoding.Encoding{Source: "csv", Targets: []encoding.Target{{Columns: []string{"species"}}}, Features: []encoding.Feature{
			{Name: "x", Type: encoding.Number, Width: 4, Missing: encoding.Missing{Kind: "error"}},
			{Name: "plan", Type: encoding.Strings, Port: -1, Width: 1, Size: 1},
			{Name: "id", Type: encoding.Lookup, Port: -1, Width: 1, Size: 1, Slots: 1 + len(words), Reads: []string{"plan"}, Vocabulary: words, Layer: &encoding.Layer{Kind: "StringLookup", Mode: "int", OOV: 1, Of: []string{"string"}}},
		}}
		return p
	}
	for _, more := range [][]string{nil, {"a b"}, {"a`b"}, {"\ufeff"}, {"a\u00a0b"}, {"a\nb"}, {"\x00"}, {"\xff"}, {""}, {"§x"}, {"%d\\"}, {strings.Repeat("y", 5000)}, {"a b", "c", "`", "``", "d e"}} {
		p := program(more...)
		p.Encoding.Features[0].Width = 1
		p.Inputs[0].Shape = []int{1}
		for _, f := range generated(t, p, Config{PredictOnly: true}) {
			if f.Name != "encode.go" {
				continue
			}
			if got := listed(t, f); !slices.Equal(got, p.Encoding.Features[2].Vocabulary) {
				t.Errorf("%q: %q", more, got)
			}
		}
	}
}

// listed are the words of the only vocabulary of a file.
func listed(t *testing.T, f File) (words []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, 0)
	if err != nil {
		t.Fatal(err)
	}
	unquoted := func(e ast.Expr) string {
		s, err := strconv.Unquote(e.(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var add func(e ast.Expr)
	add = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.CompositeLit:
			for _, word := range e.Elts {
				add(word)
			}
		case *ast.CallExpr:
			if text, ok := e.Args[0].(*ast.BasicLit); ok {
				words = append(words, strings.Fields(unquoted(text))...)
				return
			}
			for _, part := range e.Args { // of slices.Concat
				add(part)
			}
		default:
			words = append(words, unquoted(e))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok || fmt.Sprint(c.Fun) != "makeIndex" || words != nil {
			return true
		}
		for _, a := range c.Args[1:] {
			add(a)
		}
		return true
	})
	return words
}

// Names that no json tag can hold, and names whose identifiers are the same,
// keep apart.
func TestFeatureNames(t *testing.T) {
	for _, names := range [][2]string{{"a b", "a-b"}, {"A", "a"}, {"x,y", "XY"}, {`"`, `\\`}, {"-", "_"}, {"Layer", ","}, {"\x00", "\xff"}} {
		p := irisprog.Sized(2)
		p.Encoding = &encoding.Encoding{Source: "csv", Targets: []encoding.Target{{Columns: []string{"species"}}}}
		for i, name := range names {
			p.Encoding.Features = append(p.Encoding.Features, encoding.Feature{Name: name, Type: encoding.Number, Offset: i, Width: 1, Missing: encoding.Missing{Kind: "mean"}, Scale: []string{"min_max"}})
		}
		files, err := Generate(p, Config{})
		if err != nil {
			t.Errorf("%q: %v", names, err)
			continue
		}
		text := string(fileNamed(t, files, "encode.go"))
		tags := regexp.MustCompile(`\*float64 `+"`json:(\".*\")`").FindAllStringSubmatch(text, -1)
		if len(tags) != 2 || tags[0][1] == tags[1][1] {
			t.Errorf("%q: tags %q", names, tags)
		}
	}
	p := mixed()
	p.Encoding.Features[1].Name = "age"
	if _, err := Generate(p, Config{}); err == nil || !strings.Contains(err.Error(), `two features are named "age"`) {
		t.Error(err)
	}
	p = mixed()
	p.Encoding.Features[3].Offset = 54
	if _, err := Generate(p, Config{}); err == nil || !strings.Contains(err.Error(), `feature "raw" gives 1 values, which are to stand at 54 of the 54 of input "x"`) {
		t.Error(err)
	}
	p = mixed()
	p.Encoding.Features[12].Port = 0
	if _, err := Generate(p, Config{}); err == nil || !strings.Contains(err.Error(), `"city" does not give what input "x" holds`) {
		t.Error(err)
	}
}

var header = regexp.MustCompile(`^// Code generated .* DO NOT EDIT\.$`)

func checkSource(t *testing.T, name string, f File) {
	t.Helper()
	first, _, _ := strings.Cut(string(f.Data), "\n")
	if !header.MatchString(first) {
		t.Errorf("%.40q: %s begins %q", name, f.Name, first)
	}
	if strings.HasSuffix(f.Name, ".s") {
		checkAssembly(t, name, f)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.ParseComments)
	if err != nil {
		t.Errorf("%.40q: %v", name, err)
		return
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if directives[c.Text] && strings.HasPrefix(f.Name, "kernels_") {
				continue
			}
			if strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text, "// +build") || strings.HasPrefix(c.Text, "//line") || strings.HasPrefix(c.Text, "/*") {
				t.Errorf("%.40q: %s holds the comment %q", name, f.Name, c.Text)
			}
			if strings.ContainsFunc(c.Text, func(r rune) bool { return r < ' ' && r != '\t' || r == '\u202e' }) {
				t.Errorf("%.40q: %s: a control character in %q", name, f.Name, c.Text)
			}
		}
	}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			t.Errorf("%.40q: %s declares init", name, f.Name)
		}
	}
}

// directives are those of the files around machine code.
var directives = map[string]bool{
	"//go:build " + amd64.Constraint: true, "//go:build !(" + amd64.Constraint + ")": true, "//go:noescape": true,
}

// macro matches the line that a definition begins with.
var macro = regexp.MustCompile(`^#define [a-z]\w*\(([a-z](, [a-z])*)?\) \\$`)

// checkAssembly holds an assembly file to lines that only our own names reach.
func checkAssembly(t *testing.T, name string, f File) {
	t.Helper()
	for i, line := range strings.Split(string(f.Data), "\n") {
		directive := strings.HasPrefix(line, "//go:") || strings.HasPrefix(line, "#")
		if directive && !directives[line] && line != `#include "textflag.h"` && !macro.MatchString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == '\u202e' }) {
			t.Errorf("%.40q: %s:%d: %q", name, f.Name, i+1, line)
		}
	}
}

// Layers whose names differ and whose identifiers would not, keep apart, and
// their weights keep their names.
func TestCollidingNames(t *testing.T) {
	files, err := Generate(renamed(map[string]string{"hidden": "conv-1", "head": "conv_1"}), Config{})
	if err != nil {
		t.Fatal(err)
	}
	params := string(fileNamed(t, files, "params.go"))
	for _, want := range []string{"Conv1W  [4][16]float32", "Conv1W2 [16][3]float32", `name:"conv-1/kernel"`, `name:"conv_1/kernel"`} {
		if !strings.Contains(params, want) {
			t.Errorf("params.go lacks %s", want)
		}
	}
	testIn(t, files)
}

func fileNamed(t *testing.T, files []File, name string) []byte {
	t.Helper()
	for _, f := range files {
		if f.Name == name {
			return f.Data
		}
	}
	t.Fatalf("no file %s", name)
	return nil
}

// Equal programs give equal bytes.
func TestDeterministic(t *testing.T) {
	for _, program := range []func() *loop.Program{irisprog.Program, mixed, windowed} {
		for _, cfg := range []Config{{}, {PredictOnly: true}} {
			want, err := Generate(program(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				got, err := Generate(program(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if got[i].Name != want[i].Name || !bytes.Equal(got[i].Data, want[i].Data) {
						t.Errorf("%s differs from one run to the next", want[i].Name)
					}
				}
			}
		}
	}
}

// unheardOf is a kernel that no emitter knows.
type unheardOf struct{ loop.Kernel }

func (unheardOf) Family() string        { return "unheard of" }
func (unheardOf) Writes() []loop.Access { return nil }
func (unheardOf) Reads() []loop.Access  { return nil }

// What this version cannot print is an error that says so.
func TestNotEmitted(t *testing.T) {
	for want, change := range map[string]func(p *loop.Program) Config{
		`"go-lang" cannot be the name of a package`: func(*loop.Program) Config { return Config{Package: "go-lang"} },
		`main cannot be the name of a package`:      func(*loop.Program) Config { return Config{Package: "main"} },
		"only a predict-only package":               func(p *loop.Program) Config { p.Train = nil; return Config{} },
		"no prediction phase":                       func(p *loop.Program) Config { p.Predict = nil; return Config{} },
		`initializer "unheard of"`:                  func(p *loop.Program) Config { p.Segments[0].Init.Kind = "unheard of"; return Config{} },
		`optimizer muon`:                            func(p *loop.Program) Config { p.Training.Optimizer.Name = "muon"; return Config{} },
		`metric unheard of`:                         func(p *loop.Program) Config { p.Training.Metrics[0][0].Name = "unheard of"; return Config{} },
		`layer hidden: kernels of the family unheard of`: func(p *loop.Program) Config {
			p.Predict.Forward[0].(*loop.Run).Kernel = unheardOf{}
			return Config{}
		},
		"loops over time within others": func(p *loop.Program) Config {
			p.Predict.Forward[0] = &loop.Loop{Body: []loop.Step{&loop.Loop{}}}
			return Config{}
		},
		`optimizer rmsprop: the argument "no such argument" is not`: func(p *loop.Program) Config { p.Training.Optimizer.Args[0].Name = "no such argument"; return Config{} },
	} {
		p := irisprog.Program()
		cfg := change(p)
		_, err := Generate(p, cfg)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), `"hidden"`, "hidden"), want) && !strings.Contains(strings.ReplaceAll(err.Error(), `"`, ""), want) {
			t.Errorf("got %v, want an error about %s", err, want)
		}
	}
}
