package gosrc

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/loop"
)

// loopSum is the epilogue that leaves the sum as it is.
var loopSum = loop.Expr(loop.Arg(0))

// describe sets the doc comment: a sentence of formula.
func (k *kernel) describe(format string, args ...any) {
	k.doc = append(k.doc, fmt.Sprintf(nameMark+" computes "+format+".", args...))
}

// epilogueText prints what becomes of a sum, as a formula.
func (d *dense) epilogueText(sum, row, column string) string {
	if d.Epilogue == nil {
		return sum
	}
	args := []string{sum}
	for i, a := range d.Extra {
		p := d.extraParams[i]
		if p.form == rowSlice && row != "" {
			args = append(args, p.name+"["+row+","+column+"]")
		} else if len(p.dims) == 2 {
			args = append(args, p.name+"[i,o]")
		} else if column != "" && p.form == fixed && a.Buf.Row() > 1 {
			args = append(args, p.name+"["+column+"]")
		} else {
			args = append(args, p.name)
		}
	}
	if loop.Size(d.Epilogue) > 4 && told(d.Word) != "" {
		return told(d.Word) + " of " + strings.Join(args, ", ")
	}
	return formula(d.Epilogue, args)
}

// number counts things: 1 input, 3 inputs.
func number(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// told is what is worth telling of a fused step's word: relu, but not add,
// which the code says itself.
func told(word string) string {
	var parts []string
	for _, part := range strings.Split(word, ", ") {
		base := strings.TrimSuffix(part, " gradient")
		_, basic := loop.Funcs[base]
		_, infix := operators[base]
		if plain := said[base] || infix || basic && base == part && base != "sigmoid" && base != "tanh"; !plain && part != "" {
			parts = append(parts, comment(part))
		}
	}
	return strings.Join(parts, ", ")
}

// said are the words of reductions and of plain loops, which their code says.
var said = map[string]bool{"sum": true, "argmax": true, "mean": true, "square": true, "from zero": true, "gather": true, "scatter": true, "sum of gradients": true}

// upperWord is a fused step's word as a part of a name.
func upperWord(word string) string {
	t := told(word)
	if i := strings.LastIndex(t, ", "); i >= 0 {
		t = t[i+2:]
	}
	if t == "" || t == "bias" {
		return ""
	}
	return upper(t)
}

// formula prints an expression as algebra: a choice in words.
func formula(e loop.Expr, args []string) string {
	if a, ok := e.(loop.Apply); ok && a.Fn == "select" {
		return loop.Format(a.Args[1], args) + " where " + loop.Format(a.Args[0], args) + ", else " + loop.Format(a.Args[2], args)
	}
	return loop.Format(e, args)
}

// comment is a fused step's word, fit for a comment whatever it holds: what
// could begin a directive is taken out.
func comment(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _-.,()", r) {
			return r
		}
		return '_'
	}, word)
}
