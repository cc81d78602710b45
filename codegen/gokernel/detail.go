package gokernel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// PickName gives the kernel's function a name. Where another one has it, what it
// differs in is added; a letter tells apart what differs in nothing that has a name.
func (k *Kernel) PickName(top gotree.Scope) string {
	if top.Has(k.Name) {
		return top.Pick(k.Name + k.Detail)
	}
	return top.Pick(k.Name)
}

// mostKept is how many results a name tells of besides the last.
const mostKept = 3

// differs is what may tell a nest apart from others of the same name: what it
// stores besides its last result, how long the table is that it reads or adds to,
// and where in a row its columns begin.
func (k *nestDoc) differs() string {
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
			detail += gotree.Upper(word)
		}
	}
	if len(kept)-1 > mostKept {
		detail = ""
	}
	if detail != "" {
		detail = "With" + detail
	}
	if k.Shape != nil { // its sizes and offsets are arguments
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
