package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// pickName gives a kernel its name. Where another one has it, what it differs in is
// added; a number or a letter tells apart what differs in nothing that has a name.
func (e *kernels) pickName(k *kernel) string {
	if e.top.Has(k.name) {
		return e.top.Pick(k.name + k.detail)
	}
	return e.top.Pick(k.name)
}

// mostKept is how many results a name tells of besides the last.
const mostKept = 3

// differs is what may tell a nest apart from others of the same name: what it
// stores besides its last result, how long the table is that it reads or adds to,
// and where in a row its columns begin.
func (k *nestKernel) differs() string {
	detail := ""
	last := k.Body[len(k.Body)-1]
	kept := []*loop.Buffer{last.Dst.Buf}
	for _, s := range k.Body {
		if b := s.Dst.Buf; b.Class != loop.Local && !slices.Contains(kept, b) {
			kept = append(kept, b)
			word := s.Word[strings.LastIndex(s.Word, ", ")+1:]
			if word = strings.TrimSpace(word); word == "" {
				word = s.Reduce.String()
			}
			detail += upper(word)
		}
	}
	if len(kept)-1 > mostKept {
		detail = ""
	}
	if detail != "" {
		detail = "With" + detail
	}
	if k.shape != nil { // its sizes and offsets are arguments
		return detail
	}
	for _, a := range append([]loop.Access{last.Dst}, last.Srcs...) {
		if a.Index != nil && a.IndexStride > 0 {
			detail += fmt.Sprint("Of", a.Buf.Row()/a.IndexStride)
			break
		}
	}
	if len(k.Body) > 1 {
		return detail
	}
	if len(last.Srcs) > 0 && last.Srcs[0].Offset > 0 {
		detail += fmt.Sprint("From", last.Srcs[0].Offset)
	}
	if last.Dst.Offset > 0 {
		detail += fmt.Sprint("To", last.Dst.Offset)
	}
	return detail
}
