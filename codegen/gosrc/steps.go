package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// steps prints the calls of a product for the steps of every row that a mask lets
// through, one call for those that follow one another, and clears the result of the
// others. A call for no more steps than one before it finds its panels packed.
func (w *phaseWriter) steps(c kernelCall) {
	s, own := c.Steps, w.ownRows(c)
	rows, from, to := w.count(own), "0", fmt.Sprint(s.N)
	mask := w.operand(&gokernel.Param{Buf: s.Mask.Buf, Form: gokernel.RowSlice}, own)[0]
	w.em.asked["stretch"] = true
	if !s.All {
		w.em.asked["spanned"] = true
		from, to = "first", "last"
		w.line("{")
		w.line("first, last := spanned(%s, %d, %s)", mask, s.N, rows)
	}
	most := ""
	if c.fn.Held {
		w.line("for r, most := 0, 0; r < %s; r++ {", rows)
		most = "most = max(most, to-from)\n"
	} else {
		w.line("for r := range %s {", rows)
	}
	w.line("for at := %s; at < %s; {", from, to)
	w.line("from, to := stretch(%s[r*%d:], at, %s)", mask, s.N, to)
	for p, part := range c.parts {
		if p.Buf == c.Kernel.(*loop.Contract).Out.Buf {
			out := w.operand(p, own)[0]
			w.line("clear(%s[%s:%s])", out, rowStep(part, "at"), rowStep(part, "from"))
		}
	}
	w.line("if from < to {\n%s\n%s}", gotree.Call(c.fn.Name, w.operands(c)), most)
	w.line("at = to\n}\n}")
	if !s.All {
		w.line("}")
	}
}

// rowStep prints where a step of row r lies in a buffer.
func rowStep(part loop.Part, step string) string {
	at := fmt.Sprintf("r*%d+%s*%d", part.Of.Row(), step, part.Move)
	if part.Base > 0 {
		at += fmt.Sprintf("+%d", part.Base)
	}
	return at
}

// maskHelpers prints the functions that look for steps that count.
func maskHelpers(f *file, uses map[string]bool) {
	if uses["counts"] || uses["spanned"] {
		f.add(`// counts reports that a step counts for some of the rows, whose numbers in a mask are
// stride apart.
func counts(mask []float32, step, stride, rows int) bool {
	for r := range rows {
		if mask[r*stride+step] != 0 {
			return true
		}
	}
	return false
}`)
	}
	if uses["spanned"] {
		f.add(`// spanned are the steps from the first that counts for some of the rows to the last.
func spanned(mask []float32, steps, rows int) (first, last int) {
	for first < steps && !counts(mask, first, steps, rows) {
		first++
	}
	for last = steps; last > first && !counts(mask, last-1, steps, rows); last-- {
	}
	return first, last
}`)
	}
	if uses["stretch"] {
		f.add(`// stretch are the next steps of a row, before the end, that count.
func stretch(mask []float32, at, end int) (from, to int) {
	for from = at; from < end && mask[from] == 0; from++ {
	}
	for to = from; to < end && mask[to] != 0; to++ {
	}
	return from, to
}`)
	}
}
