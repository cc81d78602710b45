package static

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"maps"
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
	r := reached{decls: map[*decl]bool{}, called: map[string]bool{}}
	for name := range members {
		r.called[name] = true
	}
	for _, name := range always {
		r.called[name] = true
	}
	for _, name := range names {
		if l.byName[name] == nil {
			return nil, fmt.Errorf("static: package %s has no %s", l.name, name)
		}
		r.reach(l.byName[name])
	}
	all := l.all()
	for n := 0; n != len(r.decls); {
		n = len(r.decls)
		for _, d := range all {
			if d.method != "" && r.called[d.method] && r.decls[d.in.byName[d.of]] {
				r.reach(d)
			}
		}
	}
	var copies []string
	var errs []error
	taken := map[string]*decl{}
	for _, d := range all {
		if !r.decls[d] {
			continue
		}
		for _, name := range d.names {
			local := d.in.Local(name)
			if other := taken[local]; other != nil && name != "_" {
				errs = append(errs, fmt.Errorf("static: the copies of %s and %s would both be called %s", other, d, local))
			}
			taken[local] = d
		}
		text, err := d.copied()
		copies, errs = append(copies, text), append(errs, err)
	}
	return copies, errors.Join(errs...)
}

// all are the declarations of a library and of those that it imports.
func (l *Library) all() []*decl {
	decls := l.decls
	for _, path := range slices.Sorted(maps.Keys(l.others)) {
		decls = slices.Concat(decls, l.others[path].all())
	}
	return decls
}

// reached are the declarations that are to be copied, and the names of methods
// that are called.
type reached struct {
	decls  map[*decl]bool
	called map[string]bool
}

func (r reached) reach(d *decl) {
	if d == nil || r.decls[d] {
		return
	}
	r.decls[d] = true
	for name := range d.members {
		r.called[name] = true
	}
	for _, s := range d.spots {
		if s.of != nil {
			r.reach(s.of.byName[s.name])
		}
	}
}

// copied is the text of a declaration with the names that a copy has.
func (d *decl) copied() (string, error) {
	var b strings.Builder
	renamed := map[string]string{}
	at := 0
	for _, s := range d.spots {
		b.WriteString(d.text[at:s.from])
		at = s.to
		if s.of == nil {
			if gotree.Imports[s.name] != s.path {
				return "", fmt.Errorf("static: %s reaches package %s", d, s.path)
			}
			b.WriteString("§" + s.name)
			continue
		}
		local := s.of.Local(s.name)
		if local != s.name && (token.IsKeyword(local) || types.Universe.Lookup(local) != nil || d.locals[local] || d.imports(local)) {
			return "", fmt.Errorf("static: in a copy of %s, %s would be called %s, which means something else there", d, s.name, local)
		}
		if local != s.name {
			renamed[s.name] = local
		}
		b.WriteString(local)
	}
	b.WriteString(d.text[at:])
	return d.in.inComments(b.String(), renamed), nil
}

// imports reports that a declaration uses an imported package of that name.
func (d *decl) imports(name string) bool {
	return slices.ContainsFunc(d.spots, func(s spot) bool { return s.of == nil && s.name == name })
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
