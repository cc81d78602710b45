package gotree

import (
	"go/format"
	"strings"
	"testing"
)

// field is a field of a shape argument.
func field(name string) Expr { return Member{Word("s"), name} }

func TestExpr(t *testing.T) {
	i, x, y := &Var{"i"}, &Var{"x"}, &Var{"y"}
	binary := func(x Expr, op string, y Expr) Expr { return Binary{x, op, y} }
	sum := binary(x, "+", y)
	for _, tt := range []struct {
		expr Expr
		want string
	}{
		{binary(sum, "*", x), "(x+y)*x"},
		{binary(x, "*", sum), "x*(x+y)"},
		{binary(sum, "-", x), "x+y-x"},
		{binary(x, "-", sum), "x-(x+y)"},
		{binary(x, "/", binary(x, "/", y)), "x/(x/y)"},
		{binary(binary(x, "<", y), "&&", binary(x, "<", Int(3))), "x<y&&x<3"},
		{Unary{"!", binary(x, "<", y)}, "!(x<y)"},
		{Unary{"-", sum}, "-(x+y)"},
		{binary(x, "*", Unary{"-", y}), "x*(-y)"},
		{binary(x, "-", Unary{"-", y}), "x - -y"},
		{binary(x, "*", Lit("-0.5")), "x*(-0.5)"},
		{binary(x, "<", Lit("-0.5")), "x < -0.5"},
		{binary(Int(-3), "+", x), "-3+x"},
		{binary(Paren{sum}, "+", Paren{sum}), "(x+y)+(x+y)"},
		{binary(i, "*", Number{6, Binary{field("n"), "+", Int(1)}}), "i*(s.n+1)"},
		{binary(i, "*", Number{6, Binary{field("n"), "*", field("m")}}), "i*s.n*s.m"},
		{binary(i, "*", Number{6, Binary{field("n"), "/", Int(2)}}), "i*(s.n/2)"},
		{binary(i, "<", Lit("-28")), "i < -28"},
		{Unary{"&", At(x, i, Int(2))}, "&x[i][2]"},
		{View{x, nil, Literal(8), "float32"}, "(*[8]float32)(x[:])"},
		{View{x, i, Number{8, field("n")}, "float32"}, "x[i:][:s.n]"},
		{At(Unary{"*", x}, i), "(*x)[i]"},
		{Added{x, sum, y, x, y}, "x + (x+y) + y + x +\ny"},
		{CallExpr{Member{x, "Share"}, []Expr{Qual{"math", "Pi"}}}, "x.Share(§math.Pi)"},
		{At(Composite{Word("[...]int"), []Expr{Int(1), i}, false}, i), "[...]int{1, i}[i]"},
		{Composite{Word("t"), []Expr{Keyed{"k", Ref(x)}}, false}, "t{k: &x}"},
		{Composite{Word("[][2]int"), []Expr{Composite{nil, []Expr{Int(1), Int(2)}, false}}, true}, "[][2]int{\n{1, 2},\n}"},
		{ArrayType{Literal(4), ArrayType{Number{8, field("n")}, Word("F")}}, "[4][s.n]F"},
	} {
		if got := tt.expr.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestSum(t *testing.T) {
	r, y := &Var{"r"}, &Var{"y"}
	at := func(offset int) Sum { return Sum{Offset: Literal(offset)} }
	for _, tt := range []struct {
		sum  Sum
		want string
	}{
		{at(0), "0"},
		{at(-2), "-2"},
		{at(3).Plus(r, Literal(784)).Plus(y, Literal(1)), "r*784+y+3"},
		{at(-3).Plus(r, Literal(2)).Plus(y, Literal(-28)), "r*2-y*28-3"},
		{at(2).Plus(r, Literal(-1)), "2-r"},
		{at(0).Plus(r, Literal(-2)).Plus(y, Literal(1)), "-r*2+y"},
		{at(0).Plus(r, Literal(0)), "0"},
		{at(1).Plus(Literal(3), Literal(28)), "85"},
		{at(1).Plus(r, Number{28, field("row")}), "r*s.row+1"},
		{Sum{Offset: Number{4, field("x")}}.Plus(Binary{r, "+", y}, Literal(2)), "(r+y)*2+s.x"},
		{at(0).Plus(r, Literal(2)).Plus(Binary{r, "+", y}, Literal(1)), "r*2+r+y"},
	} {
		if got := tt.sum.Expr().String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// loops is a function's body with most statements in it.
func loops() Block {
	i, j, d, s, n := &Var{"i"}, &Var{"j"}, &Var{"d"}, &Var{"s"}, &Var{"n"}
	x := &Var{"x"}
	var body Block
	w := NewWriter(&body)
	w.Add(Zero{[]*Var{s}, Word("float32")}, Declare{[]*Var{n, j}, []Expr{Int(9), Int(0)}})
	w.In(&Range{Key: i, Value: d, Over: x}, func() { // the key is not used
		w.Add(Set(s, "+=", d))
	})
	w.In(&Range{Key: i, Over: n}, func() { // nor is this one
		w.In(&Range{Key: j, Over: Int(4)}, func() { w.Add(Set(At(x, j), "=", Int(0))) })
	})
	w.In(&For{Var: i, From: Int(0), To: n, Step: Int(8), Note: Say("eight at a time")}, func() {
		w.In(&If{Cond: Binary{i, ">", Int(3)}}, func() { w.Add(Continue) })
	})
	w.In(&While{Cond: Binary{j, "<", n}, Post: Increment{j}}, func() {
		w.Add(&If{Init: Let(d, At(x, j)), Cond: Binary{d, ">", s}, Then: Block{Set(s, "=", d)}, Else: w.Block(func() { w.Add(Break) })})
	})
	w.In(&Braces{Note: Say("the last", 3)}, func() { w.Add(Run("clear", Slice{X: x})) })
	w.Add(&While{Init: LetTwo(i, j, Int(0), Int(1)), Cond: Op(i, "<", j), Post: Set(i, "+=", Int(1))}, Remark(Say("and last:")))
	w.Add(&Switch{Tag: n, Cases: []Case{{[]Expr{Int(1), Int(2)}, Say("few"), Block{Return}}, {Body: Block{Set(n, "=", Int(1))}}}})
	return body
}

func TestBlock(t *testing.T) {
	const want = `package p

func f(x []float32) {
	var s float32
	n, j := 9, 0
	for _, d := range x {
		s += d
	}
	for range n {
		for j := range 4 {
			x[j] = 0
		}
	}
	for i := 0; i < n; i += 8 { // eight at a time
		if i > 3 {
			continue
		}
	}
	for ; j < n; j++ {
		if d := x[j]; d > s {
			s = d
		} else {
			break
		}
	}
	{ // the last 3
		clear(x[:])
	}
	for i, j := 0, 1; i < j; i += 1 {
	}
	// and last:
	switch n {
	case 1, 2: // few
		return
	default:
		n = 1
	}
}
`
	got, err := format.Source([]byte("package p\nfunc f(x []float32) {\n" + loops().String() + "\n}\n"))
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// A variable is itself and not its name: another of that name is no use of it.
func TestMentions(t *testing.T) {
	i, other, x := &Var{"i"}, &Var{"i"}, &Var{"x"}
	body := Block{&If{Cond: Binary{x, ">", Int(0)}, Then: Block{Set(At(x, other), "=", Int(0))}}}
	if body.Mentions(i) || !body.Mentions(other) || !body.Mentions(x) {
		t.Errorf("in %s", body)
	}
	loop := Block{&Range{Key: i, Over: x, Body: Block{Run("f", View{x, i, Literal(4), "F"})}}}
	i.Name = "row" // named late
	if got := loop.String(); !strings.HasPrefix(got, "for row := range x {\nf((*[4]F)(x[row:]))") {
		t.Errorf("got %s", got)
	}
}
