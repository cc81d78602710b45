package gokernel

import (
	"encoding/json"
	"fmt"
	"go/format"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
)

// Every family and form of kernel, printed, compiled and run, agrees with the
// reference for row counts around the blocks of eight.
func TestKernelsAgainstReference(t *testing.T) {
	for name, sums := range map[string]sumLimits{
		"usual sums": usualSums,
		// Every path of a long sum, on the small shapes of the cases.
		"long sums":             {long: 4, partial: 8, variable: 3, tile: 24, most: 48, columns: 16},
		"long sums in one tile": {long: 8, partial: 16, variable: 8, tile: 1 << 12, most: 1 << 12, columns: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			againstReference(t, kernelCases(), sums, waves, 1e-4)
		})
	}
}

// Sums of very many positive terms, where one float32 after the other is added
// to a large number, are nearly as exact as short ones. Without partial sums
// every contraction here misses the limit.
func TestLongSums(t *testing.T) {
	const rows, many = 2, 100000
	var cases []kernelCase
	add := func(name string, k loop.Kernel) {
		cases = append(cases, kernelCase{name: name, kernel: k, counts: []int{rows}})
	}
	dense := func(in, out int) (forward, gradX *loop.Contract) {
		forward = &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("o", out)}, K: []loop.Axis{plainAxis("i", in)},
			Out: access(rowBuf(out), out, 1, 0), Lhs: access(rowBuf(in), in, 0, 1), Rhs: access(weightBuf(in, out), 0, 1, out)}
		gradX = &loop.Contract{M: []loop.Axis{rowsAxis(1)}, N: []loop.Axis{plainAxis("i", out)}, K: []loop.Axis{plainAxis("o", in)},
			Out: access(rowBuf(out), out, 1, 0), Lhs: access(rowBuf(in), in, 0, 1), Rhs: access(weightBuf(out, in), 0, in, 1)}
		return forward, gradX
	}
	for _, out := range []int{1, 3, 9} {
		forward, gradX := dense(many, out)
		add(fmt.Sprintf("dense to %d", out), forward)
		add(fmt.Sprintf("gradient by the input of %d", out), gradX)
	}
	add("gradient by the weights", &loop.Contract{M: []loop.Axis{plainAxis("i", 3)}, N: []loop.Axis{plainAxis("o", 2)}, K: []loop.Axis{rowsAxis(many)},
		Out: access(weightBuf(3, 2), 2, 1, 0), Lhs: access(rowBuf(many, 3), 1, 0, 3), Rhs: access(rowBuf(many, 2), 0, 1, 2)})
	for _, g := range []geometry{image(320, 320, 2, 3, 1, 2), pad(image(320, 320, 2, 3, 2, 1), 1, 0, 0, 0), sequence(many, 2, 3, 2), pad(sequence(many, 2, 3, 2), 0, 1, 0, 0)} {
		add(fmt.Sprintf("gradient by the kernel of %v", g), g.gradW())
	}
	add("depthwise", image(320, 320, 3, 0, 1, 2).depthwise()[1])
	add("column sums", nest([]loop.Axis{plainAxis("o", 7)}, loop.Stmt{Inner: []loop.Axis{rowsAxis(many)}, Dst: access(weightBuf(7), 1, 0), Reduce: loop.Sum, Value: arg0,
		Srcs: []loop.Access{access(rowBuf(many, 7), 1, 7)}}))
	add("a sum of rows", nest([]loop.Axis{rowsAxis(1)}, loop.Stmt{Inner: []loop.Axis{plainAxis("o", many)}, Dst: access(rowBuf(), 1, 0), Reduce: loop.Sum, Value: arg0,
		Srcs: []loop.Access{access(rowBuf(many), many, 1)}}))
	againstReference(t, cases, usualSums, positive, 2e-6)
}

// filling is what operands are filled with: element i of buffer j.
type filling struct {
	text  string
	value func(i, j int) float64
}

var (
	waves    = filling{"math.Sin(float64(i)*0.7 + float64(j))", func(i, j int) float64 { return math.Sin(float64(i)*0.7 + float64(j)) }}
	positive = filling{"0.5 + float64((i*7919+j*104729)%10007)/10007", func(i, j int) float64 { return 0.5 + float64((i*7919+j*104729)%10007)/10007 }}
)

// againstReference prints, compiles and runs kernels, and compares what they
// compute with the reference, within a limit relative to 1 + the value.
func againstReference(t *testing.T, cases []kernelCase, sums sumLimits, fill filling, limit float64) {
	e := newCollection(Config{Batch: 17})
	e.sums = sums
	e.top.Names.Take("table")
	var body strings.Builder
	var printed []*Kernel
	expected, calls := 0, ""
	for i, c := range cases {
		cases[i].kernel = canonical.Kernel(c.kernel)
		k, name, err := e.add(cases[i].kernel)
		if err != nil {
			t.Fatal(err)
		}
		printed = append(printed, k)
		counts := []int{1, 2, 7, 8, 9, 17}
		switch {
		case c.counts != nil:
			counts = c.counts
		case c.image:
			counts = []int{1, 3} // rows make no blocks
		}
		expected += len(counts)
		fmt.Fprintf(&body, "func case%d() {\n", i)
		fmt.Fprintf(&body, "for _, n := range %#v {\n", counts)
		var args []string
		for j, p := range k.Params {
			args = append(args, c.declare(&body, j, p)...)
		}
		if k.Counted {
			args = append(args, "n")
		} else {
			body.WriteString("_ = n\n")
		}
		call := "%s(%s)\n"
		if k.Shared { // of three workers, one after the other
			call = "for id := range 3 {\n%s(%s)\n}\n"
			args = append(args, "&§nn.Worker{ID: id, Count: 3}")
		}
		fmt.Fprintf(&body, call, name, strings.Join(args, ", "))
		for j, p := range k.Params {
			for _, w := range c.kernel.Writes() {
				if w.Buf == p.Buf {
					fmt.Fprintf(&body, "print(%d, n, %d, b%d)\n", i, j, j)
					break
				}
			}
		}
		body.WriteString("}\n}\n")
		calls += fmt.Sprintf("case%d()\n", i)
	}
	f := newFile("main")
	f.Add(`type result struct {
	Case, N, Buffer int
	Values          []float64
}

func print[T float32 | int32](c, n, buffer int, values []T) {
	r := result{Case: c, N: n, Buffer: buffer}
	for _, v := range values {
		r.Values = append(r.Values, float64(v))
	}
	if err := §json.NewEncoder(§os.Stdout).Encode(r); err != nil {
		panic(err)
	}
}

func fill(n, j int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(%s)
	}
	return x
}

func ids(n, limit int) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = int32((i*i + 3*i) %% limit)
	}
	return x
}

func main() {
%s}

%s`, strings.ReplaceAll(fill.text, "math.", "§math."), calls, body.String())
	e.declare(f)
	dir, err := os.MkdirTemp("testdata", "kernels")
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
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	checked := 0
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var got struct {
			Case, N, Buffer int
			Values          []float64
		}
		if err := dec.Decode(&got); err != nil {
			t.Fatal(err)
		}
		c, k := cases[got.Case], printed[got.Case]
		want := c.expect(k, got.N, fill)[k.Params[got.Buffer].Buf]
		checked++
		for i, v := range got.Values {
			if i >= len(want) || !(math.Abs(v-want[i]) <= limit*(1+math.Abs(want[i]))) {
				text, _ := format.Source([]byte(strings.ReplaceAll("package p\n"+k.Text("f"), "§", "")))
				t.Errorf("%s, n=%d: element %d is %v, want %v\n%s", c.name, got.N, i, v, want[i], text)
				break
			}
		}
	}
	if checked < expected {
		t.Errorf("%d results of %d kernels", checked, len(cases))
	}
}

// kernelCase is a kernel with the bound of its ids.
type kernelCase struct {
	name   string
	kernel loop.Kernel
	limit  int
	image  bool  // over the positions of an image: convolution, pooling
	counts []int // of rows; nil: around the blocks of eight
}

// declare prints the variable that holds a parameter and says how it is passed.
func (c kernelCase) declare(body *strings.Builder, j int, p *Param) []string {
	b := p.Buf
	size := fmt.Sprint(b.Row())
	if b.Rows {
		size = fmt.Sprintf("n*%d", b.Row())
	}
	switch p.Form {
	case Value:
		return []string{"0.25"}
	case Random:
		return []string{fmt.Sprintf("§nn.NewKey(5, 0, §nn.Stream(%q))", b.Name), "3"}
	case Ragged:
		fmt.Fprintf(body, "b%d := ids(n*3, %d)\noffsets%d := []int32{0}\nfor r := range n {\noffsets%d = append(offsets%d, offsets%d[r]+int32(1+r%%3))\n}\n", j, c.limit, j, j, j, j)
		return []string{fmt.Sprintf("b%d", j), fmt.Sprintf("offsets%d", j)}
	}
	if b.DType == loop.I32 {
		fmt.Fprintf(body, "b%d := ids(%s, %d)\n", j, size, max(c.limit, 1))
	} else {
		fmt.Fprintf(body, "b%d := fill(%s, %d)\n", j, size, j)
	}
	if p.Form == Fixed {
		elem := "float32"
		if b.DType == loop.I32 {
			elem = "int32"
		}
		return []string{fmt.Sprintf("(*%s%s)(§unsafe.Pointer(&b%d[0]))", gotree.Array(p.Dims), elem, j)}
	}
	return []string{fmt.Sprintf("b%d", j)}
}

// expect runs the reference over the same values.
func (c kernelCase) expect(k *Kernel, n int, fill filling) map[*loop.Buffer][]float64 {
	r := &reference{n: n, seed: 5, first: 3, data: map[*loop.Buffer][]float64{}, offsets: map[*loop.Buffer][]int{}}
	for j, p := range k.Params {
		b := p.Buf
		size := b.Len(n)
		if p.Form == Ragged {
			size = n * 3
			off := []int{0}
			for row := range n {
				off = append(off, off[row]+1+row%3)
			}
			r.offsets[b] = off
		}
		x := make([]float64, max(size, 1))
		for i := range x {
			switch {
			case p.Form == Value:
				x[i] = 0.25
			case b.DType == loop.I32:
				x[i] = float64((i*i + 3*i) % max(c.limit, 1))
			default:
				x[i] = float64(float32(fill.value(i, j)))
			}
		}
		r.data[b] = x
	}
	r.run(c.kernel)
	return r.data
}
