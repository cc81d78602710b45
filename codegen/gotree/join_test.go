package gotree

import (
	"fmt"
	"reflect"
	"testing"
)

// joinable is a body with numbers in every place where kernels have some.
func joinable(n, step, offset, rows int) Block {
	i, x, w, y := &Var{"i"}, &Var{"x"}, &Var{"w"}, &Var{"y"}
	v := &Var{"v"}
	var body Block
	b := NewWriter(&body)
	b.In(&Range{Key: i, Over: Int(n), Note: Say(n, "columns")}, func() {
		b.Add(Let(v, View{w, Op(i, "*", Int(step)), Literal(step), "F"}))
		b.Add(Run("g", Ref(At(y, Op(Op(i, "/", Int(4*step)), "*", Int(4)))), v, Composite{Type: Word("tile"), Elems: []Expr{
			Keyed{"k", Composite{ArrayType{Literal(3), Word("int")}, []Expr{Keyed{"2", Int(n)}}, false}}, Keyed{"back", Int(-4 * step)}, Keyed{"at", Int(offset)}}}))
	})
	b.In(&While{Init: Let(v, Int(0)), Cond: Op(v, "<", Int(rows)), Post: Set(v, "+=", Int(rows))}, func() {
		b.Add(Set(At(x, Sum{Offset: Literal(7)}.Plus(v, Literal(4*rows)).Expr()), "=", Lit("0.5")))
	})
	return body
}

// Join names what differs by where it stands, and leaves the rest as it is.
func TestJoin(t *testing.T) {
	fields := map[string]string{}
	one, two := joinable(64, 8, 1, 3), joinable(80, 9, -1, 5)
	got := Join([]Block{one, two}, func(wish string, values []int) Number {
		key := fmt.Sprint(values)
		if fields[key] == "" {
			fields[key] = wish
		}
		return Number{values[0], field(fields[key])}
	})
	const want = `for i := range s.nI { // … columns
v := w[i*s.size:][:s.size]
g(&y[i/s.y*4], v, tile{k: [3]int{2: s.nI}, back: -s.y, at: s.at})
}
for v := 0; v<s.nV; v += s.nV {
x[v*s.xV+7] = 0.5
}`
	if one.Likeness() != two.Likeness() || got.String() != want {
		t.Errorf("got %s", got)
	}
	if want := map[string]string{"[64 80]": "nI", "[8 9]": "size", "[32 36]": "y", "[1 -1]": "at", "[3 5]": "nV", "[12 20]": "xV"}; !reflect.DeepEqual(fields, want) {
		t.Errorf("fields %v", fields)
	}
}

// What differs in anything but integers is not alike, nor what would have an array
// of no constant size.
func TestLikeness(t *testing.T) {
	x, y, s := &Var{"x"}, &Var{"y"}, &Var{"s"}
	add := func(of Expr) Stmt { return Set(x, "+=", of) }
	sums := func(rows, columns int) Stmt {
		return Zero{[]*Var{s}, ArrayType{Literal(rows), ArrayType{Literal(columns), Word("F")}}}
	}
	for _, tt := range []struct {
		a, b Stmt
		ok   bool
	}{
		{add(Int(1)), add(Int(2)), true},
		{add(At(y, Int(1))), add(At(&Var{"y"}, Int(2))), true}, // of the same name
		{add(Int(1)), add(Lit("1")), false},
		{add(Lit("1")), add(Lit("2")), false},
		{add(Int(1)), add(x), false},
		{add(Int(1)), add(Number{1, field("n")}), false},
		{add(Op(x, "+", Int(1))), add(Op(x, "-", Int(1))), false},
		{add(At(x, Int(1))), add(At(y, Int(1))), false},
		{add(At(x, Int(1))), add(At(x, Int(1), Int(1))), false},
		{add(Slice{X: x, From: Int(1)}), add(Slice{X: x, To: Int(1)}), false},
		{add(Member{x, "a"}), add(Member{x, "b"}), false},
		{add(Keyed{"1", Int(1)}), add(Keyed{"2", Int(1)}), false},
		{add(Composite{ArrayType{Literal(3), Word("int")}, nil, false}), add(Composite{ArrayType{Literal(4), Word("int")}, nil, false}), false},
		{add(View{x, nil, Literal(3), "F"}), add(View{x, nil, Literal(3), "int"}), false},
		{sums(2, 3), sums(2, 3), true},
		{sums(2, 3), sums(4, 3), false},
		{sums(2, 3), sums(2, 4), false},
		{Const{x, Int(1)}, Const{x, Int(2)}, false},
		{&For{Var: x, From: Int(0), To: Int(3), Step: Int(1)}, &For{Var: x, From: Int(0), To: Int(3), Step: Int(8)}, true},
		{&For{Var: x, From: Int(0), To: Int(3)}, &For{Var: y, From: Int(0), To: Int(3)}, false},
		{&Range{Key: x, Over: Int(3)}, &Range{Value: x, Over: Int(3)}, false},
		{&Range{Over: Int(3), Body: Block{Return}}, &Range{Over: Int(3)}, false},
		{&Range{Over: Int(3), Note: Say("a")}, &Range{Over: Int(3), Note: Say("b")}, false},
		{&If{Cond: x, Then: Block{Return}}, &If{Cond: x, Else: Block{Return}}, false},
		{&If{Init: Let(x, Int(1)), Cond: x}, &If{Init: Let(y, Int(1)), Cond: x}, false},
		{&While{Init: Increment{x}, Cond: x}, &While{Post: Increment{x}, Cond: x}, false},
		{add(Int(1)), Set(x, "-=", Int(1)), false},
		{Set(x, "=", Int(1)), Let(x, Int(1)), false},
		{Return, Break, false},
		{Remark(Say("the last", 3)), Remark(Say("the last", 4)), true},
	} {
		if a, b := (Block{tt.a}), (Block{tt.b}); (a.Likeness() == b.Likeness()) != tt.ok {
			t.Errorf("%v: %s, %s", !tt.ok, a, b)
		}
	}
}

// Put leaves other variables of the name alone.
func TestPut(t *testing.T) {
	parts, other, p := &Var{"parts"}, &Var{"parts"}, &Var{"p"}
	body := Block{&Range{Value: p, Over: parts, Body: Block{&If{Cond: Op(At(other, Int(0)), "<", At(parts, Int(1))), Then: Block{Run("f", p)}}}}}
	const want = "for _, p := range all[s.parts] {\nif parts[0]<all[s.parts][1] {\nf(p)\n}\n}"
	if got := body.Put(parts, At(Word("all"), Number{1, field("parts")})).String(); got != want {
		t.Errorf("got %s", got)
	}
}
