package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// A category, a class or a text that means a missing value is found by its very
// text, and otherwise by its likeness (loop.Likeness), where one of the words
// alone has it. What cannot be told apart by its likeness has to be exact.

// alike reports whether a word has a likeness.
func alike(word string) bool { return len(loop.Likeness(nil, word)) > 0 }

// liken reports whether categories are also found by their likeness: learned
// ones may have one.
func (e *emitter) liken() bool {
	return e.anyFeature(func(f *feature) bool {
		return f.Type == loop.CategoryFeature && (f.fixed == "" || slices.ContainsFunc(f.Vocabulary, alike))
	})
}

// wordHelpers find words.
func (e *emitter) wordHelpers() []helper {
	find := `// find is the number of a category.
func (v *categories) find(text string) (int, bool) {
	i, ok := v.index[text]
	return i, ok
}`
	if e.liken() {
		find = `// find is the number of a category: of that very text, or else of the one that
// writes the same number or truth value in another way, as 2 does 2.0 and True
// does true.
func (v *categories) find(text string) (int, bool) {
	i, ok := v.index[text]
	if !ok && len(v.alike) > 0 {
		var buf [32]byte
		i, ok = v.alike[string(likeness(buf[:0], text))]
	}
	return i, ok
}`
	}
	return []helper{{".find(", find}}
}

// likenesses prints the functions that tell the likeness of words, where they
// are called.
func (e *emitter) likenesses(f *file) {
	if e.liken() {
		e.likened = true
		f.add(`// likenesses numbers the words, of which the first has the number first, by their
// likeness. One that two words have tells nothing.
func likenesses(words []string, first int) map[string]int {
	alike, twice := map[string]int{}, map[string]bool{}
	for i, w := range words {
		if l := string(likeness(nil, w)); l != "" {
			if _, there := alike[l]; there {
				twice[l] = true
			}
			alike[l] = first + i
		}
	}
	for l := range twice {
		delete(alike, l)
	}
	return alike
}`)
	}
	if e.likened {
		f.add("%s", likenessText)
	}
}

// likenessText is loop.Likeness as it is printed.
const likenessText = `// likeness appends what a text shares with all that write the same number or
// truth value in another way: 2, 2.0 and 20e-1 have one, and so have true, True
// and TRUE. Other texts have none, and digits after a leading zero are no
// number.
func likeness(dst []byte, text string) []byte {
	switch text {
	case "true", "True", "TRUE":
		return append(dst, "true"...)
	case "false", "False", "FALSE":
		return append(dst, "false"...)
	}
	if text == "" || text[0] > '9' {
		return dst
	}
	begin, number, power := len(dst), text, 0
	if e := §strings.IndexAny(text, "eE"); e >= 0 {
		for i, c := range text[e+1:] {
			if i > 6 || (c < '0' || c > '9') && (i > 0 || c != '-' && c != '+') {
				return dst
			}
		}
		var err error
		if power, err = §strconv.Atoi(text[e+1:]); err != nil {
			return dst
		}
		number = text[:e]
	}
	if number != "" && (number[0] == '-' || number[0] == '+') {
		if number[0] == '-' {
			dst = append(dst, '-')
		}
		number = number[1:]
	}
	whole, fraction, _ := §strings.Cut(number, ".")
	if len(whole)+len(fraction) == 0 || len(whole) > 1 && whole[0] == '0' {
		return dst[:begin]
	}
	digits := len(dst)
	for _, part := range [2]string{whole, fraction} {
		for i := range len(part) {
			d := part[i]
			if d < '0' || d > '9' {
				return dst[:begin]
			}
			if d != '0' || len(dst) > digits {
				dst = append(dst, d)
			}
		}
	}
	if len(dst) == digits {
		return append(dst[:begin], '0')
	}
	for power -= len(fraction); dst[len(dst)-1] == '0'; power++ {
		dst = dst[:len(dst)-1]
	}
	return §strconv.AppendInt(append(dst, 'e'), int64(power), 10)
}`

// alikeMissing prints what missingText does with texts that are none of the
// list: cases of their likeness, or "".
func (e *emitter) alikeMissing() string {
	var list []string
	for _, m := range e.p.Encoding.Missing {
		if alike(m) {
			list = append(list, quote(string(loop.Likeness(nil, m))))
		}
	}
	if list == nil {
		return ""
	}
	e.likened = true
	return fmt.Sprintf(`var buf [32]byte
	switch string(likeness(buf[:0], §strings.TrimSpace(text))) {
	case %s: // the same numbers, written in another way
		return true
	}
	`, strings.Join(unique(list), ", "))
}

// alikeClasses prints the classes by their likeness, and what ParseClass does
// with it: nothing where files do not hold the texts of classes, or none has a
// likeness that is its own.
func (e *emitter) alikeClasses(f *file) (lookup string) {
	if e.p.Encoding == nil || e.p.Encoding.Source != "csv" {
		return ""
	}
	of := map[string]int{}
	word := map[string]string{}
	add := func(text string, class int) {
		l := string(loop.Likeness(nil, text))
		if l == "" {
			return
		}
		if first, there := of[l]; there && first != class {
			class = -1
		}
		of[l], word[l] = class, text
	}
	for class, name := range e.p.Classes {
		if class < len(e.p.Encoding.Spellings) {
			for _, s := range e.p.Encoding.Spellings[class] {
				add(s, class)
			}
		}
		add(name, class)
	}
	var b strings.Builder
	for class, name := range e.p.Classes {
		all := []string{name}
		if class < len(e.p.Encoding.Spellings) {
			all = append(all, e.p.Encoding.Spellings[class]...)
		}
		for _, text := range all {
			l := string(loop.Likeness(nil, text))
			if c, ok := of[l]; ok && c == class {
				fmt.Fprintf(&b, "%s: %d, // %s\n", quote(l), class, mention(word[l]))
				delete(of, l)
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	f.add("// alikeClasses are the classes whose names are numbers or truth values, by the\n// likeness of these.\nvar alikeClasses = map[string]Class{\n%s}", b.String())
	e.likened = true
	return "if class, ok := alikeClasses[string(likeness(nil, name))]; ok {\nreturn class, nil\n}\n"
}
