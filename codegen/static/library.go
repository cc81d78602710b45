package static

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"strings"
)

// module begins the paths of packages whose source can be copied.
const module = "github.com/nngen-go/nngen/runtime/"

// Library is the source of one package.
type Library struct {
	name   string // by which other packages name it
	rename map[string]string
	decls  []*decl
	byName map[string]*decl    // at the top level
	others map[string]*Library // of the module that it imports, by path
}

// decl is one declaration, or a group in parentheses.
type decl struct {
	in      *Library
	names   []string // at the top level; of a method none
	method  string
	of      string // the type of the method
	text    string
	spots   []spot
	members map[string]bool // names selected from values
	locals  map[string]bool // names declared within
}

// spot is a place in the text of a declaration: a name of the library or of
// another one, or the name of a package that is imported.
type spot struct {
	from, to int
	name     string
	of       *Library // nil: a package
	path     string   // of the package
}

// Load reads the Go files of a folder that is one package, all but its tests and
// those with a build constraint other than want. Copies have the same names, but
// for their first letter, which is a small one, or those that rename gives them.
func Load(fsys fs.FS, dir, want string, rename map[string]string) (*Library, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	l := &Library{rename: rename, byName: map[string]*decl{}, others: map[string]*Library{}}
	fset := token.NewFileSet()
	var files []*ast.File
	var texts []string
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(name, "_test.go") || constraint(file) != "" && constraint(file) != want {
			continue
		}
		files, texts, l.name = append(files, file), append(texts, string(text)), file.Name.Name
	}
	if files == nil {
		return nil, fmt.Errorf("static: no Go files in %s", dir)
	}
	for _, file := range files {
		for _, i := range file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			if other, ours := strings.CutPrefix(path, module); ours && l.others[path] == nil {
				if l.others[path], err = Load(fsys, other, want, nil); err != nil {
					return nil, err
				}
			}
		}
	}
	info := resolve(fset, dir, files)
	for i, file := range files {
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
				l.add(l.readDecl(fset, texts[i], file, d, info))
			}
		}
	}
	return l, nil
}

// constraint is the build constraint of a file.
func constraint(file *ast.File) string {
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, c := range group.List {
			if text, ok := strings.CutPrefix(c.Text, "//go:build "); ok {
				return text
			}
		}
	}
	return ""
}

func (l *Library) add(d *decl) {
	l.decls = append(l.decls, d)
	for _, name := range d.names {
		l.byName[name] = d
	}
}

// resolve finds what the identifiers stand for. Imported packages are empty
// here: errors about their members are expected and change nothing about names.
func resolve(fset *token.FileSet, dir string, files []*ast.File) *types.Info {
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	cfg := types.Config{Importer: empty{}, Error: func(error) {}}
	_, _ = cfg.Check(dir, fset, files, info)
	return info
}

// empty imports packages without members.
type empty struct{}

func (empty) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(strings.TrimSuffix(name, "/v2")))
	p.MarkComplete()
	return p, nil
}

// readDecl takes a declaration with its comments.
func (l *Library) readDecl(fset *token.FileSet, text string, file *ast.File, d ast.Decl, info *types.Info) *decl {
	from, to := d.Pos(), d.End()
	out := &decl{in: l, members: map[string]bool{}, locals: map[string]bool{}}
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		doc = d.Doc
		if d.Recv == nil {
			out.names = []string{d.Name.Name}
		} else {
			out.method, out.of = d.Name.Name, receiver(d.Recv.List[0].Type)
		}
	case *ast.GenDecl:
		doc = d.Doc
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				out.names = append(out.names, s.Name.Name)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					out.names = append(out.names, id.Name)
				}
			}
		}
	}
	if doc != nil {
		from = doc.Pos()
	}
	for _, group := range file.Comments { // after a declaration of one line
		if at := fset.Position(group.Pos()); group.Pos() >= to && at.Line == fset.Position(to).Line {
			to = group.End()
		}
	}
	base := fset.File(from).Base()
	out.text = text[int(from)-base : int(to)-base]
	out.find(d, int(from), info)
	return out
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

// find notes the identifiers of a declaration that a copy may have to change.
func (d *decl) find(node ast.Node, base int, info *types.Info) {
	add := func(n ast.Node, name string, of *Library, path string) {
		d.spots = append(d.spots, spot{int(n.Pos()) - base, int(n.End()) - base, name, of, path})
	}
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if of := d.in.imported(n.X, info); of != nil {
				add(n, n.Sel.Name, of, "")
				return false
			}
			d.members[n.Sel.Name] = true
		case *ast.Ident:
			obj := info.Uses[n]
			if obj == nil {
				obj = info.Defs[n]
			}
			switch obj := obj.(type) {
			case nil:
			case *types.PkgName:
				add(n, n.Name, nil, obj.Imported().Path())
			default:
				if obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
					add(n, n.Name, d.in, "")
				} else if info.Defs[n] != nil {
					d.locals[n.Name] = true
				}
			}
		}
		return true
	})
}

// imported is the library whose package an expression names.
func (l *Library) imported(x ast.Expr, info *types.Info) *Library {
	if id, ok := x.(*ast.Ident); ok {
		if name, ok := info.Uses[id].(*types.PkgName); ok {
			return l.others[name.Imported().Path()]
		}
	}
	return nil
}
