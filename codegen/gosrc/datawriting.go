package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// csvWriting prints the fields of data.CSV that say how a file is written.
func (e *emitter) csvWriting() string {
	s := e.p.Encoding
	var b strings.Builder
	if s.Quote != "" {
		fmt.Fprintf(&b, "Quote: %s,\n", quote(s.Quote))
	}
	if s.Encoding != "" {
		fmt.Fprintf(&b, "Encoding: %s,\n", quote(s.Encoding))
	}
	if s.Decimal == "" && s.Thousands == "" {
		return b.String()
	}
	for _, mark := range [][2]string{{"Decimal", s.Decimal}, {"Thousands", s.Thousands}} {
		if mark[1] != "" {
			fmt.Fprintf(&b, "%s: %q,\n", mark[0], []rune(mark[1])[0])
		}
	}
	var names []string
	for _, x := range e.features {
		if x.Type == loop.NumberFeature {
			names = append(names, quote(x.Name))
		}
	}
	switch {
	case len(names) == len(e.features):
		b.WriteString("Numbers: FeatureNames[:],\n")
	case len(names) > 0:
		fmt.Fprintf(&b, "Numbers: []string{%s},\n", strings.Join(names, ", "))
	}
	return b.String()
}
