package diag

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestPosString(t *testing.T) {
	for _, c := range []struct {
		pos  Pos
		want string
	}{
		{Pos{}, ""},
		{Pos{File: "mnist.yaml", Line: 14, Col: 5}, "mnist.yaml:14:5"},
		{Pos{File: "mnist.yaml", Line: 14}, "mnist.yaml:14"},
		{Pos{File: "mnist.yaml"}, "mnist.yaml"},
		{Pos{Line: 3, Col: 1}, "3:1"},
		{Pos{File: "model.onnx", Path: `node 17 "Conv_3"`}, `model.onnx: node 17 "Conv_3"`},
		{Pos{Path: `config.layers[3] "conv2d_1"`}, `config.layers[3] "conv2d_1"`},
		{Pos{File: "a\nb\x1b[31m.yaml", Line: 1, Col: 2}, `a\nb\x1b[31m.yaml:1:2`},
		{Pos{File: "m", Path: "node \"a\nb\""}, `m: node "a\nb"`},
	} {
		if got := c.pos.String(); got != c.want {
			t.Errorf("%#v: %s, want %s", c.pos, got, c.want)
		}
	}
}

func TestListSortsAndDropsRepetitions(t *testing.T) {
	at := func(line, col int) Pos { return Pos{File: "m.yaml", Line: line, Col: col} }
	var l List
	l.Add(at(3, 1), "third")
	l.Add(at(1, 9), "second")
	l.Add(at(1, 9), "again %d", 2)
	l.Add(at(1, 2), "first")
	l.Add(at(1, 9), "second")
	want := "m.yaml:1:2: first\nm.yaml:1:9: second\nm.yaml:1:9: again 2\nm.yaml:3:1: third"
	if got := l.Err().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(l) != 5 || l[0].Msg != "third" {
		t.Error("Err changed the list it was called on")
	}
}

func TestListErr(t *testing.T) {
	var l List
	if err := l.Err(); err != nil {
		t.Fatalf("an empty list is an error: %v", err)
	}
	l.Add(Pos{File: "m.yaml", Line: 2, Col: 4}, "units is missing")
	err := fmt.Errorf("generate: %w", l.Err())
	var one *Error
	if !errors.As(err, &one) || one.Pos.Line != 2 {
		t.Errorf("errors.As finds no *Error in %v", err)
	}
	var all List
	if !errors.As(err, &all) || len(all) != 1 {
		t.Errorf("errors.As finds no List in %v", err)
	}
}

func TestListPrintsTen(t *testing.T) {
	for _, c := range []struct {
		n    int
		last string
	}{{1, "1: e"}, {10, "10: e"}, {11, "and 1 more error"}, {25, "and 15 more errors"}} {
		var l List
		for i := 1; i <= c.n; i++ {
			l.Add(Pos{Line: i}, "e")
		}
		lines := strings.Split(l.Err().Error(), "\n")
		if len(lines) != min(c.n, 11) || lines[len(lines)-1] != c.last {
			t.Errorf("%d errors: %d lines, the last is %q", c.n, len(lines), lines[len(lines)-1])
		}
	}
}

func TestQuote(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"hidden", `"hidden"`},
		{`a"b`, `"a\"b"`},
		{"two\nlines", `"two\nlines"`},
		{"Größe", `"Größe"`},
		{"\x1b[31mred", `"\x1b[31mred"`},
		{"bad\xff", `"bad\xff"`},
		{"right\u202eleft", `"right\u202eleft"`},
		{strings.Repeat("x", 40), `"` + strings.Repeat("x", 40) + `"`},
		{strings.Repeat("é", 10000), `"` + strings.Repeat("é", 40) + `…"`},
	} {
		if got := Quote(c.in); got != c.want {
			t.Errorf("Quote(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	args := []string{"units", "activation"}
	if got, want := DidYouMean("unit", args), `; did you mean "units"?`; got != want {
		t.Errorf("DidYouMean: %q, want %q", got, want)
	}
	if got := DidYouMean("LSTM", args); got != "" {
		t.Errorf("DidYouMean: %q, want none", got)
	}
}
