package gokernel

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Comments say which columns are read and written, and names say what is computed.
func TestFormulas(t *testing.T) {
	wide, narrow, sums := rowBuf(38), rowBuf(16), fixedBuf(16)
	rows, columns := rowsAxis(1), plainAxis("o", 16)
	both := []loop.Axis{rows, columns}
	x, from16 := access(narrow, 16, 1), shifted(access(wide, 38, 1), 16)
	mean := loop.Stmt{Inner: []loop.Axis{rows}, Dst: access(sums, 1, 0), Reduce: loop.Sum, Value: scalar.Arg(0),
		Srcs: []loop.Access{access(narrow, 1, 16)}, Finish: scalar.Call("div", scalar.Arg(0), scalar.Rows{})}
	for _, tt := range []struct {
		kernel    loop.Kernel
		name, doc string
	}{
		{nest(nil, store(both, from16, scalar.Arg(0), x)), "store16", "copies the rows of 16 of x to columns 16 to 31 of the rows of 38 of y"},
		{nest(nil, store(both, x, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), access(wide, 38, 1), from16)), "store16", "y[r,i] = x[r,i] + x[r,i+16]"},
		{nest([]loop.Axis{columns}, mean), "columnMeans16", "y[i] = (Σ_r x[r,i]) / n"},
	} {
		k, name, err := newCollection(Config{}).add(canonical.Kernel(tt.kernel))
		if err != nil {
			t.Fatal(err)
		}
		if doc := strings.Join(k.Doc, "\n"); name != tt.name || !strings.Contains(doc, tt.doc) {
			t.Errorf("got %s:\n%s\nwant %s with %q", name, doc, tt.name, tt.doc)
		}
	}
}

// Kernels of one name are told apart by what differs, and by a letter where that has
// no name.
func TestNamesTellApart(t *testing.T) {
	rows, columns := rowsAxis(1), plainAxis("o", 16)
	both := []loop.Axis{rows, columns}
	x, y, wide, most := access(rowBuf(16), 16, 1), access(rowBuf(16), 16, 1), access(rowBuf(38), 38, 1), access(rowBuf(), 1, 0)
	row := func(limit int) loop.Access {
		return loop.Access{Buf: weightBuf(limit, 16), Strides: []int{0, 1}, Index: &loop.Access{Buf: idBuf(), Strides: []int{1, 0}}, IndexStride: 16}
	}
	top := loop.Stmt{Inner: []loop.Axis{columns}, Dst: most, Reduce: loop.Max, Value: arg0, Srcs: []loop.Access{x}, Word: "max"}
	less := loop.Stmt{Inner: []loop.Axis{columns}, Dst: y, Value: scalar.Call("sub", arg0, arg1), Srcs: []loop.Access{x, access(most.Buf, 1, 0)}, Word: "centred"}
	local := access(&loop.Buffer{Name: "top", Class: loop.Local}, 0, 0)
	alone, from := top, less
	alone.Dst, from.Srcs = local, []loop.Access{x, local}
	c := newCollection(Config{})
	for _, tt := range []struct {
		kernel loop.Kernel
		want   string
	}{
		{nest(nil, store(both, y, arg0, x)), "store16"},
		{nest(nil, store(both, shifted(wide, 4), arg0, x)), "store16To4"},
		{nest(nil, store(both, shifted(wide, 20), arg0, x)), "store16To20"},
		{nest(nil, store(both, y, arg0, shifted(wide, 20))), "store16From20"},
		{nest(nil, store(both, shifted(access(rowBuf(40), 40, 1), 20), arg0, x)), "store16To20B"},
		{nest(nil, store(both, y, arg0, row(7))), "store16Of7"},
		{nest(nil, store(both, y, arg0, row(9))), "store16Of9"},
		{nest([]loop.Axis{rows}, alone, from), "centred16"},
		{nest([]loop.Axis{rows}, top, less), "centred16WithMax"},
	} {
		_, name, err := c.add(canonical.Kernel(tt.kernel))
		if err != nil {
			t.Fatal(err)
		}
		if name != tt.want {
			t.Errorf("got %s, want %s, for\n%v", name, tt.want, tt.kernel)
		}
	}
}

func TestByName(t *testing.T) {
	sum, b, h := scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)
	x := scalar.Call("add", sum, b)
	gelu := scalar.Call("mul", x, scalar.Call("mul", scalar.Num(0.5), scalar.Call("add", scalar.Num(1), scalar.Call("erf", x))))
	for _, tt := range []struct {
		e    scalar.Expr
		word string
		want string
	}{
		{gelu, "bias, gelu", "gelu(s + b)"},
		{scalar.Call("add", h, gelu), "bias, gelu, add", "gelu(s + b) + h"},
		{scalar.Call("mul", sum, scalar.Call("erf", b)), "gelu gradient", "gelu'(b)·s"},
		{gelu, "bias, gelu, other", ""},
	} {
		if got, _ := byName(tt.e, strings.Split(tt.word, ", "), []string{"s", "b", "h"}); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.word, got, tt.want)
		}
	}
}
