package gosrc

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
	declMark   = "decl_"   // of the package: functions, constants, variables
	bufferMark = "buffer_" // variables and parameters that hold tensors
	localMark  = "local_"  // variables of kernels
	fieldMark  = "field_"  // of structs
)

// marks finds them, also within what is made of such an identifier.
var marks = regexp.MustCompile(`decl_|buffer_|local_|field_`)

// ownWords are the identifiers that the text of a package uses by itself.
type ownWords struct {
	decls   names            // declared by the package or imported
	used    names            // anywhere but as a member
	bodies  names            // in functions that name buffers
	locals  names            // in kernels that name layers
	members map[string]names // by type: methods, and fields beside those made of names
}

// of are the members that the types have.
func (w *ownWords) of(types ...string) names {
	n := names{}
	for _, t := range types {
		n.add(w.members[t])
	}
	return n
}

// readOwnWords reads the declarations of a draft.
func readOwnWords(texts []string) (*ownWords, error) {
	w := &ownWords{names{}, names{}, names{}, names{}, map[string]names{}}
	for _, text := range texts {
		for _, m := range qualified.FindAllStringSubmatch(text, -1) {
			w.decls.take(m[1])
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
func (w *ownWords) decl(d ast.Decl) {
	all, found := identifiers(d)
	w.used.add(all)
	switch d := d.(type) {
	case *ast.FuncDecl:
		if found[bufferMark] {
			w.bodies.add(all)
		}
		if found[localMark] {
			w.locals.add(all)
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
func (n names) note(id *ast.Ident) {
	if !marks.MatchString(id.Name) {
		n.take(id.Name)
	}
}

func (w *ownWords) member(of string, id *ast.Ident) {
	if w.members[of] == nil {
		w.members[of] = names{}
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
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// identifiers are those of a declaration but for what is selected from a
// value, and the marks of the others.
func identifiers(d ast.Decl) (all names, found map[string]bool) {
	all, found = names{}, map[string]bool{}
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
