package codegen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nngen-go/nngen/codegen/internal/irisprog"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
)

// everyday are names as people give them, and names that a system gives a
// meaning.
var everyday = strings.Fields(`set Set SET String Len Step step Error error x X n N p P t T g s a b y w m r o in out err params Params type Type init Init main func
	name Name names value Value values row rows col cols id ids index key target Target label labels class Class classes Classes weight weights bias kernel input inputs output outputs
	age sex date Date year month day hour minute time Time price sets games points Player score text image Image image1 image_1 conv-1 conv_1 conv.1 conv1 Conv1 dense dense_1 Dense
	hidden head flat flatten Flatten model Model train Train test predict fill check load read Read open Open save Save encode Encode adapt Adapt fit Fit Missing Scale Categories
	Vocabulary IDF Mean Offsets x_offsets i0 i0_offsets All x_all xAll dX d_x dx All64 F64 forward backward Forward Backward layer Layer Layer1 1 2 10 1st 2nd 007 1.5 -1 +1 -- ++ _ __ _x x_
	CON con NUL nul PRN AUX COM1 LPT9 testdata internal vendor documentation foo_test _test x.go go mod cmd std fmt os math nn data optim rand json unsafe C
	日本語 界 ß ẞ İ ı ſ K Å 𝒳 é é Ö ö Ω ω ж Ж א ب ๑ ¹ ² ½ Ⅷ 😀 👍🏽 🇩🇪 → ∂x Δ Δx λ μ σ²`)

// identifiers are all those of a package.
func identifiers(t *testing.T, files []File) []string {
	seen := map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				seen[id.Name] = true
			}
			return true
		})
	}
	var list []string
	for id := range seen {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// everyName lists names without end: everyday and hostile ones, what Go and the
// packages themselves use, and the same in other cases and with signs around
// them.
func everyName(t *testing.T) []string {
	list := slices.Concat(everyday, hostile, types.Universe.Names(), []string{"\u200d", "a\u200db"})
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		list = append(list, tok.String())
	}
	for _, p := range []*loop.Program{mixed(), windowed(), columns(), compiled(t, side(8))} {
		for _, only := range []bool{false, true} {
			list = append(list, identifiers(t, generated(t, p, Config{PredictOnly: only}))...)
		}
	}
	for _, s := range slices.Clone(list) {
		list = append(list, strings.ToUpper(s), strings.ToLower(s), "_"+s, s+" ", s+"1")
	}
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(s string) bool {
		again := seen[s] || strings.Contains(s, "SCRATCH") // see scratch
		seen[s] = true
		return again
	})
	return list
}

var neutral = regexp.MustCompile(`\b[a-z]+\d+\b`)

// rename replaces the names i0, l0 and e0, and so on, wherever a program holds
// them: inputs, outputs and other layers, with what belongs to these.
func rename(p *loop.Program, to map[string]string) {
	seen := map[any]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() || seen[v.Interface()] {
				return
			}
			seen[v.Interface()] = true
			walk(v.Elem())
		case reflect.Interface:
			if !v.IsNil() && v.Elem().Kind() == reflect.Pointer {
				walk(v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.String:
			if v.CanSet() {
				v.SetString(neutral.ReplaceAllStringFunc(v.String(), func(s string) string {
					if name, ok := to[s]; ok {
						return name
					}
					return s
				}))
			}
		}
	}
	walk(reflect.ValueOf(p))
}

// table is a program whose columns, classes and categories have these names,
// of every type in turn.
func table(names []string, steps int) *loop.Program {
	n := len(names)
	rows := &encoding.Encoding{Source: "csv", Targets: []encoding.Target{{Columns: []string{names[0] + "t"}}}, Weight: names[n-1], Missing: []string{"", names[1]}, Table: encoding.Table{Header: names}, Spellings: make([][]string, n)}
	width := 0
	var features []encoding.Feature
	for i, name := range names {
		f := encoding.Feature{Name: name, Type: encoding.Number, Width: 1, Missing: encoding.Missing{Kind: "mean"}, Scale: []string{"standard"}}
		switch i % 8 {
		case 1:
			f = encoding.Feature{Name: name, Type: encoding.Category, Width: 1, Slots: 1, Encode: "one_hot", Vocabulary: []string{name}, Missing: encoding.Missing{Kind: "most_frequent"}}
		case 3:
			f = encoding.Feature{Name: name, Type: encoding.Date, Width: 1, Encode: "number", Format: "2006", Parts: []string{"year"}, Missing: encoding.Missing{Kind: "text", Text: "1999"}}
		case 5:
			f = encoding.Feature{Name: name, Type: encoding.Text, Width: 2, Slots: 2, Encode: "count", Standardize: []string{"none", "lower"}[i/8%2], Split: "whitespace", NGrams: 1}
		case 7:
			f.Missing, f.Scale = encoding.Missing{Kind: "error"}, nil
		}
		features, width = append(features, f), width+f.Width
	}
	p := irisprog.Sized(width * steps)
	p.Classes, p.Name, p.Encoding = names, names[0], rows
	if steps > 1 {
		p.Inputs[0].Shape = []int{steps, width}
		p.Encoding.Series = &encoding.Series{Length: steps, Offset: 1, Stride: 1}
	}
	place(p, features...)
	return p
}

// Names of any kind compile in every position: as columns, as classes, as
// inputs, as layers, as outputs and targets, as parts of weights, as the model;
// in packages of both kinds. Some of the packages also pass their own tests.
func TestEveryName(t *testing.T) {
	list := everyName(t)
	common := everyday[:60]
	// Descriptions are UTF-8, and weights files keep nothing else; TestHostileNames has other bytes.
	drawn := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(common, s) || !utf8.ValidString(s) })
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	r.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	list = slices.Concat(common, drawn[:1000])
	var packages [][]File
	both := func(p func() *loop.Program) {
		packages = append(packages, generated(t, p(), Config{Package: "full"}), generated(t, p(), Config{Package: "predict", PredictOnly: true}))
	}
	const ports = 24
	program := func(names []string) *loop.Program {
		p := compiled(t, side(ports))
		to := map[string]string{}
		for i := range ports { // an input has the name of a layer that is not its own
			to[fmt.Sprint("i", i)], to[fmt.Sprint("l", i)], to[fmt.Sprint("e", i)] = names[i], names[ports+(i+3)%ports], names[2*ports+i]
		}
		rename(p, to)
		return p
	}
	both(func() *loop.Program { return program(slices.Concat(list[:ports], list[:ports], list[ports:2*ports])) })
	for part := range slices.Chunk(list, len(list)/2) {
		for _, steps := range []int{1, 2} {
			both(func() *loop.Program { return table(part, steps) })
		}
	}
	for part := range slices.Chunk(list[:6*3*ports], 3*ports) {
		both(func() *loop.Program { return program(part) })
	}
	dir := scratch(t, bundled(packages)...)
	writeScratch(t, dir, "tests", []File{bundle(t, nil, packages[:4])})
	run(t, "go", "test", "-vet=all", compilerFlags(dir), linkerFlags, "./"+dir+"/tests")
	// Whether names clash is what types and the assembler tell; compiling the
	// packages takes longer than everything else here.
	run(t, "go", "vet", "./"+dir+"/...")
	for i, files := range packages {
		for _, f := range files {
			if strings.HasSuffix(f.Name, ".s") {
				assemble(t, fmt.Sprintf("%s/p%d/%s", dir, i, f.Name))
			}
		}
	}
}

// A package has a name that Go takes, and a folder of that name one that all
// systems have and go build does not pass over.
func TestPackageNames(t *testing.T) {
	refused := strings.Fields("main init documentation internal vendor testdata con prn aux nul com1 com9 lpt1 lpt9 _ any string nil iota go func")
	for _, name := range everyName(t) {
		pkg := PackageName(name)
		if !ValidPackage(pkg) || slices.Contains(refused, pkg) || strings.ContainsFunc(pkg, func(r rune) bool { return r > 'z' || r < '0' || r == '_' }) || len(pkg) > 50 {
			t.Errorf("%.40q: package %s", name, pkg)
		}
		if PackageName(pkg) != pkg {
			t.Errorf("%.40q: package %s, of which comes %s", name, pkg, PackageName(pkg))
		}
	}
	for _, name := range []string{"", "_", "main", "init", "documentation", "go", "x_test", "1st", "a-b", "x.y"} {
		if _, err := Generate(irisprog.Program(), Config{Package: name}); name != "" && err == nil {
			t.Errorf("a package is named %q", name)
		}
	}
}

// A package may have the name of one that it imports.
func TestPackageNamedAsImport(t *testing.T) {
	var packages [][]File
	for _, name := range []string{"math", "fmt", "nn", "testing"} {
		packages = append(packages, generated(t, irisprog.Program(), Config{Package: name}))
	}
	dir := scratch(t, packages...)
	if out, err := exec.Command("go", "vet", "./"+dir+"/...").CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}
