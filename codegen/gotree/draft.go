package gotree

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// A package is printed twice. In the draft every identifier that is made of a
// description's names carries a mark; the others are the words that its text
// uses whatever the description says. The second time the names keep clear of
// those words.

// Marks begin the identifiers of a draft. No name has an underscore.
const (
	Decl   = "decl_"   // of the package: functions, constants, variables
	Buffer = "buffer_" // variables and parameters that hold tensors
	Local  = "local_"  // variables of kernels
	Field  = "field_"  // of structs
)

// marks finds them, also within what is made of such an identifier.
var marks = regexp.MustCompile(`decl_|buffer_|local_|field_`)

// OwnWords are the identifiers that the text of a package uses by itself.
type OwnWords struct {
	decls   Names            // declared by the package or imported
	used    Names            // anywhere but as a member
	bodies  Names            // in functions that name buffers
	locals  Names            // in kernels that name layers
	members map[string]Names // by type: methods, and fields beside those made of names
}

// Scope hands out identifiers for what a description names.
type Scope struct {
	Names
	Mark string // of a draft
}

// Pick is PickWith of the identifier in this scope.
func (s Scope) Pick(id string, endings ...string) string { return s.PickWith(s.Mark+id, endings...) }

// Scope begins one of the kind that a mark stands for, clear of the words that
// the package uses itself: of fields, those of these types. Without words it is
// one of a draft.
func (w *OwnWords) Scope(mark string, types ...string) Scope {
	s := Scope{Names{}, mark}
	if w == nil {
		return s
	}
	s.Mark = ""
	switch mark {
	case Decl:
		s.Add(w.decls, w.used)
	case Buffer:
		s.Add(w.decls, w.bodies)
	case Local:
		s.Add(w.decls, w.locals)
	case Field:
		for _, t := range types {
			s.Add(w.members[t])
		}
	}
	return s
}

// ReadOwnWords reads the declarations of a draft.
func ReadOwnWords(texts []string) (*OwnWords, error) {
	w := &OwnWords{Names{}, Names{}, Names{}, Names{}, map[string]Names{}}
	for _, text := range texts {
		for _, m := range qualified.FindAllStringSubmatch(text, -1) {
			w.decls.Take(m[1])
		}
		src := "package draft\n" + strings.ReplaceAll(text, "§", "")
		file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, src)
		}
		for _, d := range file.Decls {
			w.decl(d)
		}
	}
	return w, nil
}

// decl takes the words of a declaration.
func (w *OwnWords) decl(d ast.Decl) {
	all, found := identifiers(d)
	w.used.Add(all)
	switch d := d.(type) {
	case *ast.FuncDecl:
		if found[Buffer] {
			w.bodies.Add(all)
		}
		if found[Local] {
			w.locals.Add(all)
		}
		if d.Recv == nil {
			w.decls.note(d.Name)
		} else {
			w.member(receiver(d.Recv.List[0].Type), d.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, id := range s.Names {
					w.decls.note(id)
				}
			case *ast.TypeSpec:
				w.decls.note(s.Name)
				if t, ok := s.Type.(*ast.StructType); ok {
					for _, f := range t.Fields.List {
						for _, id := range f.Names {
							w.member(s.Name.Name, id)
						}
					}
				}
			}
		}
	}
}

// note adds an identifier unless it is made of a name.
func (n Names) note(id *ast.Ident) {
	if !marks.MatchString(id.Name) {
		n.Take(id.Name)
	}
}

func (w *OwnWords) member(of string, id *ast.Ident) {
	if w.members[of] == nil {
		w.members[of] = Names{}
	}
	w.members[of].note(id)
}

// receiver is the name of a method's type.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// identifiers are those of a declaration but for what is selected from a
// value, and the marks of the others.
func identifiers(d ast.Decl) (all Names, found map[string]bool) {
	all, found = Names{}, map[string]bool{}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, visit)
			return false
		case *ast.Ident:
			found[marks.FindString(n.Name)] = true
			all.note(n)
		}
		return true
	}
	ast.Inspect(d, visit)
	return all, found
}
