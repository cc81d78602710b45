package gokernel

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The scalar functions of a package are within 0.52 units in the last place of
// package math in double precision, and agree with it where the result is
// exact: at zeros, infinities and NaN.
func TestScalarFunctions(t *testing.T) {
	e := newCollection(Config{})
	for fn := range scalarFuncs {
		e.Uses(fn)
	}
	f := newFile("main")
	f.Add(`// ulps is how far a result is from the true value, in units in the last place
// of float32.
func ulps(got float32, want float64) float64 {
	near := float32(want)
	switch {
	case want != want || got != got:
		if want != want && got != got {
			return 0
		}
		return §math.Inf(1)
	case near == got:
		if near == 0 && §math.Signbit(want) != §math.Signbit(float64(got)) && want == 0 {
			return §math.Inf(1)
		}
		return 0
	case §math.IsInf(float64(near), 0) || §math.IsInf(float64(got), 0):
		return §math.Inf(1)
	}
	_, exp := §math.Frexp(float64(near))
	return §math.Abs(float64(got)-want) / §math.Ldexp(1, max(exp-24, -149))
}

type result struct {
	Fn    string
	At, Y float32
	Worst float64
}

func main() {
	one := map[string]struct {
		got  func(float32) float32
		want func(float64) float64
	}{
		"abs": {abs[float32], §math.Abs}, "floor": {floor[float32], §math.Floor}, "exp": {exp[float32], §math.Exp}, "expm1": {expm1[float32], §math.Expm1}, "log": {log[float32], §math.Log},
		"log1p": {log1p[float32], §math.Log1p}, "sqrt": {sqrt[float32], §math.Sqrt}, "tanh": {tanh[float32], §math.Tanh}, "erf": {erf[float32], §math.Erf},
		"sigmoid": {sigmoid[float32], func(x float64) float64 { return 1 / (1 + §math.Exp(-x)) }},
	}
	special := []float32{0, float32(§math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-45, -1e-45, 1e-38, 1e38, -1e38, §math.MaxFloat32, -§math.MaxFloat32,
		float32(§math.Inf(1)), float32(§math.Inf(-1)), float32(§math.NaN()), 88.72283, 88.72284, -87.33655, -103.97208, -103.97209, 0.3465736, -0.3465736, 0.70710677, 1.4142135}
	var xs []float32
	for w := uint64(0); w < 1<<32; w += 9973 {
		xs = append(xs, §math.Float32frombits(uint32(w)))
	}
	for i := range 200000 { // where most arguments lie
		xs = append(xs, float32(i-100000)/2500)
	}
	xs = append(xs, special...)
	out := §json.NewEncoder(§os.Stdout)
	for fn, f := range one {
		r := result{Fn: fn}
		for _, x := range xs {
			if u := ulps(f.got(x), f.want(float64(x))); u > r.Worst {
				r.At, r.Worst = x, min(u, 1e9)
			}
		}
		out.Encode(r)
	}
	r := result{Fn: "pow"}
	try := func(x, y float32) {
		if u := ulps(pow(x, y), §math.Pow(float64(x), float64(y))); u > r.Worst {
			r.At, r.Y, r.Worst = x, y, min(u, 1e9)
		}
	}
	for _, x := range special {
		for _, y := range special {
			try(x, y)
		}
	}
	for i := range 300000 {
		x := §math.Float32frombits(uint32(i * 14311))
		try(x, float32(§math.Sin(float64(i))*150)/float32(§math.Abs(§math.Log2(§math.Abs(float64(x))))+1e-3))
		try(x, float32(i%%9-4))
	}
	out.Encode(r)
}`)
	e.declare(f)
	dir, err := os.MkdirTemp("testdata", "scalars")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), src, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "-gcflags=-dwarf=false", "-ldflags=-s -w", "./"+filepath.ToSlash(dir))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for dec := json.NewDecoder(out); dec.More(); n++ {
		var r struct {
			Fn    string
			At, Y float32
			Worst float64
		}
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.4f units at %v", r.Fn, r.Worst, r.At)
		if r.Worst > 0.52 {
			t.Errorf("%s is off by %.3f units at %v (%v)", r.Fn, r.Worst, r.At, r.Y)
		}
	}
	if err := cmd.Wait(); err != nil || n != len(scalarFuncs)-2 {
		t.Errorf("%d of %d functions: %v\n%s", n, len(scalarFuncs)-2, err, src)
	}
}

// The table of what scalar functions are made of is what they call.
func TestScalarParts(t *testing.T) {
	for fn, s := range scalarFuncs {
		e := newCollection(Config{})
		e.Uses(fn)
		f := newFile("p")
		e.declare(f)
		src := "package p\n" + strings.ReplaceAll(strings.Join(f.Texts(), "\n"), "§", "")
		file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		called := map[string]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				if id, ok := c.Fun.(*ast.Ident); ok {
					called[id.Name] = true
				}
			}
			return true
		})
		for _, part := range scalarParts {
			if called[part.name] != slices.Contains(s.parts, part.name) {
				t.Errorf("%s: %s in the table: %v", fn, part.name, slices.Contains(s.parts, part.name))
			}
		}
	}
}
