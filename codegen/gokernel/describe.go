package gokernel

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// loopSum is the epilogue that leaves the sum as it is.
var loopSum = scalar.Expr(scalar.Arg(0))

// describe sets the doc comment: a sentence of formula.
func (k *Kernel) describe(format string, args ...any) {
	k.Doc = append(k.Doc, fmt.Sprintf("computes "+format+".", args...))
}

// byName prints a long epilogue with the name of its function: gelu(sum + b),
// gelu'(h)·sum. Words are its steps in order.
func byName(e scalar.Expr, words, args []string) (text string, ok bool) {
	last := words[len(words)-1]
	if a, is := e.(scalar.Apply); is && a.Fn == "add" { // a residual connection added to it
		for i, x := range a.Args {
			if n, is := x.(scalar.Arg); is && n > 0 && last == "add" && !scalar.UsesArg(a.Args[1-i], int(n)) {
				text, ok := byName(a.Args[1-i], words[:max(len(words)-1, 1)], args)
				return text + " + " + args[n], ok
			}
		}
	}
	var extras []string
	for i := 1; i < len(args); i++ {
		if scalar.UsesArg(e, i) {
			extras = append(extras, args[i])
		}
	}
	base, gradient := strings.CutSuffix(last, " gradient")
	if strings.ContainsAny(base, " ") || Told(last) == "" {
		return "", false
	}
	switch {
	case gradient && len(words) == 1 && len(extras) == 1:
		return base + "'(" + extras[0] + ")·" + args[0], true
	case !gradient && len(words) == 1 && len(extras) == 0:
		return base + "(" + args[0] + ")", true
	case !gradient && len(words) == 2 && words[0] == "bias" && len(extras) == 1:
		return base + "(" + args[0] + " + " + extras[0] + ")", true
	}
	return "", false
}

// number counts things: 1 input, 3 inputs.
func number(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Told is what is worth telling of a fused step's word: relu, but not add,
// which the code says itself.
func Told(word string) string {
	var parts []string
	for _, part := range strings.Split(word, ", ") {
		base := strings.TrimSuffix(part, " gradient")
		_, basic := scalar.Funcs[base]
		infix := arithmetic[base] != "" || comparisons[base] != ""
		if plain := said[base] || infix || basic && base == part && base != "sigmoid" && base != "tanh"; !plain && part != "" {
			parts = append(parts, Word(part))
		}
	}
	return strings.Join(parts, ", ")
}

// said are the words of reductions and of plain loops, which their code says.
var said = map[string]bool{"sum": true, "argmax": true, "mean": true, "square": true, "from zero": true, "gather": true, "scatter": true, "no tap": true, "sum of gradients": true}

// upperWord is a fused step's word as a part of a name.
func upperWord(word string) string {
	t := Told(word)
	if i := strings.LastIndex(t, ", "); i >= 0 {
		t = t[i+2:]
	}
	if t == "" || t == "bias" {
		return ""
	}
	return gotree.Upper(t)
}

// formula prints an expression as algebra: a choice in words.
func formula(e scalar.Expr, args []string) string {
	if a, ok := e.(scalar.Apply); ok && a.Fn == "select" {
		return loop.Format(a.Args[1], args) + " where " + loop.Format(a.Args[0], args) + ", else " + loop.Format(a.Args[2], args)
	}
	return loop.Format(e, args)
}

// Word is a fused step's word, fit for a comment whatever it holds: what
// could begin a directive is taken out.
func Word(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _-.,()", r) {
			return r
		}
		return '_'
	}, word)
}
