package gosrc

import (
	"fmt"
	"strings"

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
		} else if column != "" && p.form == fixed && a.Buf.Row() > 1 {
			args = append(args, p.name+"["+column+"]")
		} else {
			args = append(args, p.name)
		}
	}
	if loop.Size(d.Epilogue) > 4 && d.Word != "" {
		return comment(d.Word) + " of " + strings.Join(args, ", ")
	}
	return loop.Format(d.Epilogue, args)
}

// upperWord is a fused step's word as a part of a name.
func upperWord(word string) string {
	if word == "" {
		return ""
	}
	return upper(word)
}
