package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/runtime/encode"
)

// A category, a class or a text that means a missing value is found by its very
// text, and otherwise by its likeness (encode.Likeness), where one of the words
// alone has it. What cannot be told apart by its likeness has to be exact.

func likeness(word string) string { return string(encode.Likeness(nil, word)) }

// missingText prints the texts that mean a missing value.
func (e rows) missingText(f *gotree.File) {
	var alike []string
	for _, m := range e.spec.Missing {
		if l := likeness(m); l != "" {
			alike = append(alike, l)
		}
	}
	like := ""
	if alike != nil {
		like = fmt.Sprintf(`var buf [32]byte
	switch string(§encode.Likeness(buf[:0], text)) {
	case %s: // the same numbers, written in another way
		return true
	}
	`, gotree.QuotedList(unique(alike)))
	}
	f.Add(`// missingText reports a text that stands for a missing value.
func missingText(text string) bool {
	text = §strings.TrimSpace(text)
	switch text {
	case %s:
		return true
	}
	%sreturn false
}`, gotree.QuotedList(unique(e.spec.Missing)), like)
}

// alikeClasses prints the classes by their likeness, and what ParseClass does
// with it: nothing where files do not hold the texts of classes, or none has a
// likeness that is its own.
func (e classes) alikeClasses(f *gotree.File) (lookup string) {
	if e.spec.Source != "csv" {
		return ""
	}
	texts := func(class int) []string {
		all := []string{e.p.Classes[class]}
		if class < len(e.spec.Spellings) {
			all = append(all, e.spec.Spellings[class]...)
		}
		return all
	}
	of, word := map[string]int{}, map[string]string{}
	for class, name := range e.p.Classes {
		for _, text := range append(texts(class)[1:], name) {
			l := likeness(text)
			if first, there := of[l]; there && first != class {
				of[l] = -1
			} else {
				of[l] = class
			}
			word[l] = text
		}
	}
	delete(of, "")
	var b strings.Builder
	for class := range e.p.Classes {
		for _, text := range texts(class) {
			l := likeness(text)
			if c, ok := of[l]; ok && c == class {
				fmt.Fprintf(&b, "%s: %d, // %s\n", gotree.Quote(l), class, gotree.Mention(word[l]))
				delete(of, l)
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	f.Add("// alikeClasses are the classes whose names are numbers or truth values, by the\n// likeness of these.\nvar alikeClasses = map[string]Class{\n%s}", b.String())
	return "if class, ok := alikeClasses[string(§encode.Likeness(nil, name))]; ok {\nreturn class, nil\n}\n"
}

// unique drops texts that have come before.
func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
