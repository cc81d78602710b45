package static

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Embed copies into a file what the texts of files name of the library, as they
// name members of any package (§nn.CPU), with all that it reaches, and has them
// name the copies.
func (l *Library) Embed(into *gotree.File, files ...*gotree.File) error {
	named := regexp.MustCompile(`§` + l.name + `\.(\w+)`)
	var names []string
	members := map[string]bool{}
	for _, f := range files {
		for _, text := range f.Texts() {
			for _, m := range named.FindAllStringSubmatch(text, -1) {
				names = append(names, m[1])
			}
			for _, m := range selected.FindAllStringSubmatch(text, -1) {
				members[m[1]] = true
			}
		}
	}
	if names == nil {
		return nil
	}
	copies, err := l.Copy(names, members)
	if err != nil {
		return err
	}
	for _, f := range files {
		f.Rewrite(func(text string) string {
			return named.ReplaceAllStringFunc(text, func(s string) string { return l.Local(s[strings.IndexByte(s, '.')+1:]) })
		})
	}
	for _, text := range copies {
		into.Add("%s", text)
	}
	return nil
}

var selected = regexp.MustCompile(`\.(\w+)`)

// Local is what a copy is called.
func (l *Library) Local(name string) string {
	if to, ok := l.rename[name]; ok {
		return to
	}
	return gotree.Lower(name)
}

// always are the methods that are called through interfaces of the standard
// library.
var always = []string{"Error", "String", "Unwrap", "Read", "Write", "MarshalJSON", "UnmarshalJSON"}

// Copy gives the declarations of these names and of all that they reach, in the
// order of the sources. Of methods come along those that are called anywhere, as
// one of these members or within the copies.
func (l *Library) Copy(names []string, members map[string]bool) ([]string, error) {
	reached := map[*decl]bool{}
	called := map[string]bool{}
	for name := range members {
		called[name] = true
	}
	for _, name := range always {
		called[name] = true
	}
	var reach func(d *decl)
	reach = func(d *decl) {
		if d == nil || reached[d] {
			return
		}
		reached[d] = true
		for name := range d.members {
			called[name] = true
		}
		for _, s := range d.spots {
			if s.path == "" {
				reach(l.byName[s.name])
			}
		}
	}
	for _, name := range names {
		if l.byName[name] == nil {
			return nil, fmt.Errorf("static: package %s has no %s", l.name, name)
		}
		reach(l.byName[name])
	}
	for n := 0; n != len(reached); {
		n = len(reached)
		for _, d := range l.decls {
			if d.method != "" && called[d.method] && reached[l.byName[d.of]] {
				reach(d)
			}
		}
	}
	var copies []string
	var errs []error
	for _, d := range l.decls {
		if reached[d] {
			text, err := l.copied(d)
			copies, errs = append(copies, text), append(errs, err)
		}
	}
	return copies, errors.Join(errs...)
}

// copied is the text of a declaration with the names that a copy has.
func (l *Library) copied(d *decl) (string, error) {
	var b strings.Builder
	renamed := map[string]string{}
	at := 0
	for _, s := range d.spots {
		b.WriteString(d.text[at:s.from])
		switch local := l.Local(s.name); {
		case s.path != "":
			if first, _, _ := strings.Cut(s.path, "/"); strings.Contains(first, ".") {
				return "", fmt.Errorf("static: %s reaches package %s", d, s.path)
			}
			b.WriteString("§" + s.name)
		case local == s.name:
			b.WriteString(s.name)
		case token.IsKeyword(local), types.Universe.Lookup(local) != nil, d.locals[local], d.imports(local), l.taken(s.name, local):
			return "", fmt.Errorf("static: in a copy of %s, %s would be called %s, which means something else there", d, s.name, local)
		default:
			renamed[s.name] = local
			b.WriteString(local)
		}
		at = s.to
	}
	b.WriteString(d.text[at:])
	return l.inComments(b.String(), renamed), nil
}

// imports reports that a declaration uses an imported package of that name.
func (d *decl) imports(name string) bool {
	return slices.ContainsFunc(d.spots, func(s spot) bool { return s.path != "" && s.name == name })
}

// taken reports that the copy of something else has that name.
func (l *Library) taken(name, local string) bool {
	return l.byName[local] != nil && local != name && l.Local(local) == local
}

func (d *decl) String() string { return strings.Join(append(d.names, d.method), "") }

var word = regexp.MustCompile(`\[\w+\]|\b\w+\b`)

// inComments renames what the comments of a text name: what the text uses, and
// what stands in brackets.
func (l *Library) inComments(text string, renamed map[string]string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		at := strings.Index(line, "//")
		if at < 0 || strings.Count(line[:at], `"`)%2 == 1 {
			continue
		}
		lines[i] = line[:at] + word.ReplaceAllStringFunc(line[at:], func(w string) string {
			if name := strings.Trim(w, "[]"); name != w && l.byName[name] != nil {
				return l.Local(name)
			}
			if to := renamed[w]; to != "" {
				return to
			}
			return w
		})
	}
	return strings.Join(lines, "\n")
}
